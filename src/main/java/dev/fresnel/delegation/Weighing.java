package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.CostModel.LensSize;
import dev.fresnel.budget.CostModel.Work;
import dev.fresnel.budget.Price;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Role;
import dev.fresnel.chat.Usage;
import dev.fresnel.lens.LensPolicy;
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
    /** Shorter prefixes are cached by no large provider (1,024 to 4,096 tokens, by model), so a switch loses nothing. */
    private static final long LEAST_CACHED_TOKENS = 1024;

    private final ModelCatalog catalog;
    private final PriceTable prices;
    private final Map<String, Worker> workers;
    private final Experience experience;
    private final EscalationBreaker breaker;
    private final Inquiry inquiry;
    private final Model requested;
    private final RouteRules rules;

    Weighing(
            ModelCatalog catalog,
            PriceTable prices,
            Map<String, Worker> workers,
            Experience experience,
            EscalationBreaker breaker,
            Inquiry inquiry,
            Model requested) {
        this.catalog = catalog;
        this.prices = prices;
        this.workers = workers;
        this.experience = experience;
        this.breaker = breaker;
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
        Optional<Worker> worker = row.worker();
        Optional<Model> model = row.model();
        if (worker.isEmpty() || model.isEmpty()) {
            return false;
        }
        CostModel costs = costs(worker.get(), model.get());
        return requestedPrice()
                .flatMap(strong -> price(model)
                        .flatMap(cheap -> row.lensCost()
                                .map(lens -> BreakEven.of(
                                                terms(
                                                        strong,
                                                        cheap,
                                                        lens,
                                                        1,
                                                        inputTokens(model.get()),
                                                        lensTokens(),
                                                        switchLoss(row.arm())),
                                                costs)
                                        .isPassedBy(l50()))))
                .orElse(false);
    }

    Optional<Usd> directCost() {
        return requestedPrice().map(price -> CostModel.direct(price, expected()));
    }

    private ArmRow directRow() {
        return new ArmRow(
                Arm.DIRECT,
                Optional.empty(),
                Optional.of(requested),
                directCost(),
                Optional.of(Usd.ZERO),
                Optional.empty(),
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
                Optional.empty(),
                List.of(obstacle));
    }

    private ArmRow workerRow(Worker worker, Model model) {
        long lensTokens = worker.guidance() == Guidance.LENS ? lensTokens() : 0;
        CostModel costs = costs(worker, model);
        Work expectedWork = new Work(inputTokens(model), l50());
        Work worstWork = new Work(Math.max(inputTokens(model), worst().inputTokens()), worst().outputTokens());
        Optional<Price> cheap = price(Optional.of(model));
        Optional<Usd> lensCost = lensCost(worker);
        Usd switchLoss = switchLoss(worker.arm());
        Optional<Usd> expected = cheap.flatMap(price -> lensCost.flatMap(lens -> directCost()
                .map(direct -> share(lens)
                        .plus(costs.execution(price, expectedWork, lensTokens))
                        .plus(costs.escalations(direct)))));
        Optional<Usd> saving = expected.flatMap(
                cost -> directCost().map(direct -> direct.minus(cost).minus(switchLoss)));
        Optional<BreakEven> breakEven = requestedPrice()
                .flatMap(strong -> cheap.flatMap(price -> lensCost.map(lens -> BreakEven.of(
                        terms(
                                strong,
                                price,
                                savesUp() ? Usd.ZERO : lens,
                                uses(),
                                inputTokens(model),
                                lensTokens,
                                switchLoss),
                        costs))));
        Optional<Usd> worst =
                cheap.flatMap(price -> lensCost.map(lens -> lens.plus(CostModel.atMost(price, worstWork, lensTokens))));
        List<Obstacle> obstacles = new ArrayList<>();
        sameModel(model).ifPresent(obstacles::add);
        paused(worker).ifPresent(obstacles::add);
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
                lensCost.filter(lens -> savesUp() && Usd.ZERO.isLessThan(lens)).map(_ -> inquiry.missed()),
                saving,
                breakEven,
                worst,
                obstacles);
    }

    private Optional<Obstacle> paused(Worker worker) {
        return breaker.isPaused(inquiry.tenant(), worker.arm())
                ? Optional.of(new Obstacle(
                        Reason.ESCALATING_TOO_OFTEN,
                        "more than " + EscalationBreaker.MOST_PERCENT + " of 100 answers had to be escalated"))
                : Optional.empty();
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
        boolean learned = inquiry.overrides().modeOn(inquiry.plan()).isLearned();
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

    private BreakEven.Terms terms(
            Price strong, Price cheap, Usd lens, double uses, long workerInput, long lensTokens, Usd switchLoss) {
        return new BreakEven.Terms(
                strong, cheap, lens, uses, inquiry.estimates().inputTokens(), workerInput + lensTokens, switchLoss);
    }

    private CostModel costs(Worker worker, Model model) {
        return experience.costs(inquiry.tenant(), worker, model.name(), requested.name());
    }

    /** The request's input as {@code model} bills it. */
    private long inputTokens(Model model) {
        return experience.inputTokens(
                model.name(), requested.name(), inquiry.estimates().inputTokens());
    }

    /**
     * Whether a missing lens is bought once requests have missed its price. Then its price is no part of what one request costs: when to
     * buy is another question than whether a lens that is there pays.
     */
    private boolean savesUp() {
        return inquiry.plan().lens().build() == LensPolicy.Build.AUTO
                && rules.breakEven().isOn()
                && rules.expectedUses().isEmpty();
    }

    private double uses() {
        return rules.expectedUses().orElse(RouteRules.ASSUMED_USES);
    }

    private Usd share(Usd lens) {
        return savesUp() ? Usd.ZERO : CostModel.perUse(lens, uses());
    }

    private Optional<Usd> lensCost(Worker worker) {
        if (worker.guidance() == Guidance.BARE || inquiry.lens() == Inquiry.LensState.CACHED) {
            return Optional.of(Usd.ZERO);
        }
        long brief = Math.min(inquiry.estimates().inputTokens(), LENS_BRIEF_TOKENS);
        return smart().flatMap(smart -> prices.find(smart.name()).map(price -> {
            long output = experience.lensOutputTokens(smart.name(), lensTokens());
            return CostModel.lens(
                    price,
                    new LensSize(LENS_TEMPLATE_TOKENS + brief, lensTokens(), Math.max(0, output - lensTokens())));
        }));
    }

    private long lensTokens() {
        return Math.min(EXPECTED_LENS_TOKENS, inquiry.plan().lens().maxLensTokens());
    }

    /**
     * What a running conversation loses when this turn goes to {@code arm}: the discount on its cached prefix where it is now. Zero for
     * the arm that it is on.
     */
    private Usd switchLoss(Arm arm) {
        Arm incumbent = incumbent();
        return incumbent.equals(arm) ? Usd.ZERO : prefixDiscount(incumbent);
    }

    /** The arm that a running conversation is on: the pinned one, or else direct. */
    Arm incumbent() {
        return inquiry.pin().map(Pin::arm).orElse(Arm.DIRECT);
    }

    /** What the provider's cache takes off the input of a running conversation that stays on {@code arm}; zero for a first turn. */
    Usd prefixDiscount(Arm arm) {
        boolean running = inquiry.request().messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
        if (!running || inquiry.estimates().inputTokens() < LEAST_CACHED_TOKENS) {
            return Usd.ZERO;
        }
        Work prefix = new Work(inquiry.estimates().inputTokens(), 0);
        return priceOf(arm)
                .map(price -> CostModel.direct(price, prefix).minus(CostModel.direct(price.allCached(), prefix)))
                .orElse(Usd.ZERO);
    }

    private Optional<Price> priceOf(Arm arm) {
        return arm.isDirect()
                ? requestedPrice()
                : Optional.ofNullable(workers.get(arm.name()))
                        .flatMap(worker -> prices.find(worker.model()).or(() -> price(catalog.find(worker.model()))));
    }

    private Optional<Usd> directWorstCase() {
        return requestedPrice().map(price -> CostModel.atMost(price, worst(), 0));
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
