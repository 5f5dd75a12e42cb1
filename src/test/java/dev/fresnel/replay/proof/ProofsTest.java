package dev.fresnel.replay.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Worlds;
import dev.fresnel.replay.data.ArmOutcome;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedRow;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.LearnedRules;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A proof is worth what it refuses: each one must fail a rule that lacks exactly what it is about. */
class ProofsTest {
    private static final DataSet TASKS = Worlds.mixed(8, 150);

    static Stream<Arguments> plantedRules() {
        return Stream.of(
                Arguments.of("P1", Baselines.random(), "capture, %"),
                Arguments.of("P2", Baselines.ucb1(), "capture, %"),
                Arguments.of("P3", Baselines.alwaysDirect(), "20 % of outcomes: capture, %"),
                Arguments.of("P5", Baselines.alwaysCheap(), "requests until 85 of the last 100 were re-routed"),
                Arguments.of("P5", shy(), "false alarms per 25,000 requests"),
                Arguments.of("P6", Baselines.alwaysDirect(), "regret per 1,000 after the outage"),
                Arguments.of("P7", Baselines.discountedLinUcb(), "right in the first 20, %"),
                Arguments.of("P7", Baselines.random(), "right in the first 20, %"),
                Arguments.of("P8", Baselines.alwaysDirect(), "requests until it answers half of those it is best for"),
                Arguments.of("P9", Baselines.random(), "paretobandit-llama, budget for 33 %: lift, %"),
                Arguments.of("P10", Baselines.alwaysCheap(), "alpha 5 %: runs with a breach, %"),
                Arguments.of("P10", Baselines.alwaysDirect(), "alpha 5 %: delegated, % of the oracle's"),
                Arguments.of("P14", Baselines.betaThompson(), "DR intervals that hold the truth, %"),
                Arguments.of("P16", Baselines.betaThompson(), "right rows: regret / cold start's"),
                Arguments.of("CALIBRATION", boasting(), "calibration error, dense"));
    }

