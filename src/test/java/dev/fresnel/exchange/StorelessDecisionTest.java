package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.delegation.Experience;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.LensWriter;
import dev.fresnel.lens.PromptTemplate;
import dev.fresnel.lens.ShelfLimits;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.KnownArms;
import dev.fresnel.outcome.Learner;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.policy.Policy;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.upstream.RetryRule;
import dev.fresnel.upstream.UpstreamClient;
import dev.fresnel.value.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** H13: a decision is taken from memory. Every store below fails at, and notes, the first thing it is asked. */
class StorelessDecisionTest {
    private static final InstantSource CLOCK = () -> Instant.parse("2026-11-27T12:00:00Z");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    private <S> S tripwire(Class<S> port) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (_, method, _) -> {
            asked.add(port.getSimpleName() + "." + method.getName());
            throw new IllegalStateException("no store may be asked");
        }));
    }

    @Test
    void asksNoStore_whateverTheModeDecides() {
        for (String route : List.of(
                "mode: adaptive\narms: [direct, fast-worker, fast-bare]",
                "mode: adaptive\narms: [direct, fast-worker]\nlens: { build: inline }",
                "mode: shadow-adaptive\narms: [direct, fast-bare]",
                "mode: rules\narms: [direct, fast-worker]")) {
            GatewayConfig config = config(route);
            Parts parts = parts(config);
            for (int i = 0; i < 100; i++) {
                Plan plan = decide(parts, config, i);
                assertThat(plan).isNotInstanceOf(Plan.Unreadable.class);
            }
        }

        assertThat(asked).isEmpty();
    }

    @Test
    void theTripwireWorks() {
        KillSwitch killSwitch = new KillSwitch(tripwire(PauseStore.class), List.of(), CLOCK, _ -> {});

        assertThatThrownBy(killSwitch::refresh).hasMessage("no store may be asked");
        assertThat(asked).containsExactly("PauseStore.load");
    }

    private Plan decide(Parts parts, GatewayConfig config, int i) {
        byte[] body =
                ("{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for "
                                + (5 + i) + " entities\"}]}")
                        .getBytes(StandardCharsets.UTF_8);
        Arrival arrival = new Arrival(
                new RequestId("request-" + i),
                config.tenants().getFirst(),
                "/v1/chat/completions",
                MultiMap.caseInsensitiveMultiMap(),
                Optional.empty(),
                0);
        Journal journal = new Journal(() -> 0, 0);
        Deciding deciding =
                new Deciding(parts, arrival, journal, new Bypass(parts, arrival, journal), new Purse(parts, arrival));
        return Await.result(deciding.decide(ChatRequestReader.read(body), Buffer.buffer(body)));
    }

    private static GatewayConfig config(String route) {
        URI nobody = URI.create("http://127.0.0.1:9/v1");
        String yaml = TestGateway.twoModels(nobody, nobody, route)
                .replace("    routes:", "    budget: { daily: 1000000 }\n    routes:");
        return switch (ConfigLoader.load(yaml, Path.of("."), Map.of())) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    private Parts parts(GatewayConfig config) {
        RetryRule retries = new RetryRule(CLOCK, new Random(1));
        UpstreamClient upstreams = new UpstreamClient(vertx, retries, () -> 0);
        PriceTable prices = new PriceTable(config.prices());
        Policy policy = new Policy(config.policy());
        Random chance = new Random(2);
        Experience experience = new Experience();
        return new Parts(
                vertx,
                upstreams,
                config.upstreams(),
                config.models(),
                prices,
                config.workers(),
                new JtokkitEstimator(),
                experience,
                new Delegator(config.models(), prices, config.workers(), experience, policy),
                new ConversationPins(() -> 0, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
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
                new PinnedLenses(() -> 0, Duration.ofMinutes(1)),
                new Learner(new Learner.Setup(
                        policy,
                        tripwire(ArmStateStore.class),
                        tripwire(DecisionStore.class),
                        new KnownArms(Map.of()),
                        Runnable::run,
                        CLOCK,
                        chance,
                        "replica",
                        OutcomeSettings.DEFAULT,
                        _ -> {})),
                new KillSwitch(tripwire(PauseStore.class), List.of(), CLOCK, _ -> {}),
                new TaskClassifier(
                        vertx, _ -> io.vertx.core.Future.failedFuture("none"), (_, _) -> {}, _ -> {}, () -> 0),
                new UsageLearner(experience, Runnable::run, config.estimates()),
                Ledger.unread(tripwire(SpendStore.class), CLOCK),
                RelayLimits.DEFAULT,
                Parts.Prompts.REDACTED,
                _ -> {},
                CLOCK,
                () -> 0,
                chance::nextDouble);
    }
}
