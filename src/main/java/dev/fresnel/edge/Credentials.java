package dev.fresnel.edge;

import dev.fresnel.tenant.Caller;
import dev.fresnel.tenant.TenantDirectory;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;

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
     * Whose they are: the tenant that one of them opens, else whose key it was, else the open one. Every one is tried: a tenant's key
     * must not travel on as the open tenant's, hidden behind another, nor when it opens nothing any more.
     */
    Caller caller(TenantDirectory tenants) {
        List<Caller> callers = shown.stream().map(tenants::find).toList();
        Optional<Caller> byKey = callers.stream()
                .filter(caller ->
                        caller instanceof Caller.Admitted in && in.key().isPresent())
                .findFirst();
        return byKey.or(() ->
                        callers.stream().filter(Caller.Barred.class::isInstance).findFirst())
                .orElseGet(tenants::findOpen);
    }
}
