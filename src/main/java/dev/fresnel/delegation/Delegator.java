package dev.fresnel.delegation;

import dev.fresnel.budget.PriceTable;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Policy;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.GatewayException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which arm answers a request. In this order, the first that applies:
 *
 * <ol>
 *   <li>the client bypasses ({@code x-fresnel-mode: off}, {@code x-fresnel-arm: direct}) or the route is off;
 *   <li>hard guards: a gateway's own lens call, provider-held state, the kill switch, a model the config does not
 *       know;
 *   <li>an arm the client names;
 *   <li>the arm the running conversation is pinned to;
 *   <li>an open tool loop that nobody pinned: direct;
 *   <li>the mode: {@link Rules} take the first arm in the operator's order that may answer, for which a rule fires and that
 *       money does not veto; {@code adaptive} asks the learned {@link Policy}, which draws an arm.
 * </ol>
 *
 * <p>Whatever is chosen must be feasible ({@link ArmRow#obstacles}), else the request goes direct with the obstacle as its reason. In
 * the modes {@code shadow} and {@code shadow-adaptive} all of this is decided and named, and the request goes direct.
 *
 * <p>A pin binds a running conversation: requests that carry an earlier answer, or that name their session. A first turn with the same
 * opening words is a new conversation and is decided anew, otherwise a task once answered direct (while its lens was being written)
 * could never use the lens. Where the learned policy had decided, the conversation is decided anew when another sort of task begins or its
 * arm was found to have changed; leaving the arm then costs what the provider's cache is worth.
 *
 * <p>No I/O, no clock, no randomness of its own: equal inquiries get equal assessments while the policy learns nothing in between.
 * Thread-safe.
 */
public final class Delegator {
    private final ModelCatalog catalog;
    private final PriceTable prices;
    private final Map<String, Worker> workers;
    private final Experience experience;
    private final Policy policy;
    private final EscalationBreaker breaker;
    private final MultiPartRules multiPart = new MultiPartRules();

    /**
     * @param workers by name, as the config has them
     * @param experience what sizes are estimated with
     * @param policy decides in mode {@code adaptive}; it is asked, never taught
     */
    public Delegator(
            ModelCatalog catalog,
            PriceTable prices,
            Map<String, Worker> workers,
            Experience experience,
            Policy policy) {
        // Nobody tells this one of an escalation.
        this(catalog, prices, workers, experience, policy, new EscalationBreaker(() -> Instant.EPOCH));
    }

    /** @param breaker pauses arms */
    public Delegator(
            ModelCatalog catalog,
            PriceTable prices,
            Map<String, Worker> workers,
            Experience experience,
            Policy policy,
            EscalationBreaker breaker) {
        this.breaker = breaker;
        this.catalog = catalog;
        this.prices = prices;
        this.workers = Map.copyOf(workers);
        this.experience = experience;
        this.policy = policy;
    }

    /**
     * Decides. A bug in here must not cost a client its answer: any unexpected exception becomes a direct route with reason
     * {@code fail_safe} and the exception in {@link Assessment#fault}.
     *
     * @throws GatewayException {@code InvalidRequest} when the client names an arm that the route does not offer
     */
    public Assessment assess(Inquiry inquiry) {
        try {
            return decided(inquiry);
        } catch (GatewayException refused) {
            throw refused;
        } catch (RuntimeException fault) {
            return failSafe(inquiry, fault);
        }
    }

    private Assessment decided(Inquiry inquiry) {
        refuseUnknownArm(inquiry);
        Optional<Model> requested = catalog.find(inquiry.request().model());
        TaskFeatures features =
                TaskFeatures.of(inquiry, requested.map(Model::tier).orElse(Tier.UNKNOWN));
        if (requested.isEmpty()) {
            Reason reason = bypass(inquiry).or(() -> guard(inquiry)).orElse(Reason.UNKNOWN_MODEL);
            return new Assessment(
                    direct(inquiry, List.of(), List.of(reason)),
                    features,
                    inquiry.estimates(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
        Weighing weighing = new Weighing(catalog, prices, workers, experience, breaker, inquiry, requested.get());
        return new Deliberation(inquiry, weighing, features, multiPart, policy, requested.get()).assessment();
    }

    private static void refuseUnknownArm(Inquiry inquiry) {
        inquiry.overrides()
                .arm()
                .filter(arm -> !arm.isDirect() && !inquiry.plan().arms().contains(arm))
                .ifPresent(arm -> {
                    LinkedHashSet<Arm> offered = new LinkedHashSet<>(List.of(Arm.DIRECT));
                    offered.addAll(inquiry.plan().arms());
                    throw Overrides.unknownArm(arm, List.copyOf(offered));
                });
    }

    static Optional<Reason> bypass(Inquiry inquiry) {
        Optional<Arm> arm = inquiry.overrides().arm();
        if (arm.filter(Arm::isDirect).isPresent()) {
            return Optional.of(Reason.CLIENT_ARM);
        }
        if (inquiry.overrides().modeOn(inquiry.plan()) != Mode.OFF || arm.isPresent()) {
            return Optional.empty();
        }
        return Optional.of(
                inquiry.overrides().mode().isPresent()
                        ? Reason.CLIENT_BYPASS
                        : inquiry.plan().offReason());
    }

    static Optional<Reason> guard(Inquiry inquiry) {
        if (inquiry.origin() == Inquiry.Origin.GATEWAY) {
            return Optional.of(Reason.RECURSION_GUARD);
        }
        if (inquiry.request().providerState()) {
            return Optional.of(Reason.PROVIDER_STATE);
        }
        // Shadow delegates nothing, so there is nothing to pause, and what it watches is missed most just then.
        boolean paused = inquiry.allowance() == Inquiry.Allowance.PAUSED
                && !inquiry.overrides().modeOn(inquiry.plan()).isShadow();
        return paused ? Optional.of(Reason.PAUSED) : Optional.empty();
    }

    private static Assessment failSafe(Inquiry inquiry, RuntimeException fault) {
        Decision decision = new Decision(Arm.DIRECT, Arm.DIRECT, Map.of(Arm.DIRECT, 1.0), List.of(Reason.FAIL_SAFE));
        // Features may be what failed, so none are computed here.
        TaskFeatures nothing = new TaskFeatures(
                TaskKind.OTHER, Fingerprint.of("fail_safe"), 0, 0, Tier.UNKNOWN, TaskFeatures.KindSource.RULES);
        return new Assessment(
                new Route.Direct(decision),
                nothing,
                inquiry.estimates(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(fault));
    }

    static Route.Direct direct(Inquiry inquiry, List<ArmRow> rows, List<Reason> reasons) {
        return new Route.Direct(decision(inquiry, rows, Arm.DIRECT, Arm.DIRECT, reasons));
    }

    static Decision decision(Inquiry inquiry, List<ArmRow> rows, Arm used, Arm preferred, List<Reason> reasons) {
        Map<Arm, Double> propensities = new LinkedHashMap<>();
        propensities.put(Arm.DIRECT, used.isDirect() ? 1.0 : 0.0);
        for (ArmRow row : rows) {
            if (row.feasible()) {
                propensities.put(row.arm(), row.arm().equals(used) ? 1.0 : 0.0);
            }
        }
        Set<Reason> all = new LinkedHashSet<>(reasons);
        if (inquiry.overrides().mode().isPresent() && !all.contains(Reason.CLIENT_BYPASS)) {
            all.add(Reason.CLIENT_MODE);
        }
        return new Decision(used, preferred, propensities, List.copyOf(all));
    }

    /** A decision that chance had a part in, with the probabilities. */
    static Decision drawn(
            Inquiry inquiry, Arm arm, Arm preferred, Map<Arm, Double> propensities, List<Reason> reasons) {
        List<Reason> all = new ArrayList<>(reasons);
        if (inquiry.overrides().mode().isPresent()) {
            all.add(Reason.CLIENT_MODE);
        }
        return new Decision(arm, preferred, propensities, all);
    }
}
