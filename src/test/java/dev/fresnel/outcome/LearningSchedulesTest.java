package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.replay.proof.LearningSchedule;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** P15 on the learner itself: learning counts exactly once, whatever the network does. */
class LearningSchedulesTest {
    private static final int SCHEDULES = 10_000;

    @Test
    void holdsWhatASequentialLearnerWouldHold_inTenThousandSchedules() {
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        for (int seed = 0; seed < SCHEDULES; seed++) {
            LearningSchedule.Result result = LearningSchedule.run(
                    seed, "test-", start, new MemoryArmStateStore(() -> start), new MemoryDecisionStore(() -> start));

            assertThat(result).as("seed %d", seed).matches(LearningSchedule.Result::isExact);
        }
    }
}
