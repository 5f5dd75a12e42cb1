package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.CostModel.LensSize;
import dev.fresnel.budget.CostModel.Work;
import dev.fresnel.budget.Price;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Role;
import dev.fresnel.chat.Usage;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The arms of a route held against one request: what each would cost and what keeps it from answering. Eligibility is a hard
 * filter that comes before any rule, and no rule or header lifts it. One instance weighs one request.
 */
final class Weighing {
    /** Template and framing of the lens prompt, beside the task itself. */
    private static final long LENS_TEMPLATE_TOKENS = 350;
    /** A lens prompt carries at most a bounded excerpt of the request. */
    private static final long LENS_BRIEF_TOKENS = 5000;
    /** What lenses are asked to be; capped per route. */
    private static final long EXPECTED_LENS_TOKENS = 700;

    private final ModelCatalog catalog;
    private final PriceTable prices;
    private final Map<String, Worker> workers;
    private final CostModel costs;
    private final Inquiry inquiry;
    private final Model requested;
    private final RouteRules rules;

    Weighing(
            ModelCatalog catalog,
            PriceTable prices,
            Map<String, Worker> workers,
            CostModel costs,
            Inquiry inquiry,
            Model requested) {
        this.catalog = catalog;
        this.prices = prices;
        this.workers = workers;
        this.costs = costs;
        this.inquiry = inquiry;
        this.requested = requested;
        this.rules = inquiry.overrides().rulesOn(inquiry.plan());
    }

    RouteRules rules() {
        return rules;
    }

    /** Every arm of the route, {@code direct} first, the others in the operator's order. */
    List<ArmRow> rows() {
        List<ArmRow> rows = new ArrayList<>();
        rows.add(directRow());
        inquiry.plan().arms().stream()
                .filter(arm -> !arm.isDirect())
                .distinct()
                .map(this::row)
                .forEach(rows::add);
        return rows;
    }

    /** An arm that may have left the route since the conversation was pinned to it. */
    ArmRow row(Arm arm) {
        Worker worker = workers.get(arm.name());
        if (worker == null || !inquiry.plan().arms().contains(arm)) {
            return unknownRow(arm, new Obstacle(Reason.ARM_NOT_OFFERED, arm.name()));
        }
        return catalog.find(worker.model())
                .map(model -> workerRow(worker, model))
                .orElseGet(() -> unknownRow(
                        arm,
                        new Obstacle(Reason.UNKNOWN_WORKER_MODEL, worker.model().value())));
    }

    /** Who writes the lens: the route's smart model, else the requested one. */
    Optional<Model> smart() {
        return inquiry.plan().smart().map(catalog::find).orElse(Optional.of(requested));
    }

    /** Whether this one request is expected to repay a lens by itself. Without prices it is not. */
    boolean repaysLensAlone(ArmRow row) {
        return requestedPrice()
                .flatMap(strong -> price(row.model())
                        .flatMap(cheap -> row.lensCost()
                                .map(lens -> BreakEven.of(
                                                terms(strong, cheap, lens, 1, lensTokens(), switchLoss(row.arm())),
                                                costs)
                                        .isPassedBy(l50()))))
                .orElse(false);
    }

    Optional<Usd> directCost() {
        return requestedPrice().map(price -> costs.direct(price, expected()));
    }

    private ArmRow directRow() {
        return new ArmRow(
                Arm.DIRECT,
                Optional.empty(),
                Optional.of(requested),
                directCost(),
                Optional.of(Usd.ZERO),
                directCost().map(cost -> Usd.ZERO),
                Optional.empty(),
                directWorstCase(),
                List.of());
    }

