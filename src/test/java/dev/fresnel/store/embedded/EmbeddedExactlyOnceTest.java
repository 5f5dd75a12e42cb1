package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.outcome.ExactlyOnceSchedules;
import dev.fresnel.replay.proof.LearningSchedule;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P15: learning counts exactly once, whatever the network does. On a file each schedule takes milliseconds: ten thousand run in memory, and by the proof. */
class EmbeddedExactlyOnceTest {
    private static final int SCHEDULES = 2_000;
    private static final int LEARNERS = 100;

    @TempDir
    Path directory;

    @Test
    void holdsWhatASequentialLearnerWouldHold_inTwoThousandSchedules() {
        InstantSource clock = () -> LensFixtures.NOW;
        Vertx vertx = Vertx.vertx();
        EmbeddedStore store = Await.result(EmbeddedStore.open(vertx, directory, clock, problem -> {
            throw new AssertionError(problem.message());
        }));
        ExactlyOnceSchedules schedules = new ExactlyOnceSchedules(
                new EmbeddedArmStateStore(store, clock),
                new EmbeddedDecisionStore(store, clock, EmbeddedDecisionStore.DEFAULT_MAXIMUM));

        for (int seed = 0; seed < SCHEDULES; seed++) {
            schedules.run(seed, LensFixtures.NOW.toEpochMilli() / 1e3);
        }

        for (int seed = 0; seed < LEARNERS; seed++) {
            assertThat(LearningSchedule.run(
                            seed,
                            "test-",
                            LensFixtures.NOW,
                            new EmbeddedArmStateStore(store, clock),
                            new EmbeddedDecisionStore(store, clock, EmbeddedDecisionStore.DEFAULT_MAXIMUM)))
                    .as("seed %d", seed)
                    .matches(LearningSchedule.Result::isExact);
        }

        Await.result(store.close());
        Await.result(vertx.close());
    }
}
