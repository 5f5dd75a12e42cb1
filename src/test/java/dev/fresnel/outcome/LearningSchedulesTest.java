package dev.fresnel.outcome;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** P15 on the learner itself: learning counts exactly once, whatever the network does. */
class LearningSchedulesTest {
    private static final int SCHEDULES = 10_000;

    @Test
    void holdsWhatASequentialLearnerWouldHold_inTenThousandSchedules() {
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        for (int seed = 0; seed < SCHEDULES; seed++) {
            LearningSchedules schedules =
                    new LearningSchedules(new MemoryArmStateStore(() -> start), new MemoryDecisionStore(() -> start));
            schedules.run(seed, start);
        }
    }
}
