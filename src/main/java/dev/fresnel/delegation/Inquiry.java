package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.savings.Trial;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.Optional;

/**
 * Everything a decision depends on, gathered before it; the decision itself asks nobody.
 *
 * @param plan of the route that the requested model matched
 * @param task of the request
 * @param classified the kind that a classifier gave it
 * @param allowance whether the kill switch lets anything be delegated
 * @param remaining of the tenant's budget, before this request; empty without a limit
 * @param lens whether a lens for this request is at hand
 * @param missed savings that earlier requests missed for want of it
 * @param pin how the conversation was decided earlier
 * @param trial the conversation's part in the experiment, if it has one
 * @param moment what the learned policy draws with
 */
public record Inquiry(
        TenantId tenant,
        RoutePlan plan,
        ChatRequest request,
        TaskText task,
        Optional<TaskKind> classified,
        Estimates estimates,
        Overrides overrides,
        Origin origin,
        Allowance allowance,
        Optional<Usd> remaining,
        LensState lens,
        Usd missed,
        Optional<Pin> pin,
        Optional<Trial> trial,
        Moment moment) {

    /** With the task's text still to be taken from the request, nobody who classified it, nothing missed, and no experiment. */
    public Inquiry(
            TenantId tenant,
            RoutePlan plan,
            ChatRequest request,
            Estimates estimates,
            Overrides overrides,
            Origin origin,
            Allowance allowance,
            Optional<Usd> remaining,
            LensState lens,
            Optional<Pin> pin,
            Moment moment) {
        this(
                tenant,
                plan,
                request,
                TaskText.of(request),
                Optional.empty(),
                estimates,
                overrides,
                origin,
                allowance,
                remaining,
                lens,
                Usd.ZERO,
                pin,
                Optional.empty(),
                moment);
    }

    /** The pin that binds this request: of a conversation that is under way, or names its session. */
    Optional<Pin> runningPin() {
        return pin.filter(_ -> overrides.continues(request));
    }

    /** The part in the experiment that binds this request, as a pin would. */
    Optional<Trial> runningTrial() {
        return trial.filter(_ -> overrides.continues(request));
    }

    /** Who sent the request. */
    public enum Origin {
        CLIENT,
        /** A gateway, ours or one in front of us, that is writing a lens. */
        GATEWAY
    }

    /** Whether delegation goes on. */
    public enum Allowance {
        DELEGATE,
        /** Somebody pulled the kill switch for the tenant or for everybody. */
        PAUSED
    }

    /** Whether a lens for the request's key is cached. */
    public enum LensState {
        CACHED,
        ABSENT,
        /** Answers were worse with every version that was written; no other one will be. */
        RETIRED
    }
}
