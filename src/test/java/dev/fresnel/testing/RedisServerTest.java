package dev.fresnel.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** The servers that other tests rely on do what they are told. */
class RedisServerTest {
    @Test
    void keepsWhatItAcknowledged_whenKilledAndStartedAgain() {
        try (RedisServer server = RedisServer.startDurable()) {
            server.command("SET", "k", "v");

            server.kill();

            assertThatThrownBy(() -> server.command("PING")).isInstanceOf(UncheckedIOException.class);
            server.restart();
            assertThat(server.command("GET", "k")).isEqualTo("v");
        }
    }

    @Test
    void forgets_whenKilledWithoutPersistence() {
        try (RedisServer server = RedisServer.start()) {
            server.command("SET", "k", "v");
            server.kill();

            server.restart();

            assertThat(server.command("GET", "k")).isEqualTo("(nil)");
        }
    }

    @Test
    void answersAgain_afterAFreeze() {
        try (RedisServer server = RedisServer.start()) {
            server.freeze();
            server.thaw();

            assertThat(server.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void clusterSharesTheSlots() {
        try (RedisCluster cluster = RedisCluster.start()) {
            String info = cluster.nodes().getLast().command("CLUSTER", "INFO");

            assertThat(info).contains("cluster_slots_ok:16384");
            assertThat(cluster.nodes())
                    .extracting(node -> node.command("SET", "{a}k", "v"))
                    .filteredOn(reply -> reply.equals("OK"))
                    .hasSize(1);
        }
    }

    @Test
    void sentinelPromotesTheReplica_whenTheMasterIsKilled() {
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            assertThat(sentinels.replica().command("SET", "k", "v")).startsWith("-READONLY");

            sentinels.master().kill();

            Await.until("the replica takes writes", () -> takesWrites(sentinels.replica()));
        }
    }

    /** A server that is being promoted ends its clients' connections. */
    private static boolean takesWrites(RedisServer server) {
        try {
            return server.command("SET", "k", "v").equals("OK");
        } catch (UncheckedIOException endedMeanwhile) {
            return false;
        }
    }
}
