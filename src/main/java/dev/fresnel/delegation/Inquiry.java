package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Role;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.Optional;

/**
 * Everything a decision depends on, gathered before it; the decision itself asks nobody.
 *
 * @param plan of the route that the requested model matched
 * @param task of the request
 * @param remaining of the tenant's budget, before this request; empty without a limit
 * @param lens whether a lens for this request is at hand
 * @param pin how the conversation was decided earlier
 * @param moment what the learned policy draws with
 */
public record Inquiry(
        TenantId tenant,
        RoutePlan plan,
        ChatRequest request,
        TaskText task,
        Estimates estimates,
        Overrides overrides,
        Origin origin,
        Optional<Usd> remaining,
        LensState lens,
        Optional<Pin> pin,
        Moment moment) {

    /** With the task's text still to be taken from the request. */
    public Inquiry(
            TenantId tenant,
            RoutePlan plan,
            ChatRequest request,
            Estimates estimates,
            Overrides overrides,
            Origin origin,
            Optional<Usd> remaining,
            LensState lens,
            Optional<Pin> pin,
            Moment moment) {
        this(tenant, plan, request, TaskText.of(request), estimates, overrides, origin, remaining, lens, pin, moment);
    }

    /** The pin that binds this request: of a conversation that is under way, or names its session. */
    Optional<Pin> runningPin() {
        boolean running = overrides.session().isPresent()
                || request.openToolLoop()
                || request.messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
        return pin.filter(_ -> running);
    }

    /** Who sent the request. */
    public enum Origin {
        CLIENT,
        /** A gateway, ours or one in front of us, that is writing a lens. */
        GATEWAY
    }

    /** Whether a lens for the request's key is cached. */
    public enum LensState {
        CACHED,
        ABSENT,
        /** Answers were worse with every version that was written; no other one will be. */
        RETIRED
    }
}
