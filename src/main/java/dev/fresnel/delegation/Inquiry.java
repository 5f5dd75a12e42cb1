package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.Optional;

/**
 * Everything a decision depends on, gathered before it; the decision itself asks nobody.
 *
 * @param plan of the route that the requested model matched
 * @param remaining of the tenant's budget, before this request; empty without a limit
 * @param lens whether a lens for this request is at hand
 * @param pin how the conversation was decided earlier
 */
public record Inquiry(
        TenantId tenant,
        RoutePlan plan,
        ChatRequest request,
        Estimates estimates,
        Overrides overrides,
        Origin origin,
        Optional<Usd> remaining,
        LensState lens,
        Optional<Pin> pin) {

    /** Who sent the request. */
    public enum Origin {
        CLIENT,
        /** A gateway, ours or one in front of us, that is writing a lens. */
        GATEWAY
    }

    /** Whether a lens for the request's key is cached. */
    public enum LensState {
        CACHED,
        ABSENT
    }
}
