package dev.fresnel.replay.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.Worlds;
import dev.fresnel.replay.data.DataSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The regression bed of the update rules: the gateway's own code on made streams, with bars between healthy and broken. */
class LearnedRulesTest {
    private static final DataSet SET = Worlds.mixed(8, 100);
    private static final Setup SETUP = Setup.plain(SET.arms(), 1);

    /** Healthy rules capture .33 (epsilon-greedy) to .75 of these 1,600 requests; a rule that is told nothing stays below .1. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OFF")
    void capturesMostOfWhatThereIs(RuleName name) {
        assertThat(capture(LearnedRules.of(name))).isGreaterThan(0.25);
    }

    @Test
    void theBarTellsABrokenRule() {
        Rule deaf = new Rule("deaf", (setup, chance) -> {
            Chooser heard = LearnedRules.of(RuleName.UCB).begin(setup, chance);
            return new Chooser() {
                @Override
                public Choice choose(Offer offer) {
                    return heard.choose(offer);
                }

                @Override
                public void learn(Offer offer, Choice choice, double quality) {}
            };
        });

        assertThat(capture(deaf)).isLessThan(0.1);
    }

    @Test
    void offIsAlwaysDirect() {
        Traffic traffic = TrafficPlan.passes(SET, 1).draw(1);

        Trace trace = Replay.run(traffic, LearnedRules.of(RuleName.OFF), SETUP, 1);

        assertThat(Score.of(traffic, trace).directShare()).isEqualTo(1);
    }

    @Test
    void probabilitiesAreThoseItIsDrawnFrom() {
        Traffic traffic = TrafficPlan.passes(SET, 1).draw(1);

        Trace trace = Replay.run(traffic, LearnedRules.of(RuleName.UCB), SETUP, 1);

        double expected = 0;
        double played = 0;
        for (int step = 0; step < traffic.length(); step++) {
            double direct = trace.choice(step).probability(0).orElseThrow();
            assertThat(direct + trace.choice(step).probability(1).orElseThrow()).isCloseTo(1, within(1e-9));
            expected += direct;
            played += trace.arm(step) == 0 ? 1 : 0;
        }
        assertThat(played).isCloseTo(expected, within(4 * Math.sqrt(traffic.length() * 0.25)));
    }

    @Test
    void seedRowsHelp_whenTheyAreRight() {
        List<Setup.SeedEvidence> rows = java.util.stream.IntStream.range(0, 8)
                .boxed()
                .flatMap(task -> java.util.stream.Stream.of(
                        new Setup.SeedEvidence("task" + task, 0, 9, 10),
                        new Setup.SeedEvidence("task" + task, 1, task % 2 == 0 ? 9 : 4.5, 10)))
                .toList();
        TrafficPlan first = TrafficPlan.of(SET, 200);

        assertThat(regret(first, SETUP.warmed(rows))).isLessThan(0.8 * regret(first, SETUP));
    }

    private static double regret(TrafficPlan plan, Setup setup) {
        return Seeds.interval(
                        Comparison.run(plan, setup, List.of(LearnedRules.of(RuleName.UCB)), 10)
                                .scores("ucb"),
                        Score::regret)
                .mean();
    }

    private static double capture(Rule rule) {
        return Seeds.interval(
                        Comparison.run(TrafficPlan.passes(SET, 2), SETUP, List.of(rule), 8)
                                .scores(rule.name()),
                        Score::capture)
                .mean();
    }
}
