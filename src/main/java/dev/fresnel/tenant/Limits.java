package dev.fresnel.tenant;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How much a tenant or a key may have. Immutable.
 *
 * @param most what is not in it is not limited; each at least 1
 */
public record Limits(Map<Limit, Long> most) {
    public static final Limits NONE = new Limits(Map.of());

    public Limits {
        most = most.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(most));
    }

    /** Empty: not limited. */
    public OptionalLong of(Limit limit) {
        Long value = most.get(limit);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** The limit that is lower than {@code amount} and counts whatever {@code limit} counts: so much is never had of that. */
    public Optional<Limit> before(Limit limit, long amount) {
        return Stream.of(limit, limit == Limit.CONCURRENT_STREAMS ? Limit.CONCURRENT_REQUESTS : limit)
                .filter(other -> most.getOrDefault(other, Long.MAX_VALUE) < amount)
                .findFirst();
    }

    /** What one of {@code replicas} gateways enforces, so that all of them together keep to this; at least 1 each. */
    public Limits share(int replicas) {
        if (replicas == 1) {
            return this;
        }
        Map<Limit, Long> shares = new EnumMap<>(Limit.class);
        most.forEach((limit, value) -> shares.put(limit, Math.max(1, value / replicas)));
        return new Limits(shares);
    }
}
