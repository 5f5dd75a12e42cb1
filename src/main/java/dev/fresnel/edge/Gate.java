package dev.fresnel.edge;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections and running requests; turns away connections past the limit and, once shut, new requests. Shared by all
 * event loops; thread-safe.
 */
public final class Gate {
    private final int maxConnections;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final Promise<Void> quiet = Promise.promise();
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

    /** Throws {@code ShuttingDown} once shut; else the request is running until it has {@link #left}. */
    void enter() {
        // Counted before the look at the flag, so that shut() cannot miss a request that was let in.
        running.incrementAndGet();
        if (shut) {
            left();
            throw new GatewayException(new GatewayFailure.ShuttingDown(
                    "This gateway is shutting down and takes no new requests. Send the request again in a while."));
        }
    }

    void left() {
        if (running.decrementAndGet() == 0 && shut) {
            quiet.tryComplete();
        }
    }

    /** Lets no new request in. Succeeds once the running ones are over; may be called again. */
    public Future<Void> shut() {
        shut = true;
        if (running.get() == 0) {
            quiet.tryComplete();
        }
        return quiet.future();
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
