package dev.fresnel.exchange;

import java.time.Duration;

/**
 * How long a streamed reply may stand still.
 *
 * @param keepAlive silence towards the client after which an SSE comment is sent, on delegated replies only
 * @param writeStall how long a client may leave its receive window full before it is given up
 * @param bufferedBody bytes of a non-streamed reply held back to report its cost in headers; larger ones are streamed
 */
public record RelayLimits(Duration keepAlive, Duration writeStall, int bufferedBody) {
    public static final RelayLimits DEFAULT =
            new RelayLimits(Duration.ofSeconds(10), Duration.ofSeconds(60), 8 * 1024 * 1024);
}
