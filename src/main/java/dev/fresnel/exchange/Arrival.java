package dev.fresnel.exchange;

import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import io.vertx.core.MultiMap;
import java.util.Optional;

/**
 * An admitted request: who sent it, and everything of it but its body.
 *
 * @param path path and query after {@code /v1}, for example {@code /chat/completions?x=1}
 * @param headers as received
 * @param credential the client's own {@code Authorization} value, where it is meant for the upstream; empty when it was the
 *     tenant's key, which never leaves the gateway
 * @param startedNanos when the request head arrived, on the exchange's nano clock
 */
public record Arrival(
        RequestId id, Tenant tenant, String path, MultiMap headers, Optional<Secret> credential, long startedNanos) {
    /** What becomes of the credentials among the headers: an open tenant's are its own, whatever their header's name. */
    ForwardHeaders.ClientCredential credentials() {
        return tenant.keys().isEmpty()
                ? ForwardHeaders.ClientCredential.PASS_ON
                : ForwardHeaders.ClientCredential.STRIP;
    }
}
