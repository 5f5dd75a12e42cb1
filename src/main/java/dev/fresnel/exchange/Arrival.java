package dev.fresnel.exchange;

import dev.fresnel.budget.Payer;
import dev.fresnel.tenant.Pass;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import io.vertx.core.MultiMap;
import java.util.Optional;

/**
 * An admitted request: who sent it, and everything of it but its body.
 *
 * @param key of the tenant's, that was shown; empty: the tenant is open
 * @param path path and query after {@code /v1}, for example {@code /chat/completions?x=1}
 * @param headers as received
 * @param credential the client's own {@code Authorization} value, where it is meant for the upstream; empty when it was the
 *     tenant's key, which never leaves the gateway
 * @param startedNanos when the request head arrived, on the exchange's nano clock
 * @param pass what the request takes of its tenant's and its key's limits; closed by whoever admitted it
 */
public record Arrival(
        RequestId id,
        Tenant tenant,
        Optional<TenantKey> key,
        String path,
        MultiMap headers,
        Optional<Secret> credential,
        long startedNanos,
        Pass pass) {
    /** Whom the request is charged to. */
    public Payer payer() {
        Payer payer = Payer.of(tenant.id(), tenant.budget());
        return key.map(known -> payer.by(known.name(), known.budget())).orElse(payer);
    }

    /** The name of the key that was shown. */
    public Optional<String> keyName() {
        return key.map(TenantKey::name);
    }

    /**
     * Whether tenant and key both let this model be asked for.
     *
     * @param aliasTarget see {@link dev.fresnel.tenant.AllowedModels#allows}
     */
    public boolean mayAskFor(ModelName requested, Optional<ModelName> aliasTarget) {
        return tenant.models().allows(requested, aliasTarget)
                && key.map(known -> known.models().allows(requested, aliasTarget))
                        .orElse(true);
    }

    /** Whether there is any model that may not be asked for. */
    public boolean isLimitedInModels() {
        return tenant.models().isLimited()
                || key.filter(known -> known.models().isLimited()).isPresent();
    }

    /** What becomes of the credentials among the headers: without a key of ours they are the client's own, whatever their header's name. */
    ForwardHeaders.ClientCredential credentials() {
        return key.isEmpty() ? ForwardHeaders.ClientCredential.PASS_ON : ForwardHeaders.ClientCredential.STRIP;
    }
}
