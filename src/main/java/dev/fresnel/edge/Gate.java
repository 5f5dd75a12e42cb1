package dev.fresnel.edge;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts running requests and, once shut, turns new ones away. Shared by all event loops; thread-safe. */
public final class Gate {
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean shut;

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
}
