package dev.fresnel.upstream;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How an upstream fares, for an operator.
 *
 * @param recent tries of the last {@code window} by what they came to, in a fixed order
 * @param inUse connections with a call on them
 * @param waiting calls that wait for a connection
 * @param retriesLeft of the retry budget now
 * @param sinceFailure time since the last failure; empty when this process saw none
 */
public record UpstreamState(
        Upstream upstream,
        Duration window,
        Map<String, Long> recent,
        int inUse,
        int waiting,
        int retriesLeft,
        Optional<Duration> sinceFailure) {
    public UpstreamState {
        recent = Collections.unmodifiableMap(new LinkedHashMap<>(recent));
    }
}
