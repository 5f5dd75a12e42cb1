package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.outcome.ExactlyOnceSchedules;
import dev.fresnel.testing.RedisServer;
import org.junit.jupiter.api.Test;

/** P15: learning counts exactly once, on a real Redis. */
class RedisExactlyOnceTest {
    private static final int SCHEDULES = 300;

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
}
