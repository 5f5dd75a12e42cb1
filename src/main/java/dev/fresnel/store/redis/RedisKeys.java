package dev.fresnel.store.redis;

import dev.fresnel.value.TenantId;

/**
 * Names of keys: {@code fresnel:{TAG}:WHAT}. The braces make Redis Cluster place all keys of one tag on one node.
 */
final class RedisKeys {
    private RedisKeys() {}

    static String of(TenantId tenant, String what) {
        return of(tenant.value(), what);
    }

    /** @param tag any text; braces would end it early and are escaped */
    static String of(String tag, String what) {
        return "fresnel:{" + tag.replace("%", "%25").replace("{", "%7B").replace("}", "%7D") + "}:" + what;
    }
}
