package dev.fresnel.delegation;

import dev.fresnel.chat.Role;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Choice;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Stakes;
import dev.fresnel.savings.Trial;
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
    /** Quality by which another arm must be better for a running conversation to leave its own, over the turns still expected. */
    private static final double SWITCH_MARGIN = 0.05;

    private final Inquiry inquiry;
    private final Weighing weighing;
    private final TaskFeatures features;
    private final MultiPartRules multiPart;
    private final Policy policy;
    private final Model requested;
    private final List<ArmRow> rows;
    private final LensTiming timing;
    private List<RuleCheck> checks = List.of();
    private Optional<Learning> learning = Optional.empty();
    private Optional<Learning> lensFound = Optional.empty();
    private Optional<Usd> missing = Optional.empty();

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
        timing = new LensTiming(inquiry, weighing);
    }

    Assessment assessment() {
        Route route = shadowed(route());
        return new Assessment(
                route, features, inquiry.estimates(), rows, checks, learning, lensFound, missing, Optional.empty());
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
        if (inquiry.runningTrial().filter(Trial::isControl).isPresent()) {
            // To its end: a control that changes sides says nothing.
            return pin.isPresent() ? inherited(pin.get()) : goDirect(Reason.CONTROL);
        }
        if (pin.isPresent()) {
            Optional<Reason> boundary = boundary(pin.get());
            return boundary.isEmpty() ? inherited(pin.get()) : byPolicy(pin, boundary);
        }
        if (inquiry.request().openToolLoop()) {
            return goDirect(Reason.OPEN_TOOL_LOOP);
        }
        Optional<Route> cheaper = byLadder();
        if (cheaper.isPresent()) {
            return cheaper.get();
        }
        return switch (mode()) {
            case RULES, SHADOW -> byRules();
            case ADAPTIVE, SHADOW_ADAPTIVE -> byPolicy(Optional.empty(), Optional.empty());
            case OFF -> goDirect(Reason.MODE_OFF);
        };
    }

    /**
     * A budget that runs low takes the first worker of its rung that may answer and is expected to cost less than the requested model. What
     * comes of it is learned like what a client's own choice of arm brings. Empty: decide as ever.
     */
    private Optional<Route> byLadder() {
        Ladder ladder = new Ladder(inquiry.moment().budget().downgrade());
        if (mode().isShadow() || mode() == Mode.OFF) {
            return Optional.empty();
        }
        return ladder.worker(rows, weighing.directCost()).map(row -> {
            if (mode() == Mode.ADAPTIVE) {
                learns(
                        new Crediting.Drawing(
                                row.arm(), Map.of(row.arm(), 1.0), List.of(), Optional.empty(), Learning.Use.TAUGHT),
                        Optional.empty());
            }
            return delegate(row, List.of(ladder.reason()), Optional.empty());
        });
    }

    private Mode mode() {
        return inquiry.overrides().modeOn(inquiry.plan());
    }

    private Route forced(Arm arm, Optional<Pin> pin) {
        boolean pinnedHere = pin.filter(known -> known.arm().equals(arm)).isPresent();
        if (inquiry.request().openToolLoop() && !pinnedHere) {
            return goDirectOrStay(pin, List.of(Reason.OPEN_TOOL_LOOP, Reason.CLIENT_ARM));
        }
        if (!pinnedHere && mode() == Mode.ADAPTIVE) {
            // The client knows something; what comes of it is worth learning all the same.
            learns(new Crediting.Drawing(arm, Map.of(arm, 1.0), List.of(), Optional.empty(), Learning.Use.TAUGHT), pin);
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
                misses(row);
            } else if (rules.vetoes(row)) {
                vetoed.add(Reason.NOT_WORTH_IT);
                vetoed.addAll(fired);
            } else {
                checks = found;
                return inExperiment(row, fired);
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

    /** The rules give the conversation away, unless the lot makes it a control. */
    private Route inExperiment(ArmRow row, List<Reason> fired) {
        if (mode().isShadow() || inquiry.runningTrial().isPresent()) {
            return delegate(row, fired, Optional.empty());
        }
        double share = inquiry.plan().controlShare();
        boolean control = inquiry.moment().lot() < share;
        Map<Arm, Double> propensities = new LinkedHashMap<>();
        propensities.put(Arm.DIRECT, share);
        rows.stream().filter(ArmRow::feasible).forEach(other -> propensities.putIfAbsent(other.arm(), 0.0));
        propensities.put(row.arm(), 1 - share);
        Arm arm = control ? Arm.DIRECT : row.arm();
        Crediting.Drawing drawing = new Crediting.Drawing(
                arm,
                propensities,
                List.of(),
                Optional.of(new Trial(
                        requested.name().value(),
                        control ? Trial.Side.CONTROL : Trial.Side.DELEGATED,
                        share,
                        share,
                        row(Arm.DIRECT).dollars())),
                Learning.Use.MEASURED);
        learns(drawing, Optional.empty());
        List<Reason> reasons = new ArrayList<>(control ? List.of(Reason.CONTROL) : List.of());
        reasons.addAll(fired);
        Decision decision = Delegator.drawn(inquiry, arm, row.arm(), propensities, reasons);
        return control ? new Route.Direct(decision) : delegate(row, decision, Optional.empty());
    }

    /**
     * Why a running conversation is decided anew: only where the learned policy had decided it, and only when the user speaks. A tool
     * loop is never left in its middle.
     */
    private Optional<Reason> boundary(Pin pin) {
        if (!mode().isLearned()
                || inquiry.request().openToolLoop()
                || pin.learned().isEmpty()) {
            return Optional.empty();
        }
        Pin.Learned learned = pin.learned().get();
        if (policy.lead(learned.key()) > learned.lead()) {
            return Optional.of(Reason.ARM_CHANGED);
        }
        boolean told = features.saidKind() != TaskKind.OTHER && learned.kind() != TaskKind.OTHER;
        return told && features.saidKind() != learned.kind() ? Optional.of(Reason.TASK_CHANGED) : Optional.empty();
    }

    /**
     * Asks the policy. A running conversation is weighed over the turns that may still come, with the provider's cached prefix: staying
     * pays the cached price for it at every turn, leaving pays the full one once, and at a boundary a margin of quality as well:
     *
     * <pre>
     *   stay    cost = full cost - discount
     *   leave   cost = full cost - discount (1 - 1/turns),   penalty = margin / turns
     * </pre>
     *
     * where a conversation of {@code turns} user turns is expected to have as many again.
     *
     * @param pin of a conversation that is decided anew
     * @param boundary why; empty for one that was not decided yet
     */
    private Route byPolicy(Optional<Pin> pin, Optional<Reason> boundary) {
        double turns = Math.max(
                1,
                inquiry.request().messages().stream()
                        .filter(message -> message.role() == Role.USER)
                        .count());
        double margin = boundary.isPresent() ? SWITCH_MARGIN : 0;
        double floor = policy.settings().exploration().floor();
        List<Option> options = rows.stream()
                .filter(ArmRow::feasible)
                .map(row -> {
                    double left = row.arm().equals(weighing.incumbent()) ? 0 : 1 / turns;
                    double discount = weighing.prefixDiscount(row.arm()).dollars() * (1 - left);
                    Option option = Option.of(row.arm(), Math.max(0, row.dollars() - discount))
                            .penalised(margin * left);
                    // An arm that is dear for what is left of the day is played when it wins, not to learn about it.
                    return inquiry.moment().budget().affordsExploring(row.dollars(), floor)
                            ? option
                            : option.withoutExploring();
                })
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
        boolean enters = mode() == Mode.ADAPTIVE
                && pin.isEmpty()
                && inquiry.runningTrial().isEmpty();
        double share = enters ? inquiry.plan().controlShare() : 0;
        boolean control = inquiry.moment().lot() < share;
        Map<Arm, Double> propensities = behindTheLot(choice.propensities(), share);
        double most = choice.propensities().values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        List<Reason> reasons = new ArrayList<>(control ? List.of(Reason.CONTROL) : List.of());
        reasons.add(choice.propensity() < most ? Reason.EXPLORING : Reason.LEARNED);
        boundary.ifPresent(reasons::add);
        Arm arm = control ? Arm.DIRECT : choice.arm();
        Optional<Trial> trial = Optional.of(new Trial(
                        requested.name().value(),
                        side(arm, control),
                        share,
                        Math.min(1, propensities.getOrDefault(Arm.DIRECT, share)),
                        row(Arm.DIRECT).dollars()))
                .filter(_ -> enters);
        learns(new Crediting.Drawing(arm, propensities, choice.standings().rows(), trial, Learning.Use.TAUGHT), pin);
        Decision decision = Delegator.drawn(inquiry, arm, choice.arm(), propensities, reasons);
        return arm.isDirect()
                ? new Route.Direct(decision)
                : delegate(row(arm), decision, pin.filter(known -> known.arm().equals(arm)));
    }

    private static Trial.Side side(Arm arm, boolean control) {
        if (control) {
            return Trial.Side.CONTROL;
        }
        return arm.isDirect() ? Trial.Side.DIRECT : Trial.Side.DELEGATED;
    }

    /** What each arm's probability comes to when a share of conversations is sent direct whatever the policy draws. */
    private static Map<Arm, Double> behindTheLot(Map<Arm, Double> drawn, double share) {
        if (share == 0) {
            return drawn;
        }
        Map<Arm, Double> all = new LinkedHashMap<>();
        drawn.forEach((arm, probability) -> all.put(arm, (1 - share) * probability));
        all.merge(Arm.DIRECT, share, Double::sum);
        return all;
    }

    private void learns(Crediting.Drawing drawing, Optional<Pin> pin) {
        Crediting crediting = new Crediting(inquiry, timing, policy, context(), rows, this::row);
        Learning now = crediting.learning(drawing, pin, inquiry.lens());
        learning = Optional.of(now);
        // A lens is first looked for in the store once a worker is to have it. Where direct is drawn nobody looks, and
        // its
        // probability then stands for the worker's too.
        lensFound = Optional.of(crediting.learning(drawing, pin, Inquiry.LensState.CACHED))
                .filter(found -> !found.key().equals(now.key()));
    }

    private Context context() {
        LearnedRules learned = inquiry.plan().learned();
        return new Context(
                learned.pooling().population(inquiry.tenant(), requested.name()),
                features.task(learned.features()),
                features.leaf(inquiry.tenant(), learned.features()));
    }

    private Stakes stakes() {
        double worth = inquiry.plan()
                .learned()
                .successUsd()
                .map(Usd::dollars)
                .orElseGet(() -> LearnedRules.DEFAULT_WORTH
                        * weighing.directCost().map(Usd::dollars).orElse(0.0));
        return new Stakes(
                worth > 0 ? worth : Double.POSITIVE_INFINITY,
                inquiry.moment().budget().perDollar());
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
        LensOrder.Timing when = timing.of(row, pinned);
        switch (when) {
            case BACKGROUND, NOT_DUE -> misses(row);
            case INLINE, CACHED_ONLY -> {}
        }
        return new LensOrder(smart, when, pinned);
    }

    /** The first arm whose lens would have saved something is the one to save up for. */
    private void misses(ArmRow row) {
        if (missing.isEmpty() && row.missed().isPresent()) {
            missing = row.expectedSaving().filter(Usd.ZERO::isLessThan);
        }
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
        if (!mode().isShadow()) {
            return route;
        }
        // Nothing is bought on a route that is only watched.
        missing = Optional.empty();
        List<Reason> reasons = new ArrayList<>(List.of(Reason.SHADOW));
        reasons.addAll(route.decision().reasons());
        return new Route.Direct(
                Delegator.decision(inquiry, rows, Arm.DIRECT, route.decision().arm(), reasons));
    }
}
