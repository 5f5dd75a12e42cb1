package dev.fresnel.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Seed;
import dev.fresnel.policy.Stakes;
import dev.fresnel.policy.Standings;
import dev.fresnel.upstream.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** H23: of which tasks a row speaks, and how much. */
class ColdStartTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final Duration MEMORY = Duration.ofDays(14);
    private static final Arm FAST = new Arm("fast");
    private static final GatewayConfig CONFIG = config("""
            upstreams: { up: { base-url: "https://up.example/v1" } }
            models:
              strong: { upstream: up, tier: large, price: { input: 2, cached-input: 1, output: 10 } }
              middle: { upstream: up, tier: medium, price: { input: 1, cached-input: 1, output: 4 } }
              cheap: { upstream: up, tier: small, price: { input: 1, cached-input: 1, output: 1 } }
            workers: { fast: { model: cheap, lens: false }, idle: { model: cheap, lens: false } }
            tenants:
              - id: acme
                keys: ["acme-key-000000"]
                mode: adaptive
                arms: [direct, fast]
                routes: [{ match: { model: "strong" } }, { match: { model: "middle" }, learned: { features: [task-kind] } }]
              - id: rules
                keys: ["rules-key-00000"]
                mode: rules
                arms: [direct, idle]
                routes: [{ match: { model: "*" } }]
              - id: pooled
                keys: ["pooled-key-0000"]
                mode: shadow-adaptive
                arms: [direct, fast]
                learned: { pooling: gateway }
                routes: [{ match: { model: "strong" } }]
            """);

    private static GatewayConfig config(String yaml) {
        return switch (ConfigLoader.load(yaml, Path.of("."), Map.of())) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    private final List<SeedRow> rows = new ArrayList<>();

    private void row(Arm arm, Optional<Tier> tier, OptionalLong output, OptionalDouble reward, Instant at) {
        rows.add(new SeedRow(
                "row-" + rows.size(),
                "test",
                new SeedRow.Features(Optional.of(TaskKind.DEBUG), Optional.empty(), output, OptionalLong.empty(), tier),
                arm,
                OptionalLong.of(100),
                OptionalLong.empty(),
                Optional.empty(),
                reward,
                1,
                Optional.empty(),
                Optional.of(at)));
    }

    private void row(Arm arm, double reward, Instant at) {
        row(arm, Optional.of(Tier.LARGE), OptionalLong.of(700), OptionalDouble.of(reward), at);
    }

    private ColdStart start() {
        return ColdStart.of(new SeedFile(rows, List.of(), 0, 0, NOW), CONFIG.tenants(), CONFIG.models(), MEMORY, NOW);
    }

    private static Standings.Standing standing(Policy policy, String population, String task) {
        Question question = new Question(
                new Context(population, task, Context.WHOLE_TASK),
                List.of(Option.of(Arm.DIRECT, 0), Option.of(FAST, 0)),
                Stakes.QUALITY_ONLY,
                NOW);
        return policy.choose(question, 0).standings().rows().getLast();
    }

    @Test
    void speaksToEveryLearnedRouteThatHasTheArmAndTheTier() {
        row(FAST, 1, NOW);

        ColdStart start = start();

        assertThat(start.lines())
                .extracting(ColdStart.Line::population, ColdStart.Line::task)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("acme/strong", "debug/512/large"),
                        org.assertj.core.groups.Tuple.tuple("*/strong", "debug/512/large"));
        assertThat(start.counts()).isEqualTo(new ColdStart.Counts(1, 0, 0));
    }

    @Test
    void countsUnknownArms_andRowsOfNoTaskHere() {
        row(new Arm("nobody"), 1, NOW);
        row(new Arm("idle"), 1, NOW);
        row(FAST, Optional.of(Tier.SMALL), OptionalLong.of(700), OptionalDouble.of(1), NOW);
        row(FAST, Optional.of(Tier.LARGE), OptionalLong.empty(), OptionalDouble.of(1), NOW);

        assertThat(start().counts())
                .as("a worker of no learned route is as good as unknown")
                .isEqualTo(new ColdStart.Counts(0, 2, 2));
    }

    @Test
    void asksOnlyForTheFeaturesOfTheRoute() {
        row(FAST, Optional.empty(), OptionalLong.empty(), OptionalDouble.of(1), NOW);

        assertThat(start().lines())
                .singleElement()
                .extracting(ColdStart.Line::population, ColdStart.Line::task)
                .containsExactly("acme/middle", "debug");
    }

    @Test
    void silentRowsTellTimeOnly() {
        row(FAST, 1, NOW);
        row(FAST, Optional.of(Tier.LARGE), OptionalLong.of(700), OptionalDouble.empty(), NOW);
        Policy policy = new Policy(PolicySettings.DEFAULT);
        start().tell(policy, NOW);

        ColdStart.Line line = start().lines().getFirst();
        assertThat(line.quality()).isEqualTo(1);
        assertThat(line.rows()).isEqualTo(1);
        assertThat(line.silent()).isEqualTo(1);
        assertThat(line.meanMillis()).isEqualTo(100);
        assertBelieved(standing(policy, "acme/strong", "debug/512/large"), told(1, 1));
    }

    @Test
    void movesWhatIsBelieved_andWeighsNoMoreThanTheCap() {
        for (int i = 0; i < 500; i++) {
            row(FAST, 0, NOW);
        }
        Policy cold = new Policy(PolicySettings.DEFAULT);
        Policy seeded = new Policy(PolicySettings.DEFAULT);
        start().tell(seeded, NOW);

        Standings.Standing told = standing(seeded, "acme/strong", "debug/512/large");
        assertBelieved(told, told(10, 0));
        assertThat(told.quality())
                .isLessThan(standing(cold, "acme/strong", "debug/512/large").quality() - 0.2);
        assertThat(standing(seeded, "rules/strong", "debug/512/large"))
                .as("a tenant that learns nothing")
                .isEqualTo(standing(cold, "rules/strong", "debug/512/large"));
    }

    @Test
    void weighsRowsByWhenTheyWereObserved_soThatARestartRenewsNothing() {
        row(FAST, 1, NOW.minus(MEMORY));
        row(FAST, 0, NOW.minus(MEMORY.multipliedBy(2)));
        double expected = Math.exp(-1) + Math.exp(-2);
        Policy policy = new Policy(PolicySettings.DEFAULT);

        start().tell(policy, NOW);

        Standings.Standing told = standing(policy, "acme/strong", "debug/512/large");
        Standings.Standing same = told(expected, Math.exp(-1) / expected);
        assertBelieved(told, same);
        assertThat(start().lines().getFirst().quality())
                .as("the newer row counts for more")
                .isCloseTo(Math.exp(-1) / expected, within(1e-6));
    }

    @Test
    void takesRowsFromTheFutureForPresent() {
        row(FAST, 1, NOW.plus(Duration.ofDays(3650)));
        Policy policy = new Policy(PolicySettings.DEFAULT);

        start().tell(policy, NOW);

        assertBelieved(standing(policy, "acme/strong", "debug/512/large"), told(1, 1));
    }

    private static void assertBelieved(Standings.Standing standing, Standings.Standing same) {
        assertThat(standing.quality()).isCloseTo(same.quality(), within(1e-6));
        assertThat(standing.deviation()).isCloseTo(same.deviation(), within(1e-6));
        assertThat(standing.pulls()).as("no outcome of this gateway").isZero();
    }

    /** What a policy believes that was told so many rows of that quality at once. */
    private Standings.Standing told(double rows, double quality) {
        Policy policy = new Policy(PolicySettings.DEFAULT);
        Context task = new Context("acme/strong", "debug/512/large", Context.WHOLE_TASK);
        policy.seed(List.of(new Seed(task, FAST, quality, rows)), NOW);
        return standing(policy, "acme/strong", "debug/512/large");
    }

    @Test
    void moreLiveOutcomesThanTheCap_outweighAllRows() {
        for (int i = 0; i < 500; i++) {
            row(FAST, 0, NOW);
        }
        Policy policy = new Policy(PolicySettings.DEFAULT);
        start().tell(policy, NOW);
        Context here = new Context("acme/strong", "debug/512/large", Context.WHOLE_TASK);
        var key = new dev.fresnel.policy.EvidenceKey(here, FAST);
        for (int i = 0; i < 11; i++) {
            policy.learn(key, new dev.fresnel.policy.Observation(policy.stamp(key, NOW), 1, 1), NOW);
        }

        assertThat(standing(policy, "acme/strong", "debug/512/large").quality()).isGreaterThan(0.5);
    }
}
