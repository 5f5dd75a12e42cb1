package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.config.RedisAddress;
import dev.fresnel.replay.proof.LearningSchedule;
import dev.fresnel.replay.proof.SharedStores;
import dev.fresnel.testing.RedisServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where proofs keep what replicas share: in real stores, and nowhere once they are closed. */
class ProofStoresTest {
    @Test
    void leavesNothingOfItsOwnInARedis_andEverythingOfOthers() {
        try (RedisServer server = RedisServer.start()) {
            server.command("SET", "fresnel:{proof-of-somebody}:arms", "x");
            server.command("SET", "fresnel:{acme}:arms", "x");
            List<String> before;
            List<String> during;
            try (SharedStores stores = ProofStores.redis(RedisAddress.of(server.uri()))) {
                before = keys(server);
                for (int seed = 0; seed < 20; seed++) {
                    assertThat(learned(seed, stores)).as("seed %d", seed).matches(LearningSchedule.Result::isExact);
                }
                during = keys(server);
                assertThat(during)
                        .filteredOn(key -> !before.contains(key))
                        .hasSizeGreaterThan(100)
                        .allMatch(key -> key.startsWith("fresnel:{" + stores.corner()));
            }

            assertThat(keys(server)).containsExactlyInAnyOrderElementsOf(before).hasSize(2);
        }
    }

    @Test
    void embeddedOnesNeedNothing_andAlwaysSayTheSame() {
        try (SharedStores one = ProofStores.embedded();
                SharedStores other = ProofStores.embedded()) {
            assertThat(learned(7, one)).isEqualTo(learned(7, other)).matches(LearningSchedule.Result::isExact);
        }
    }

    @Test
    void saysSo_whenNoRedisIsThere() {
        String nobody = "redis://127.0.0.1:" + RedisServer.freePort();

        Shell away = Shell.run("replay", "proof", "P15", "--redis", nobody);
        assertThat(away.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(away.err()).contains("no Redis answers at " + nobody, "leave --redis out");

        for (String url : List.of("localhost:6379", "redis+cluster://one:6379", "redis://user:word@one")) {
            Shell wrong = Shell.run("replay", "proof", "P15", "--redis", url);
            assertThat(wrong.code()).as(url).isEqualTo(ExitCode.USAGE);
            assertThat(wrong.err()).contains("--redis ");
        }
    }

    private static LearningSchedule.Result learned(long seed, SharedStores stores) {
        return LearningSchedule.run(seed, stores.corner(), stores.now(), stores.arms(), stores.decisions());
    }

    private static List<String> keys(RedisServer server) {
        return server.command("KEYS", "*").lines().toList();
    }
}