    @ParameterizedTest(name = "{0} refuses {1}")
    @MethodSource("plantedRules")
    void refusesARule_thatLacksWhatItIsAbout(String id, Rule planted, String claim) {
        Verdict verdict = Proofs.find(id).orElseThrow().run(id.equals("P7") ? pricey(planted) : bench(planted));

        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.claims())
                .filteredOn(Predicate.not(Claim::isMet))
                .extracting(Claim::what)
                .contains(claim);
        assertThat(verdict.claimTable().rows()).anyMatch(row -> row.contains("MISSED"));
    }

    /** The policy itself must pass where the made world leaves no excuse. */
    @Test
    void theGatewaysPolicyKeepsBudgetAndLog() {
        Bench bench = bench(LearnedRules.of(RuleName.THOMPSON));
        // Under another name it is no rule of a gateway, of which replicas could be made: SharedLearningTest looks at
        // those.
        Rule alone = new Rule("alone", LearnedRules.of(RuleName.THOMPSON).start());

        assertThat(met(new BudgetKept().run(bench(alone))))
                .contains(
                        "paretobandit-llama: highest window of any seed, % of the cap",
                        "paretobandit-mistral: highest window of any seed, % of the cap");
        assertThat(met(new PriceCut().run(pricey(LearnedRules.of(RuleName.THOMPSON)))))
                .contains("lag in requests");
        assertThat(met(new WarmStarted().run(bench))).contains("right rows: regret / cold start's");
        assertThat(new Calibrated().run(bench).holds()).isTrue();
    }

    /** P18 has no rule of the policy on trial: its own baselines must fail, and the gateway's judge stand between them. */
    @Test
    void retiringEarlyOrNeverIsFoundOut_whereLensesHurt() {
        Verdict verdict = new NegativeLens().run(bench(Baselines.random()));

        assertThat(met(verdict)).contains("good lenses retired, %");
        List<List<String>> rows = verdict.tables().getFirst().rows();
        double gateway = lift(rows, "gateway");
        assertThat(gateway).isGreaterThan(lift(rows, "never") + 10).isGreaterThan(lift(rows, "plain means") + 10);
        assertThat(gateway).isLessThan(lift(rows, "best test") + 1);
    }

    private static double lift(List<List<String>> rows, String judge) {
        List<String> row = rows.stream()
                .filter(cells -> cells.get(1).equals(judge))
                .findFirst()
                .orElseThrow();
        return Double.parseDouble(row.getLast().substring(0, row.getLast().indexOf(' ')));
    }

    @Test
    void everyProofHasItsOwnName() {
        assertThat(Proofs.all())
                .extracting(Proof::id)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("P\\d+|CALIBRATION|SAVINGS"));
        assertThat(Proofs.find("p10")).isPresent();
        assertThat(Proofs.find("P99")).isEmpty();
    }

    @Test
    void theKnapsackFillsByGainPerUnit() {
        // Task a gains .5 for .1, task b .1 for .1, ten requests each.
        List<RecordedRow> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.add(Worlds.row("a" + i, "a", ArmOutcome.of(1, 0.1), ArmOutcome.of(0.5, 0)));
            rows.add(Worlds.row("b" + i, "b", ArmOutcome.of(1, 0.1), ArmOutcome.of(0.9, 0)));
        }
        var plan = dev.fresnel.replay.TrafficPlan.passes(Worlds.set("knapsack", 1, rows), 1);
        var traffic = plan.draw(1);

        assertThat(Knapsack.gain(plan, traffic, 1.5)).isCloseTo(5 + 0.5, org.assertj.core.api.Assertions.within(1e-9));
        // A loss of 3 allows all of b (1) and 4 of a.
        assertThat(Knapsack.cheapRequests(plan, traffic, 3))
                .isCloseTo(14, org.assertj.core.api.Assertions.within(1e-9));
    }

    /** Chooses the first arm, and is sure of it. */
    private static Rule boasting() {
        return new Rule("boasting", (setup, chance) -> new Chooser() {
            @Override
            public Choice choose(Offer offer) {
                return Choice.drawn(0, Double.NaN, new Choice.Foretold(1, 0.01), 1, 0);
            }

            @Override
            public void learn(Offer offer, Choice choice, double quality) {}
        });
    }

    private static List<String> met(Verdict verdict) {
        return verdict.claims().stream().filter(Claim::isMet).map(Claim::what).toList();
    }

    private static Bench bench(Rule subject) {
        return new Bench(ProofsTest::made, 2, subject, Baselines.betaThompson(), List.of());
    }

    /** A world in which the dear arm is .1 better: too dear at .14 a call, not at .014. */
    private static Bench pricey(Rule subject) {
        SplittableRandom chance = new SplittableRandom(10);
        List<RecordedRow> rows = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            rows.add(Worlds.row(
                    "r" + i,
                    "task" + i % 2,
                    ArmOutcome.of(chance.nextDouble() < 0.98 ? 1 : 0, 0.14),
                    ArmOutcome.of(chance.nextDouble() < 0.86 ? 1 : 0, 0)));
        }
        DataSet set = Worlds.set("pricey", 1, rows);
        return new Bench(name -> set, 2, subject, Baselines.betaThompson(), List.of());
    }

    private static DataSet made(String name) {
        return switch (name) {
            case "routellm-mmlu" -> TASKS;
            case "paretobandit-3" -> Worlds.threeArms(400);
            case "paretobandit-llama", "paretobandit-mistral" -> priced(name);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Two kinds of task: one where the dear arm gains much, one where it gains little. */
    private static DataSet priced(String name) {
        SplittableRandom chance = new SplittableRandom(9);
        List<RecordedRow> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            double cheap = i % 2 == 0 ? 0.3 : 0.85;
            rows.add(Worlds.row(
                    "r" + i,
                    "task" + i % 2,
                    ArmOutcome.of(0.9, 0.01 + 0.002 * chance.nextDouble()),
                    ArmOutcome.of(cheap + 0.1 * chance.nextDouble(), 0.0001)));
        }
        return Worlds.set(name, 0.08, rows);
    }

    /** Learns like the gateway, and cries at every hundredth outcome. */
    private static Rule shy() {
        return new Rule(
                "shy",
                (setup, chance) ->
                        new CryingChooser(LearnedRules.of(RuleName.UCB).begin(setup, chance)));
    }

    @Test
    void benchNeedsTwoSeeds() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> new Bench(ProofsTest::made, 1, Baselines.random(), Baselines.random(), List.of()).seeds())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