    private ArmRow unknownRow(Arm arm, Obstacle obstacle) {
        return new ArmRow(
                arm,
                Optional.ofNullable(workers.get(arm.name())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(obstacle));
    }

    private ArmRow workerRow(Worker worker, Model model) {
        long lensTokens = worker.guidance() == Guidance.LENS ? lensTokens() : 0;
        Optional<Price> cheap = price(Optional.of(model));
        Optional<Usd> lensCost = lensCost(worker);
        Usd switchLoss = switchLoss(worker.arm());
        Optional<Usd> expected = cheap.flatMap(price -> lensCost.flatMap(lens -> directCost()
                .map(direct -> CostModel.perUse(lens, rules.expectedUses())
                        .plus(costs.execution(price, expected(), lensTokens))
                        .plus(costs.escalations(direct)))));
        Optional<Usd> saving = expected.flatMap(
                cost -> directCost().map(direct -> direct.minus(cost).minus(switchLoss)));
        Optional<BreakEven> breakEven = requestedPrice()
                .flatMap(strong -> cheap.flatMap(price -> lensCost.map(lens -> BreakEven.of(
                        terms(strong, price, lens, rules.expectedUses(), lensTokens, switchLoss), costs))));
        Optional<Usd> worst =
                cheap.flatMap(price -> lensCost.map(lens -> lens.plus(costs.execution(price, worst(), lensTokens))));
        List<Obstacle> obstacles = new ArrayList<>();
        sameModel(model).ifPresent(obstacles::add);
        unsupported(model).ifPresent(obstacles::add);
        window(model, lensTokens).ifPresent(obstacles::add);
        if (worker.guidance() == Guidance.LENS && smart().isEmpty()) {
            obstacles.add(new Obstacle(
                    Reason.UNKNOWN_WORKER_MODEL,
                    inquiry.plan().smart().map(ModelName::value).orElse("")));
        }
        retired(worker).ifPresent(obstacles::add);
        noPrice(worker, model).ifPresent(obstacles::add);
        overBudget(worst).ifPresent(obstacles::add);
        return new ArmRow(
                worker.arm(),
                Optional.of(worker),
                Optional.of(model),
                expected,
                lensCost,
                saving,
                breakEven,
                worst,
                obstacles);
    }

    private Optional<Obstacle> sameModel(Model model) {
        return model.name().equals(requested.name())
                ? Optional.of(new Obstacle(Reason.SAME_MODEL, model.name().value()))
                : Optional.empty();
    }

    private Optional<Obstacle> unsupported(Model model) {
        TreeSet<String> missing = new TreeSet<>();
        for (Feature feature : inquiry.request().features()) {
            if (!model.supports().contains(feature)) {
                missing.add(feature.key());
            }
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Obstacle(
                        Reason.UNSUPPORTED_FEATURE, model.name() + " lacks " + String.join(", ", missing)));
    }

    private Optional<Obstacle> window(Model model, long lensTokens) {
        if (model.contextWindow().isEmpty()) {
            return Optional.empty();
        }
        // Choices share the input, each has an output of its own.
        long perChoice = inquiry.estimates().output().l90()
                / Math.max(1, inquiry.request().choices());
        long needed = inquiry.estimates().inputTokens() + lensTokens + perChoice;
        long window = model.contextWindow().getAsLong();
        return needed <= window
                ? Optional.empty()
                : Optional.of(new Obstacle(
                        Reason.CONTEXT_WINDOW, needed + " tokens needed, " + model.name() + " takes " + window));
    }

    /** A conversation that began with a lens keeps it, whatever has been found since. */
    private Optional<Obstacle> retired(Worker worker) {
        boolean pinned = inquiry.runningPin()
                .filter(pin -> pin.arm().equals(worker.arm()) && pin.lensId().isPresent())
                .isPresent();
        return worker.guidance() == Guidance.LENS && inquiry.lens() == Inquiry.LensState.RETIRED && !pinned
                ? Optional.of(new Obstacle(Reason.LENS_RETIRED, "answers were worse with each version"))
                : Optional.empty();
    }

    /** A missing price stops the arm only where money decides: an unknown price is never zero. */
    private Optional<Obstacle> noPrice(Worker worker, Model model) {
        boolean learned = inquiry.overrides().modeOn(inquiry.plan()) == Mode.ADAPTIVE;
        if (!learned && !rules.breakEven().isOn() && inquiry.remaining().isEmpty()) {
            return Optional.empty();
        }
        List<String> missing = new ArrayList<>();
        if (requestedPrice().isEmpty()) {
            missing.add(requested.name().value());
        }
        if (prices.find(model.name()).isEmpty()) {
            missing.add(model.name().value());
        }
        if (lensCost(worker).isEmpty()) {
            smart().map(Model::name)
                    .map(ModelName::value)
                    .filter(name -> !missing.contains(name))
                    .ifPresent(missing::add);
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Obstacle(Reason.NO_PRICE, String.join(", ", missing)));
    }

    private Optional<Obstacle> overBudget(Optional<Usd> worstCase) {
        return inquiry.remaining()
                .flatMap(left -> worstCase
                        .filter(left::isLessThan)
                        .map(worst -> new Obstacle(
                                Reason.OVER_BUDGET, "may cost " + worst + " USD, " + left + " USD is left")));
    }

    private BreakEven.Terms terms(Price strong, Price cheap, Usd lens, double uses, long lensTokens, Usd switchLoss) {
        return new BreakEven.Terms(
                strong, cheap, lens, uses, inquiry.estimates().inputTokens(), lensTokens, switchLoss);
    }

    private Optional<Usd> lensCost(Worker worker) {
        if (worker.guidance() == Guidance.BARE || inquiry.lens() == Inquiry.LensState.CACHED) {
            return Optional.of(Usd.ZERO);
        }
        long brief = Math.min(inquiry.estimates().inputTokens(), LENS_BRIEF_TOKENS);
        LensSize size = new LensSize(LENS_TEMPLATE_TOKENS + brief, lensTokens(), 0);
        return price(smart()).map(price -> costs.lens(price, size));
    }

    private long lensTokens() {
        return Math.min(EXPECTED_LENS_TOKENS, inquiry.plan().lens().maxLensTokens());
    }

    /**
     * The provider's cached prefix that a switch throws away, when the conversation has been running on the requested model. A
     * conversation that is pinned to the arm already has its prefix there.
     */
    private Usd switchLoss(Arm arm) {
        boolean running = inquiry.request().messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
        boolean there = inquiry.pin().filter(pin -> pin.arm().equals(arm)).isPresent();
        if (!running || there) {
            return Usd.ZERO;
        }
        Work prefix = new Work(inquiry.estimates().inputTokens(), 0);
        return requestedPrice()
                .map(price -> costs.direct(price, prefix)
                        .minus(costs.direct(
                                new Price(price.cachedInput(), price.cachedInput(), price.output()), prefix)))
                .orElse(Usd.ZERO);
    }

    private Optional<Usd> directWorstCase() {
        return requestedPrice().map(price -> costs.direct(price, worst()));
    }

    private Work expected() {
        return new Work(inquiry.estimates().inputTokens(), l50());
    }

    private Work worst() {
        Usage most = inquiry.estimates().atMost(inquiry.request());
        return new Work(most.inputTokens(), most.outputTokens());
    }

    private long l50() {
        return inquiry.estimates().output().l50();
    }

    private Optional<Price> requestedPrice() {
        return prices.find(requested.name());
    }

    private Optional<Price> price(Optional<Model> model) {
        return model.map(Model::name).flatMap(prices::find);
    }
}
