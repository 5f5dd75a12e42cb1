package dev.fresnel.tenant;

import dev.fresnel.value.TenantId;
import java.util.Locale;
import java.util.Optional;

/** Whom a credential belongs to. */
public sealed interface Caller {
    /**
     * Somebody who may come in.
     *
     * @param key the key that was shown; empty: the tenant is open, and a credential is the client's own at the provider
     */
    record Admitted(Tenant tenant, Optional<TenantKey> key) implements Caller {}

    /**
     * A key that is known and opens nothing. It is nobody else's credential either: it must not travel on as the open tenant's.
     *
     * @param tenant whom it opened; empty when the config has no such tenant any more
     */
    record Barred(Optional<TenantId> tenant, String key, Why why) implements Caller {}

    /** Nobody's. */
    record Unknown() implements Caller {}

    /** What is the matter with a key. */
    enum Why {
        EXPIRED,
        REVOKED,
        TENANT_GONE;

        /** The name in events. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
