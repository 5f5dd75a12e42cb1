package dev.fresnel.replay.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final List<String> ARMS = List.of("direct", "cheap");

    private static LogRow row(String conversation, double pDirect, int chosen, double reward) {
        return new LogRow(
                "r",
                1,
                "t",
                conversation,
                "task",
                ARMS,
                List.of(pDirect, 1 - pDirect),
                chosen,
                LogRow.Turn.DECIDED,
                List.of(0.4, 0.1),
                OptionalDouble.empty(),
                OptionalDouble.of(reward));
    }

    private static Evaluation evaluate(TargetPolicy target, LogRow... rows) {
        return Evaluation.of(new DecisionLog(List.of(rows), List.of()), target);
    }

    @Test
    void estimatesAreTheHandComputedOnes() {
        Evaluation found = evaluate(
                TargetPolicy.always("direct"),
                row("a", 0.5, 0, 1),
                row("b", 0.25, 0, 0.5),
                row("c", 0.5, 1, 1),
                row("d", 0.8, 0, 0));

        // r = 2, 4, 0, 1.25; r*y = 2, 2, 0, 0.
        assertThat(found.ips().mean()).isCloseTo(1.0, within(1e-12));
        assertThat(found.snips().mean()).isCloseTo(4 / 7.25, within(1e-12));
        assertThat(found.effectiveSize()).isCloseTo(7.25 * 7.25 / (4 + 16 + 1.5625), within(1e-9));
        // q(direct) before each row: .5; (1+1)/3 and drawn to it: .7407; then with sums (2, 1.5).
        double q1 = 0.5;
        double mean2 = (1 + 1) / 3.0;
        double q2 = (1 + 8 * mean2) / 9;
        double mean3 = (1.5 + 1) / 4.0;
        double q3 = (1.5 + 8 * mean3) / 10;
        double dr = (q1 + 2 * (1 - q1) + q2 + 4 * (0.5 - q2) + q3 + q3 + 1.25 * (0 - q3)) / 4;
        assertThat(found.dr().mean()).isCloseTo(dr, within(1e-12));
        // IPS influences 1, 1, -1, -1 in four clusters: variance 4/3 * 4 / 16, t(3).
        assertThat(found.ips().half()).isCloseTo(3.1824 * Math.sqrt(1 / 3.0), within(1e-6));
        assertThat(found.logged().mean()).isEqualTo(0.625);
        assertThat(found.expectedUsd()).isCloseTo(0.4, within(1e-12));
        assertThat(found.loggedUsd()).isCloseTo((0.25 + 0.175 + 0.25 + 0.34) / 4, within(1e-12));
    }

    @Test
    void oneConversationCountsOnce_howeverManyRowsItHas() {
        Evaluation apart = evaluate(
                TargetPolicy.uniform(),
                row("a", 0.5, 0, 1),
                row("b", 0.5, 0, 1),
                row("c", 0.5, 1, 0),
                row("d", 0.5, 1, 0));
        Evaluation together = evaluate(
                TargetPolicy.uniform(),
                row("a", 0.5, 0, 1),
                row("a", 0.5, 0, 1),
                row("c", 0.5, 1, 0),
                row("c", 0.5, 1, 0));

        assertThat(together.ips().mean()).isEqualTo(apart.ips().mean());
        assertThat(together.conversations()).isEqualTo(2);
        // Influences +-.5: four clusters 4/3*1/16, two clusters 2*2/16.
        assertThat(apart.ips().half()).isCloseTo(3.1824 * Math.sqrt(4 / 3.0 / 16), within(1e-6));
        assertThat(together.ips().half()).isCloseTo(12.7062 * Math.sqrt(4 / 16.0), within(1e-5));
    }

    @Test
    void leavesOutForcedInheritedAndSilentRows_andCountsThem() {
        LogRow silent = new LogRow(
                "s",
                1,
                "t",
                "s",
                "task",
                ARMS,
                List.of(0.5, 0.5),
                0,
                LogRow.Turn.DECIDED,
                List.of(1.0, 1.0),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        LogRow later = new LogRow(
                "l",
                1,
                "t",
                "a",
                "task",
                ARMS,
                List.of(0.5, 0.5),
                0,
                LogRow.Turn.INHERITED,
                List.of(1.0, 1.0),
                OptionalDouble.empty(),
                OptionalDouble.of(0));

        Evaluation found = evaluate(
                TargetPolicy.always("direct"),
                row("a", 0.5, 0, 1),
                row("b", 1, 0, 0),
                row("c", 0.5, 0, 1),
                silent,
                later);

        assertThat(found.used()).isEqualTo(2);
        assertThat(found.total()).isEqualTo(5);
        assertThat(found.forcedShare()).isEqualTo(0.25);
        assertThat(found.inherited()).isEqualTo(1);
        assertThat(found.silent()).isEqualTo(1);
        assertThat(found.snips().mean()).isEqualTo(1);
    }

    @Test
    void saysSo_whenNoRowCanBeUsed() {
        assertThatThrownBy(() ->
                        evaluate(TargetPolicy.uniform(), row("a", 1, 0, 1)).used())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 of them with probability 1");
    }

    /** 600 logs of a known world: the doubly robust interval must hold the truth in 95 of 100, also when turns depend on each other. */
    @Test
    void drIntervalsHoldTheTruth_in95Percent() {
        SplittableRandom chance = new SplittableRandom(11);
        int held = 0;
        int ipsHeld = 0;
        double drSquares = 0;
        double ipsSquares = 0;
        int logs = 600;
        for (int i = 0; i < logs; i++) {
            Evaluation found = Evaluation.of(new DecisionLog(world(chance), List.of()), TargetPolicy.always("cheap"));
            // Cheap is right with .8 in task e and .4 in task o, half of the requests each.
            held += found.dr().contains(0.6) ? 1 : 0;
            ipsHeld += found.ips().contains(0.6) ? 1 : 0;
            drSquares += Math.pow(found.dr().mean() - 0.6, 2);
            ipsSquares += Math.pow(found.ips().mean() - 0.6, 2);
        }

        assertThat(held / (double) logs).isBetween(0.92, 0.975);
        assertThat(ipsHeld / (double) logs).isBetween(0.91, 0.98);
        assertThat(drSquares).as("doubly robust errs less than IPS").isLessThan(0.7 * ipsSquares);
    }

    private static List<LogRow> world(SplittableRandom chance) {
        List<LogRow> rows = new ArrayList<>();
        for (int conversation = 0; conversation < 300; conversation++) {
            String task = chance.nextBoolean() ? "e" : "o";
            double direct = task.equals("e") ? 0.3 : 0.8;
            boolean lucky = chance.nextBoolean();
            for (int turn = 0; turn < 2; turn++) {
                int chosen = chance.nextDouble() < direct ? 0 : 1;
                double good = chosen == 0 ? 0.9 : task.equals("e") ? 0.8 : 0.4;
                double y = chance.nextDouble() < good + (lucky ? 0.1 : -0.1) ? 1 : 0;
                rows.add(new LogRow(
                        "r",
                        1,
                        "t",
                        "c" + conversation,
                        task,
                        ARMS,
                        List.of(direct, 1 - direct),
                        chosen,
                        LogRow.Turn.DECIDED,
                        List.of(Double.NaN, Double.NaN),
                        OptionalDouble.empty(),
                        OptionalDouble.of(y)));
            }
        }
        return rows;
    }

    @Test
    void aLearnedRuleFollowsTheLogItIsShown() {
        List<LogRow> rows = new ArrayList<>();
        SplittableRandom chance = new SplittableRandom(5);
        for (int i = 0; i < 600; i++) {
            int chosen = chance.nextInt(2);
            rows.add(row("c" + i, 0.5, chosen, chosen == 0 ? 1 : 0));
        }

        Evaluation found = Evaluation.of(
                new DecisionLog(rows, List.of()),
                TargetPolicies.named("rule:ucb", 100).orElseThrow());

        assertThat(found.dr().mean()).isGreaterThan(0.9);
        assertThat(found.target()).isEqualTo("rule ucb");
    }

    @Test
    void namesThatMeanNothing_giveNothing() {
        assertThat(TargetPolicies.named("always:", 1)).isEmpty();
        assertThat(TargetPolicies.named("rule:magic", 1)).isEmpty();
        assertThat(TargetPolicies.named("rule:ucb", 0)).isEmpty();
        assertThat(TargetPolicies.named("never", 1)).isEmpty();
        assertThat(TargetPolicies.named("always:cheap", 1)).isPresent();
    }
}
