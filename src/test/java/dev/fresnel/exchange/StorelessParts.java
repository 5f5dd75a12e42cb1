package dev.fresnel.exchange;

import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.contract.Inspections;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.delegation.Enrolments;
import dev.fresnel.delegation.EscalationBreaker;
import dev.fresnel.delegation.Experience;
import dev.fresnel.delegation.MissedSavings;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.LensWriter;
import dev.fresnel.lens.PromptTemplate;
import dev.fresnel.lens.ShelfLimits;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.FollowUps;
import dev.fresnel.outcome.KnownArms;
import dev.fresnel.outcome.Learner;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.policy.Policy;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.upstream.RetryRule;
import dev.fresnel.upstream.Tracing;
import dev.fresnel.upstream.UpstreamClient;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What exchanges work with, without a gateway around it. Every store fails at, and notes, the first thing it is asked. */
final class StorelessParts {
    static final InstantSource CLOCK = () -> Instant.parse("2026-11-27T12:00:00Z");

    /** What stores were asked. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final Vertx vertx;

    StorelessParts(Vertx vertx) {
        this.vertx = vertx;
    }

    <S> S tripwire(Class<S> port) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (_, method, _) -> {
            asked.add(port.getSimpleName() + "." + method.getName());
            throw new IllegalStateException("no store may be asked");
        }));
    }

    /** Two models, and a budget that is never used up. */
    static GatewayConfig config(URI smart, URI cheap, String route) {
        String yaml = TestGateway.twoModels(smart, cheap, route)
                .replace("    routes:", "    budget: { daily: 1000000 }\n    control-share: 0\n    routes:");
        return switch (ConfigLoader.load(yaml, Path.of("."), Map.of())) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    /** @param spend the one store that an exchange may need */
    Parts parts(GatewayConfig config, SpendStore spend, Consumer<ExchangeEvent> events) {
        RetryRule retries = new RetryRule(CLOCK, new Random(1));
        UpstreamClient upstreams = new UpstreamClient(vertx, retries, () -> 0);
        PriceTable prices = new PriceTable(config.prices());
        Policy policy = new Policy(config.policy());
        Random chance = new Random(2);
        Experience experience = new Experience();
        EscalationBreaker breaker = new EscalationBreaker(CLOCK);
        Learner learner = new Learner(new Learner.Setup(
                policy,
                tripwire(ArmStateStore.class),
                tripwire(DecisionStore.class),
                new KnownArms(Map.of()),
                Runnable::run,
                CLOCK,
                chance,
                "replica",
                OutcomeSettings.DEFAULT,
                _ -> {},
                (_, _) -> {},
                (_, _, _, _, _) -> {}));
        return new Parts(
                vertx,
                upstreams,
                Tracing.OFF,
                config.upstreams(),
                config.models(),
                prices,
                config.workers(),
                new JtokkitEstimator(),
                experience,
                new Delegator(config.models(), prices, config.workers(), experience, policy, breaker),
                breaker,
                new ConversationPins(() -> 0, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
                new Enrolments(() -> 0, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
                new BudgetPacing(),
                new LensKeys(PromptTemplate.VERSION),
                new LensShelf(
                        vertx,
                        new LensWriter(
                                _ -> io.vertx.core.Future.failedFuture("none"), PromptTemplate.load(), CLOCK, () -> 0),
                        tripwire(LensStore.class),
                        CLOCK,
                        () -> 0,
                        chance,
                        ShelfLimits.DEFAULT,
                        _ -> {}),
                new MissedSavings(() -> 0, MissedSavings.DEFAULT_IDLE, MissedSavings.DEFAULT_MAXIMUM),
                new PinnedLenses(() -> 0, Duration.ofMinutes(1)),
                learner,
                new FollowUps(learner, () -> 0),
                new Inspections(vertx.createSharedWorkerExecutor("inspections", 1)),
                Optional.empty(),
                new KillSwitch(tripwire(PauseStore.class), List.of(), CLOCK, _ -> {}),
                new TaskClassifier(
                        vertx, _ -> io.vertx.core.Future.failedFuture("none"), (_, _) -> {}, _ -> {}, _ -> {}, () -> 0),
                new UsageLearner(experience, Runnable::run, config.estimates()),
                Ledger.unread(spend, CLOCK, _ -> {}),
                new SavingsBook(tripwire(StatementStore.class), CLOCK),
                RelayLimits.DEFAULT,
                Parts.Prompts.REDACTED,
                events,
                CLOCK,
                () -> 0,
                chance::nextDouble);
    }
}
