package dev.fresnel.edge;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections and running requests; turns away connections past the limit and, once shut, new requests. Shared by all
 * event loops; thread-safe.
 */
public final class Gate {
    private final int maxConnections;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean shut;

    /** @param maxConnections open at once, all event loops together */
    public Gate(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** Whether there was room; a connection that was let in must be {@link #disconnected}. */
    boolean connected() {
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    void entered() {
        running.incrementAndGet();
    }

    void left() {
        running.decrementAndGet();
    }

    /** Throws {@code ShuttingDown} once shut. */
    void check() {
        if (shut) {
            throw new GatewayException(new GatewayFailure.ShuttingDown(
                    "This gateway is shutting down. Send the request again; another replica will take it."));
        }
    }

    public void shut() {
        shut = true;
    }

    public boolean isShut() {
        return shut;
    }

    /** Requests taken in and not yet answered. */
    public int running() {
        return running.get();
    }

    /** Client connections open now. */
    public int connections() {
        return connections.get();
    }
}
