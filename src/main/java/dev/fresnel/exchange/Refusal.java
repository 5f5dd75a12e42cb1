package dev.fresnel.exchange;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.util.Optional;

/**
 * A request that was refused before anything was done for it: wrong key, bad HTTP, too large. Holds no credential.
 *
 * @param tenant whom its credentials open; empty: nobody, or the request is not HTTP
 * @param key name of the tenant's key that was shown, also of one that opens nothing any more
 * @param method empty where the request is not HTTP
 * @param path what was asked for, without its query, at most {@value #MAX_PATH} characters; empty where the request is not HTTP
 * @param code as in the error's body
 */
public record Refusal(
        RequestId request,
        Optional<TenantId> tenant,
        Optional<String> key,
        Optional<String> method,
        Optional<String> path,
        int status,
        String code) {
    /** Whoever has no key must not fill the log with one request. */
    private static final int MAX_PATH = 200;

    /** Of something that is not HTTP. */
    public static Refusal unread(RequestId request, int status, String code) {
        return new Refusal(
                request, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), status, code);
    }

    public Refusal {
        path = path.map(whole -> whole.substring(0, Math.min(whole.length(), MAX_PATH)));
    }
}
