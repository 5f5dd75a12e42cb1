package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Choice;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Stakes;
import dev.fresnel.policy.Standings;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The decision on one request whose model is known. Used once. */
final class Deliberation {
    private final Inquiry inquiry;
    private final Weighing weighing;
    private final TaskFeatures features;
    private final MultiPartRules multiPart;
    private final Policy policy;
    private final Model requested;
    private final List<ArmRow> rows;
    private List<RuleCheck> checks = List.of();
    private Optional<Learning> learning = Optional.empty();

    Deliberation(
            Inquiry inquiry,
            Weighing weighing,
            TaskFeatures features,
            MultiPartRules multiPart,
            Policy policy,
            Model requested) {
        this.multiPart = multiPart;
        this.policy = policy;
        this.requested = requested;
        this.inquiry = inquiry;
        this.weighing = weighing;
        this.features = features;
        this.rows = weighing.rows();
    }

    Assessment assessment() {
        Route route = shadowed(route());
        return new Assessment(route, features, inquiry.estimates(), rows, checks, learning, Optional.empty());
    }

    private Route route() {
        Optional<Reason> stopped = Delegator.bypass(inquiry).or(() -> Delegator.guard(inquiry));
        if (stopped.isPresent()) {
            return goDirect(stopped.get());
        }
        Optional<Pin> pin = inquiry.runningPin();
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
            case ADAPTIVE -> byPolicy();
            case OFF -> goDirect(Reason.MODE_OFF);
        };
    }

    private Route forced(Arm arm, Optional<Pin> pin) {
        boolean pinnedHere = pin.filter(known -> known.arm().equals(arm)).isPresent();
        if (inquiry.request().openToolLoop() && !pinnedHere) {
            return goDirectOrStay(pin, List.of(Reason.OPEN_TOOL_LOOP, Reason.CLIENT_ARM));
        }
        if (!pinnedHere && inquiry.overrides().modeOn(inquiry.plan()) == Mode.ADAPTIVE) {
            // The client knows something; what comes of it is worth learning all the same.
            learning = Optional.of(learning(arm, Map.of(arm, 1.0), List.of()));
        }
        return delegate(row(arm), List.of(Reason.CLIENT_ARM), pin.filter(known -> pinnedHere));
    }

    /** Inside a tool loop a forced switch is refused: the loop ends with the arm it began with. */
    private Route goDirectOrStay(Optional<Pin> pin, List<Reason> reasons) {
        return pin.filter(known -> !known.arm().isDirect())
                .map(known -> delegate(row(known.arm()), reasons, pin))
                .orElseGet(() -> Delegator.direct(inquiry, rows, reasons));
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
            List<Reason> fired =
                    found.stream().filter(RuleCheck::fired).map(RuleCheck::rule).toList();
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
            return Delegator.direct(inquiry, rows, List.copyOf(vetoed));
        }
        if (quiet) {
            return goDirect(Reason.NO_RULE_FIRED);
        }
        checks = check(rules, candidates.getFirst());
        return Delegator.direct(inquiry, rows, obstacles(candidates));
    }

    private Route byPolicy() {
        List<Option> options = rows.stream()
                .filter(ArmRow::feasible)
                .map(row -> Option.of(row.arm(), dollars(row)))
                .toList();
        if (options.size() < 2) {
            List<ArmRow> candidates =
                    rows.stream().filter(row -> !row.arm().isDirect()).toList();
            return candidates.isEmpty()
                    ? goDirect(Reason.NO_WORKER)
                    : Delegator.direct(inquiry, rows, obstacles(candidates));
        }
        Choice choice = policy.choose(
                new Question(context(), options, stakes(), inquiry.moment().now()),
                inquiry.moment().chance());
        Map<Arm, Double> propensities = choice.propensities();
        double most = propensities.values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        Reason reason = choice.propensity() < most ? Reason.EXPLORING : Reason.LEARNED;
        learning = Optional.of(
                learning(choice.arm(), propensities, choice.standings().rows()));
        if (choice.arm().isDirect()) {
            return new Route.Direct(Delegator.drawn(inquiry, choice.arm(), propensities, reason));
        }
        ArmRow row = row(choice.arm());
        return delegate(row, Delegator.drawn(inquiry, choice.arm(), propensities, reason), Optional.empty());
    }

    /** A worker whose lens is first written behind the request leaves this one request to the requested model. */
    private Arm credited(ArmRow row) {
        boolean waits = row.worker()
                        .filter(worker -> worker.guidance() == Guidance.LENS)
                        .isPresent()
                && inquiry.lens() == Inquiry.LensState.ABSENT
                && timing(row, Optional.empty()) == LensOrder.Timing.BACKGROUND;
        return waits ? Arm.DIRECT : row.arm();
    }

    private Learning learning(Arm drawn, Map<Arm, Double> propensities, List<Standings.Standing> standings) {
        Map<Arm, Double> used = new LinkedHashMap<>();
        for (ArmRow row : rows) {
            if (row.feasible()) {
                used.merge(row.arm(), 0.0, Double::sum);
                used.merge(credited(row), propensities.getOrDefault(row.arm(), 0.0), Double::sum);
            }
        }
        EvidenceKey key = new EvidenceKey(context(), credited(row(drawn)));
        return new Learning(
                key,
                policy.stamp(key, inquiry.moment().now()),
                used.entrySet().stream()
                        .map(entry -> new Learning.Odds(entry.getKey(), entry.getValue(), dollars(row(entry.getKey()))))
                        .toList(),
                standings);
    }

    private static double dollars(ArmRow row) {
        return row.expectedCost().map(Usd::dollars).orElse(Double.NaN);
    }

    private Context context() {
        String tenant = inquiry.tenant().value();
        String model = requested.name().value();
        return new Context(
                switch (inquiry.plan().learned().pooling()) {
                    case TENANT -> tenant + "/" + model;
                    case GATEWAY -> model;
                },
                features.kind().key() + "/" + features.outputBucket() + "/"
                        + features.requestedTier().key(),
                tenant + "/" + features.repo().shortForm());
    }

    private Stakes stakes() {
        double worth = inquiry.plan()
                .learned()
                .successUsd()
                .map(Usd::dollars)
                .orElseGet(() -> LearnedRules.DEFAULT_WORTH
                        * weighing.directCost().map(Usd::dollars).orElse(0.0));
        return worth > 0 ? Stakes.worth(worth) : Stakes.QUALITY_ONLY;
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
            return Delegator.direct(inquiry, rows, why);
        }
        return delegate(row, Delegator.decision(inquiry, rows, row.arm(), row.arm(), reasons), pin);
    }

    private Route delegate(ArmRow row, Decision decision, Optional<Pin> pin) {
        Worker worker = row.worker().orElseThrow();
        Optional<LensOrder> lens = worker.guidance() == Guidance.BARE
                ? Optional.empty()
                : weighing.smart().map(smart -> order(smart, row, pin));
        return new Route.Delegate(decision, worker, row.model().orElseThrow(), lens);
    }

    private LensOrder order(Model smart, ArmRow row, Optional<Pin> pin) {
        Optional<String> pinned = pin.flatMap(Pin::lensId);
        return new LensOrder(smart, timing(row, pinned), pinned);
    }

    private LensOrder.Timing timing(ArmRow row, Optional<String> pinned) {
        return pinned.isPresent()
                ? LensOrder.Timing.CACHED_ONLY
                : switch (inquiry.plan().lens().build()) {
                    case INLINE -> LensOrder.Timing.INLINE;
                    case BACKGROUND -> LensOrder.Timing.BACKGROUND;
                    case AUTO -> auto(row);
                };
    }

    /** A client that names the arm wants it for this request, so it waits. */
    private LensOrder.Timing auto(ArmRow row) {
        boolean named = inquiry.overrides().arm().filter(row.arm()::equals).isPresent();
        return named || weighing.repaysLensAlone(row) ? LensOrder.Timing.INLINE : LensOrder.Timing.BACKGROUND;
    }

    private ArmRow row(Arm arm) {
        return rows.stream().filter(row -> row.arm().equals(arm)).findFirst().orElseGet(() -> weighing.row(arm));
    }

    private static List<Reason> obstacles(List<ArmRow> rows) {
        return rows.stream()
                .flatMap(row -> row.obstacles().stream())
                .map(Obstacle::reason)
                .distinct()
                .toList();
    }

    private Route goDirect(Reason reason) {
        return Delegator.direct(inquiry, rows, List.of(reason));
    }

    private Route shadowed(Route route) {
        if (inquiry.overrides().modeOn(inquiry.plan()) != Mode.SHADOW) {
            return route;
        }
        List<Reason> reasons = new ArrayList<>(List.of(Reason.SHADOW));
        reasons.addAll(route.decision().reasons());
        return new Route.Direct(
                Delegator.decision(inquiry, rows, Arm.DIRECT, route.decision().arm(), reasons));
    }
}
