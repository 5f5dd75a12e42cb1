package dev.fresnel.edge;

import java.time.Duration;

/**
 * What one client may cost the data listener before it has said anything worth doing.
 *
 * @param maxBody bytes of a chat request; uploads on other paths are streamed and not bounded by it
 * @param headerTimeout from the connection to its first whole request head
 * @param bodyTimeout from the head to the whole body of a chat request
 */
public record EdgeLimits(int maxBody, Duration headerTimeout, Duration bodyTimeout) {
    public static final EdgeLimits DEFAULT =
            new EdgeLimits(32 * 1024 * 1024, Duration.ofSeconds(10), Duration.ofSeconds(30));
}
