package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.outcome.ExactlyOnceSchedules;
import dev.fresnel.replay.proof.LearningSchedule;
import dev.fresnel.testing.RedisServer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** P15: learning counts exactly once, on a real Redis. */
class RedisExactlyOnceTest {
    private static final int SCHEDULES = 300;
    private static final int LEARNERS = 100;

    @Test
    void holdsWhatASequentialLearnerWouldHold_inSomeHundredSchedules() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.patient(server)) {
            ExactlyOnceSchedules schedules =
                    new ExactlyOnceSchedules(new RedisArmStateStore(link.link()), new RedisDecisionStore(link.link()));

            for (int seed = 0; seed < SCHEDULES; seed++) {
                schedules.run(seed, RedisClock.seconds(server));
            }

            assertThat(link.problems()).isEmpty();
        }
    }

    @Test
    void realLearnersHoldIt_inAHundredSchedules() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.patient(server)) {
            Instant start = Instant.ofEpochSecond((long) RedisClock.seconds(server));

            for (int seed = 0; seed < LEARNERS; seed++) {
                assertThat(LearningSchedule.run(
                                seed,
                                "test-",
                                start,
                                new RedisArmStateStore(link.link()),
                                new RedisDecisionStore(link.link())))
                        .as("seed %d", seed)
                        .matches(LearningSchedule.Result::isExact);
            }

            assertThat(link.problems()).isEmpty();
        }
    }
}
