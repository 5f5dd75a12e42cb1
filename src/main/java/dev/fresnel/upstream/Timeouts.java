package dev.fresnel.upstream;

import java.time.Duration;

/**
 * How long an upstream may keep us waiting, phase by phase.
 *
 * @param connect to a connected socket, a free pool slot included
 * @param firstByte from the request sent to the reply's head
 * @param idle between two bytes of a reply; deep reasoning is silent for minutes, so not below 300 s by default
 * @param total of the whole call, as a last resort
 */
public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total) {
    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(5), Duration.ofSeconds(300), Duration.ofSeconds(300), Duration.ofMinutes(60));
}
