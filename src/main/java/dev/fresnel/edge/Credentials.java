package dev.fresnel.edge;

import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantDirectory;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The keys that a request shows, in any of the headers that clients put them in. */
final class Credentials {
    private static final List<String> HEADERS = List.of("authorization", "x-api-key", "api-key");

    private final List<String> shown;

    Credentials(MultiMap headers) {
        shown = HEADERS.stream()
                .flatMap(name -> headers.getAll(name).stream())
                .map(Credentials::key)
                .toList();
    }

    private static String key(String credential) {
        return credential.regionMatches(true, 0, "Bearer ", 0, 7)
                ? credential.substring(7).strip()
                : credential.strip();
    }

    /**
     * The tenant that one of them opens, else the open one. Every one is tried: a tenant's key must not travel on as the open tenant's,
     * hidden behind another.
     */
    Optional<Tenant> tenant(TenantDirectory tenants) {
        return shown.stream()
                .flatMap(key -> tenants.find(key).stream())
                .filter(tenant -> !tenant.keys().isEmpty())
                .findFirst()
                .or(tenants::findOpen);
    }

    /** Names the tenant's key that is shown, not by itself: its place in the config. */
    String caller(Tenant tenant) {
        List<KeyHash> sent = shown.stream().map(KeyHash::of).toList();
        return IntStream.range(0, tenant.keys().size())
                .filter(i -> sent.contains(tenant.keys().get(i)))
                .mapToObj(Integer::toString)
                .findFirst()
                .orElse("");
    }
}
