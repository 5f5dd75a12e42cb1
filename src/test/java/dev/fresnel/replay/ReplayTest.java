package dev.fresnel.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.replay.data.ArmOutcome;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final DataSet SET = Worlds.mixed(4, 25);
    private static final Setup SETUP = Setup.plain(SET.arms(), 1);

    /** Alternates between the arms and keeps what it is told. */
    private static final class Listening implements Chooser {
        private final List<String> heard = new ArrayList<>();
        private int chosen;

        @Override
        public Choice choose(Offer offer) {
            heard.add("asked " + offer.number());
            return Choice.of(chosen++ % 2);
        }

        @Override
        public void learn(Offer offer, Choice choice, double quality) {
            heard.add("told " + offer.number() + " " + choice.arm() + " " + quality);
        }

        @Override
        public void giveUp(Offer offer, Choice choice) {
            heard.add("gave up " + offer.number());
        }

        @Override
        public void paid(Offer offer, Choice choice, double usd) {
            heard.add("paid " + usd);
        }
    }

    @Test
    void revealsTheChosenArmsOutcome_andNoOther() {
        Listening rule = new Listening();
        Traffic traffic = TrafficPlan.of(SET, 3).draw(1);

        Trace trace = Replay.run(traffic, always(rule), SETUP, 1);

        assertThat(rule.heard)
                .containsExactly(
                        "asked 0",
                        "paid 0.12",
                        "told 0 0 " + traffic.quality(0, 0),
                        "asked 1",
                        "paid 0.0",
                        "told 1 1 " + traffic.quality(1, 1),
                        "asked 2",
                        "paid 0.12",
                        "told 2 0 " + traffic.quality(2, 0));
        assertThat(trace.arm(1)).isEqualTo(1);
    }

    @Test
    void tellsLater_whenOutcomesAreDelayed() {
        Listening rule = new Listening();

        Trace trace = Replay.run(TrafficPlan.of(SET, 4).delay(2).draw(1), always(rule), SETUP, 1);

        assertThat(trace.length()).isEqualTo(4);
        assertThat(rule.heard.stream().filter(line -> !line.startsWith("paid")).map(line -> line.substring(0, 6)))
                .containsExactly("asked ", "asked ", "told 0", "asked ", "told 1", "asked ");
    }

    @Test
    void givesUpAtTheHorizon_whenAnOutcomeNeverComes() {
        Listening rule = new Listening();

        Trace trace =
                Replay.run(TrafficPlan.of(SET, Replay.HORIZON + 2).feedback(0).draw(1), always(rule), SETUP, 1);

        assertThat(trace.length()).isEqualTo(Replay.HORIZON + 2);
        assertThat(rule.heard).noneMatch(line -> line.startsWith("told")).contains("gave up 0", "gave up 1");
        assertThat(rule.heard.indexOf("gave up 0")).isLessThan(rule.heard.indexOf("asked " + Replay.HORIZON));
        assertThat(rule.heard).doesNotContain("gave up 2");
    }

    @Test
    void spendsNoMoreThanTheCap_andRefusesWhatItCannotPay() {
        Traffic traffic = TrafficPlan.of(SET, 100).draw(1);

        Trace direct = Replay.run(traffic, Baselines.alwaysDirect(), SETUP, 1, Purse.windows(0.5, 50, 0.12, 0.01));

        // 4 direct calls fit under 0.5; then the free worker while its worst case fits, which it always does.
        assertThat(java.util.stream.IntStream.range(0, 50)
                        .filter(step -> direct.arm(step) == 0)
                        .count())
                .isEqualTo(4);
        assertThat(direct.refusals(0, 100)).isZero();
        Trace broke = Replay.run(traffic, Baselines.alwaysDirect(), SETUP, 1, Purse.windows(0.5, 50, 0.12, 0.05));
        assertThat(broke.arm(60)).isIn(0, 1, Trace.REFUSED);
        assertThat(broke.refusals(0, 100)).isEqualTo(2 * 46);
    }

    @Test
    void refusesARule_thatChoosesAClosedArm() {
        DataSet set = Worlds.threeArms(4);
        Traffic traffic = TrafficPlan.of(set, 4).newcomer(1, 3).draw(1);

        assertThatThrownBy(() -> Replay.run(traffic, always(new Listening()), Setup.plain(set.arms(), 1), 1)
                        .length())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("arm 1");
    }

    @Test
    void scoreIsTheHandComputedOne() {
        // Task a: direct 1, 1; cheap 1, 0. Task b: direct 1, 0; cheap 1, 1. Direct costs .25.
        DataSet set = Worlds.set(
                "hand",
                1,
                List.of(
                        Worlds.row("a1", "a", ArmOutcome.of(1, 0.25), ArmOutcome.of(1, 0)),
                        Worlds.row("a2", "a", ArmOutcome.of(1, 0.25), ArmOutcome.of(0, 0)),
                        Worlds.row("b1", "b", ArmOutcome.of(1, 0.25), ArmOutcome.of(1, 0)),
                        Worlds.row("b2", "b", ArmOutcome.of(0, 0.25), ArmOutcome.of(1, 0))));
        Traffic traffic = TrafficPlan.passes(set, 1).draw(1);

        Score cheap = Score.of(traffic, run(traffic, Baselines.alwaysCheap()));
        Score direct = Score.of(traffic, run(traffic, Baselines.alwaysDirect()));
        Score oracle = Score.of(
                traffic,
                run(traffic, Baselines.told("oracle", offer -> offer.task().equals("a") ? 0 : 1)));

        // Earned: cheap 3; direct 3 - 1 = 2; oracle 1.5 + 2 = 3.5.
        assertThat(cheap.capture()).isZero();
        assertThat(direct.capture()).isCloseTo((2 - 3) / 0.5, within(1e-12));
        assertThat(oracle.capture()).isEqualTo(1);
        // Expected worth per task: a .75 against .5, b .25 against 1.
        assertThat(cheap.regret()).isCloseTo(1000 * 2 * 0.25 / 4, within(1e-9));
        assertThat(direct.regret()).isCloseTo(1000 * 2 * 0.75 / 4, within(1e-9));
        assertThat(oracle.regret()).isZero();
        assertThat(direct.costUsd()).isEqualTo(0.25);
        assertThat(oracle.directShare()).isEqualTo(0.5);
        assertThat(oracle.quality()).isEqualTo(1);
    }

    @Test
    void thereIsNoCapture_whenOneArmIsBestForAll() {
        DataSet set = Worlds.set("plain", 1, List.of(Worlds.row("a", "a", ArmOutcome.of(1, 0.5), ArmOutcome.of(1, 0))));
        Traffic traffic = TrafficPlan.passes(set, 4).draw(1);

        Score score = Score.of(traffic, run(traffic, Baselines.alwaysDirect()));

        assertThat(score.capture()).isNaN();
        assertThat(Interval.of(score.capture()).text(1)).isEqualTo("n/a");
        assertThat(score.regret()).isEqualTo(500);
    }

    private static Trace run(Traffic traffic, Rule rule) {
        return Replay.run(traffic, rule, SETUP, 1);
    }

    private static Rule always(Chooser chooser) {
        return new Rule("listening", (setup, chance) -> chooser);
    }
}
