package dev.fresnel.tenant;

import dev.fresnel.budget.Budget;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One of a tenant's keys: all that is known of it, which is not the key itself. Immutable.
 *
 * @param name tells the keys of one tenant apart, in logs and events
 * @param models which may be asked for, within those of the tenant
 * @param expires the first moment at which it opens nothing; empty: never
 * @param budget what it may spend of what its tenant may
 * @param limits within those of the tenant, over all replicas together
 * @param metadata the operator's own notes, shown and never acted on
 */
public record TenantKey(
        KeyHash hash,
        String name,
        Set<Scope> scopes,
        AllowedModels models,
        Optional<Instant> expires,
        Budget budget,
        Map<String, String> metadata,
        Limits limits) {
    private static final String UNNAMED = "key-";

    /** A key that may do whatever its tenant may. */
    public static TenantKey unlimited(KeyHash hash) {
        return new TenantKey(
                hash,
                defaultName(hash),
                EnumSet.allOf(Scope.class),
                AllowedModels.ALL,
                Optional.empty(),
                Budget.NONE,
                Map.of(),
                Limits.NONE);
    }

    /** What a key is called that nobody gave a name. */
    public static String defaultName(KeyHash hash) {
        return UNNAMED + hash.id();
    }

    public TenantKey {
        scopes = Collections.unmodifiableSet(scopes.isEmpty() ? EnumSet.noneOf(Scope.class) : EnumSet.copyOf(scopes));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** The same key, with the money and the limits of another: both then use up the same. */
    TenantKey sharing(TenantKey other) {
        return new TenantKey(hash, name, scopes, models, expires, other.budget(), metadata, other.limits());
    }

    /** Whether it opens nothing any more, or not as long as the clock says {@code now}. */
    public boolean isExpired(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }
}
