package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Role;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.GatewayException;
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
 *   <li>hard guards: a gateway's own lens call, provider-held state, a model the config does not know;
 *   <li>an arm the client names;
 *   <li>the arm the running conversation is pinned to;
 *   <li>an open tool loop that nobody pinned: direct;
 *   <li>the mode: {@link Rules} take the first arm in the operator's order that may answer, for which a rule fires and that
 *       money does not veto; {@code adaptive} is not available yet and goes direct.
 * </ol>
 *
 * <p>Whatever is chosen must be feasible ({@link ArmRow#obstacles}), else the request goes direct with the obstacle as its reason. In
 * mode {@code shadow} all of this is decided and named, and the request goes direct.
 *
 * <p>A pin binds a running conversation: requests that carry an earlier answer, or that name their session. A first turn with the same
 * opening words is a new conversation and is decided anew, otherwise a task once answered direct (while its lens was being written)
 * could never use the lens.
 *
 * <p>No I/O, no clock, no randomness: equal inquiries get equal assessments. Immutable; thread-safe.
 */
public final class Delegator {
    private final ModelCatalog catalog;
    private final PriceTable prices;
    private final Map<String, Worker> workers;
    private final CostModel costs;
    private final MultiPartRules multiPart = new MultiPartRules();

    /** @param workers by name, as the config has them */
    public Delegator(ModelCatalog catalog, PriceTable prices, Map<String, Worker> workers, CostModel costs) {
        this.catalog = catalog;
        this.prices = prices;
        this.workers = Map.copyOf(workers);
        this.costs = costs;
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
        TaskFeatures features = TaskFeatures.of(
                inquiry.request(),
                inquiry.task(),
                inquiry.estimates(),
                requested.map(Model::tier).orElse(Tier.UNKNOWN),
                inquiry.overrides().taskKind(),
                inquiry.overrides().repo());
        if (requested.isEmpty()) {
            Reason reason = bypass(inquiry).or(() -> guard(inquiry)).orElse(Reason.UNKNOWN_MODEL);
            return new Assessment(
                    direct(inquiry, List.of(), List.of(reason)),
                    features,
                    inquiry.estimates(),
                    List.of(),
                    List.of(),
                    Optional.empty());
        }
        Weighing weighing = new Weighing(catalog, prices, workers, costs, inquiry, requested.get());
        return new Choice(inquiry, weighing, features, multiPart).assessment();
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

    private static Optional<Reason> bypass(Inquiry inquiry) {
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

    private static Optional<Reason> guard(Inquiry inquiry) {
        if (inquiry.origin() == Inquiry.Origin.GATEWAY) {
            return Optional.of(Reason.RECURSION_GUARD);
        }
        return inquiry.request().providerState() ? Optional.of(Reason.PROVIDER_STATE) : Optional.empty();
    }

    private static Assessment failSafe(Inquiry inquiry, RuntimeException fault) {
        Decision decision = new Decision(Arm.DIRECT, Arm.DIRECT, Map.of(Arm.DIRECT, 1.0), List.of(Reason.FAIL_SAFE));
        // Features may be what failed, so none are computed here.
        TaskFeatures nothing = new TaskFeatures(TaskKind.OTHER, Fingerprint.of("fail_safe"), 0, 0, Tier.UNKNOWN);
        return new Assessment(
                new Route.Direct(decision), nothing, inquiry.estimates(), List.of(), List.of(), Optional.of(fault));
    }

    private static Route.Direct direct(Inquiry inquiry, List<ArmRow> rows, List<Reason> reasons) {
        return new Route.Direct(decision(inquiry, rows, Arm.DIRECT, Arm.DIRECT, reasons));
    }

    private static Decision decision(
            Inquiry inquiry, List<ArmRow> rows, Arm used, Arm preferred, List<Reason> reasons) {
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

    /** The decision on one request whose model is known. */
    private static final class Choice {
        private final Inquiry inquiry;
        private final Weighing weighing;
        private final TaskFeatures features;
        private final MultiPartRules multiPart;
        private final List<ArmRow> rows;
        private List<RuleCheck> checks = List.of();

        Choice(Inquiry inquiry, Weighing weighing, TaskFeatures features, MultiPartRules multiPart) {
            this.multiPart = multiPart;
            this.inquiry = inquiry;
            this.weighing = weighing;
            this.features = features;
            this.rows = weighing.rows();
        }

        Assessment assessment() {
            Route route = shadowed(route());
            return new Assessment(route, features, inquiry.estimates(), rows, checks, Optional.empty());
        }

        private Route route() {
            Optional<Reason> stopped = bypass(inquiry).or(() -> guard(inquiry));
            if (stopped.isPresent()) {
                return goDirect(stopped.get());
            }
            Optional<Pin> pin = inquiry.pin().filter(pinned -> isRunning());
            Optional<Arm> forced = inquiry.overrides().arm();
            if (forced.isPresent()) {
                return forced(forced.get(), pin);
            }
            if (pin.isPresent()) {
                return inherited(pin.get());
            }
            if (inquiry.request().openToolLoop()) {
                return goDirect(Reason.OPEN_TOOL_LOOP);
            }
            return switch (inquiry.overrides().modeOn(inquiry.plan())) {
                case RULES, SHADOW -> byRules();
                case ADAPTIVE -> goDirect(Reason.ADAPTIVE_NOT_AVAILABLE);
                case OFF -> goDirect(Reason.MODE_OFF);
            };
        }

        private boolean isRunning() {
            ChatRequest request = inquiry.request();
            return inquiry.overrides().session().isPresent()
                    || request.openToolLoop()
                    || request.messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
        }

        private Route forced(Arm arm, Optional<Pin> pin) {
            boolean pinnedHere = pin.filter(known -> known.arm().equals(arm)).isPresent();
            if (inquiry.request().openToolLoop() && !pinnedHere) {
                return goDirectOrStay(pin, List.of(Reason.OPEN_TOOL_LOOP, Reason.CLIENT_ARM));
            }
            return delegate(row(arm), List.of(Reason.CLIENT_ARM), pin.filter(known -> pinnedHere));
        }

        /** Inside a tool loop a forced switch is refused: the loop ends with the arm it began with. */
        private Route goDirectOrStay(Optional<Pin> pin, List<Reason> reasons) {
            return pin.filter(known -> !known.arm().isDirect())
                    .map(known -> delegate(row(known.arm()), reasons, pin))
                    .orElseGet(() -> direct(inquiry, rows, reasons));
        }

        private Route inherited(Pin pin) {
            return pin.arm().isDirect()
                    ? goDirect(Reason.INHERITED)
                    : delegate(row(pin.arm()), List.of(Reason.INHERITED), Optional.of(pin));
        }

        private Route byRules() {
            RouteRules options = weighing.rules();
            Rules rules = new Rules(options, multiPart.of(options), inquiry.task());
            List<ArmRow> candidates =
                    rows.stream().filter(row -> !row.arm().isDirect()).toList();
            if (candidates.isEmpty()) {
                return goDirect(Reason.NO_WORKER);
            }
            Set<Reason> vetoed = new LinkedHashSet<>();
            boolean quiet = false;
            for (ArmRow row : candidates) {
                if (!row.feasible()) {
                    continue;
                }
                List<RuleCheck> found = check(rules, row);
                List<Reason> fired = found.stream()
                        .filter(RuleCheck::fired)
                        .map(RuleCheck::rule)
                        .toList();
                if (fired.isEmpty()) {
                    quiet = true;
                } else if (rules.vetoes(row)) {
                    vetoed.add(Reason.NOT_WORTH_IT);
                    vetoed.addAll(fired);
                } else {
                    checks = found;
                    return delegate(row, fired, Optional.empty());
                }
                if (checks.isEmpty()) {
                    checks = found;
                }
            }
            if (!vetoed.isEmpty()) {
                return direct(inquiry, rows, List.copyOf(vetoed));
            }
            if (quiet) {
                return goDirect(Reason.NO_RULE_FIRED);
            }
            checks = check(rules, candidates.getFirst());
            return direct(inquiry, rows, obstacles(candidates));
        }

        private List<RuleCheck> check(Rules rules, ArmRow row) {
            Guidance guidance = row.worker().map(Worker::guidance).orElse(Guidance.LENS);
            return rules.check(
                    row, guidance, inquiry.estimates().output().l50(), weighing.directCost(), inquiry.remaining());
        }

        private Route delegate(ArmRow row, List<Reason> reasons, Optional<Pin> pin) {
            if (!row.feasible() || row.worker().isEmpty() || row.model().isEmpty()) {
                List<Reason> why = new ArrayList<>(obstacles(List.of(row)));
                why.addAll(reasons);
                return direct(inquiry, rows, why);
            }
            Worker worker = row.worker().get();
            Decision decision = decision(inquiry, rows, row.arm(), row.arm(), reasons);
            Optional<LensOrder> lens = worker.guidance() == Guidance.BARE
                    ? Optional.empty()
                    : weighing.smart().map(smart -> order(smart, row, pin));
            return new Route.Delegate(decision, worker, row.model().get(), lens);
        }

        private LensOrder order(Model smart, ArmRow row, Optional<Pin> pin) {
            Optional<String> pinned = pin.flatMap(Pin::lensId);
            LensOrder.Timing timing = pinned.isPresent()
                    ? LensOrder.Timing.CACHED_ONLY
                    : switch (inquiry.plan().lens().build()) {
                        case INLINE -> LensOrder.Timing.INLINE;
                        case BACKGROUND -> LensOrder.Timing.BACKGROUND;
                        case AUTO -> auto(row);
                    };
            return new LensOrder(smart, timing, pinned);
        }

        /** A client that names the arm wants it for this request, so it waits. */
        private LensOrder.Timing auto(ArmRow row) {
            boolean named = inquiry.overrides().arm().filter(row.arm()::equals).isPresent();
            return named || weighing.repaysLensAlone(row) ? LensOrder.Timing.INLINE : LensOrder.Timing.BACKGROUND;
        }

        private ArmRow row(Arm arm) {
            return rows.stream()
                    .filter(row -> row.arm().equals(arm))
                    .findFirst()
                    .orElseGet(() -> weighing.row(arm));
        }

        private static List<Reason> obstacles(List<ArmRow> rows) {
            return rows.stream()
                    .flatMap(row -> row.obstacles().stream())
                    .map(Obstacle::reason)
                    .distinct()
                    .toList();
        }

        private Route goDirect(Reason reason) {
            return direct(inquiry, rows, List.of(reason));
        }

        private Route shadowed(Route route) {
            if (inquiry.overrides().modeOn(inquiry.plan()) != Mode.SHADOW) {
                return route;
            }
            List<Reason> reasons = new ArrayList<>(List.of(Reason.SHADOW));
            reasons.addAll(route.decision().reasons());
            return new Route.Direct(
                    decision(inquiry, rows, Arm.DIRECT, route.decision().arm(), reasons));
        }
    }
}
