package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForwardDecayTest {
    private static final double DAY = 86_400;
    private static final ForwardDecay DECAY = ForwardDecay.over(Duration.ofDays(14));

    private record Outcome(double seconds, double reward) {}

    /** Any order, any batching, any moment at which the origin moves: the same effective sums. */
    @Test
    void sumsCommute_overOrderBatchesAndLandmarks() {
        for (int schedule = 0; schedule < 500; schedule++) {
            Random random = new Random(schedule);
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                outcomes.add(new Outcome(random.nextDouble() * 900 * DAY, random.nextDouble()));
            }
            double now = 900 * DAY;
            Evidence expected = Evidence.NONE;
            for (Outcome outcome : outcomes) {
                double weight = Math.exp(-(now - outcome.seconds()) / DECAY.tau());
                expected = expected.plus(Evidence.of(weight, outcome.reward()));
            }

            Collections.shuffle(outcomes, random);
            Landmark landmark = Landmark.at(0);
            Evidence total = Evidence.NONE;
            Evidence batch = Evidence.NONE;
            Landmark batchLandmark = landmark;
            for (Outcome outcome : outcomes) {
                batch = batch.plus(DECAY.weigh(
                        batchLandmark, batchLandmark.stamp(outcome.seconds()), Evidence.of(1, outcome.reward())));
                if (random.nextInt(5) == 0) {
                    total = total.plus(DECAY.rebase(batch, batchLandmark, landmark));
                    batch = Evidence.NONE;
                    batchLandmark = landmark;
                }
                if (random.nextInt(9) == 0) {
                    Landmark moved = DECAY.moved(landmark, random.nextDouble() * 900 * DAY);
                    total = DECAY.rebase(total, landmark, moved);
                    landmark = moved;
                }
            }
            total = total.plus(DECAY.rebase(batch, batchLandmark, landmark));
            Evidence effective = total.times(DECAY.effective(landmark, now));

            assertThat(effective.weight()).isCloseTo(expected.weight(), within(1e-9 * expected.weight()));
            assertThat(effective.reward()).isCloseTo(expected.reward(), within(1e-9 * expected.weight()));
            assertThat(effective.squares()).isCloseTo(expected.squares(), within(1e-9 * expected.weight()));
        }
    }

    /** Why the weight is put on at the decision: replicas that multiply down what they read forget once each. */
    @Test
    void decayOnRead_forgetsOncePerReader_forwardDecayDoesNot() {
        Landmark landmark = Landmark.at(0);
        Evidence stored = DECAY.weigh(landmark, 0, Evidence.of(100, 0.5));
        double onRead = 100;
        for (int replica = 0; replica < 4; replica++) {
            onRead *= Math.exp(-7 * DAY / DECAY.tau());
        }

        double forward = stored.times(DECAY.effective(landmark, 7 * DAY)).weight();

        assertThat(forward).isCloseTo(100 * Math.exp(-0.5), within(1e-9));
        assertThat(onRead).isLessThan(forward / 4);
    }

    @Test
    void jump_agesWhatWasSeenAndWhatWasDecidedBefore() {
        Landmark before = Landmark.at(0);
        Evidence old = DECAY.weigh(before, before.stamp(10), Evidence.of(100, 0.9));
        double decidedBefore = before.stamp(20);
        Landmark after = DECAY.jump(before, 0.05);

        double effective = DECAY.effective(after, 30);
        double oldNow = old.weight() * effective;
        double lateNow = DECAY.weigh(after, decidedBefore, Evidence.of(1, 0)).weight() * effective;
        double newNow = DECAY.weigh(after, after.stamp(30), Evidence.of(1, 0)).weight() * effective;

        assertThat(oldNow).isCloseTo(5, within(0.001));
        assertThat(lateNow).isCloseTo(0.05, within(0.001));
        assertThat(newNow).isCloseTo(1, within(1e-9));
    }

    @Test
    void weights_stayFinite_forClocksThatAreWrong() {
        Landmark landmark = Landmark.at(1.7e9);

        assertThat(DECAY.weight(landmark, Double.NaN)).isEqualTo(1);
        assertThat(DECAY.weight(landmark, Double.POSITIVE_INFINITY)).isFinite();
        assertThat(DECAY.weight(landmark, 0)).isPositive();
        assertThat(DECAY.effective(landmark, 1e18)).isPositive();
    }

    @Test
    void aPolicyThatRunsForYears_movesItsLandmarkAndKeepsItsSums() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(Duration.ofDays(1)));
        EvidenceKey key = new EvidenceKey(new Context("model", "task", "leaf"), Arm.DIRECT);
        Question question =
                new Question(key.context(), List.of(Option.of(Arm.DIRECT, 0)), Stakes.QUALITY_ONLY, Practice.START);

        double pulls = 0;
        for (int day = 0; day < 1000; day++) {
            var now = Practice.START.plus(Duration.ofDays(day));
            double stamp = policy.choose(new Question(key.context(), question.options(), Stakes.QUALITY_ONLY, now), 0)
                    .stamp();
            policy.learn(key, new Observation(stamp, 1, 1), now);
            policy.refresh(now);
            pulls = policy.choose(question, 0).standings().pulls(0);
        }

        assertThat(policy.landmark("model", Arm.DIRECT, Practice.START).epoch()).isGreaterThan(10);
        assertThat(pulls).isCloseTo(1 / (1 - Math.exp(-1)), within(1e-6));
    }

    @Test
    void settings_areChecked() {
        assertThatThrownBy(() -> new ForwardDecay(0)).hasMessageContaining("tau");
        assertThatThrownBy(() -> new ForwardDecay(Double.NaN)).hasMessageContaining("tau");
        assertThatThrownBy(() -> DECAY.jump(Landmark.at(0), 0)).hasMessageContaining("kept share");
        assertThatThrownBy(() -> new Landmark(0, Double.NaN, 0)).hasMessageContaining("landmark");
    }
}
