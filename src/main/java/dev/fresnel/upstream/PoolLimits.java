package dev.fresnel.upstream;

/**
 * Bounds of the connections to one upstream. Vert.x's own defaults (5 connections, an endless queue) stall streams.
 *
 * @param maxConnections open at once; the event loops of one client share them
 * @param maxQueue requests waiting for one of them; more are refused at once
 */
public record PoolLimits(int maxConnections, int maxQueue) {
    public static final PoolLimits DEFAULT = new PoolLimits(512, 256);
}
