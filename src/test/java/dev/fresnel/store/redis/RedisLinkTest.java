package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisCluster;
import dev.fresnel.testing.RedisSentinels;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** R1 to R7: whatever happens to Redis, an operation ends within its limit, and the link is there again when Redis is. */
class RedisLinkTest {
    private static final RedisScript TOUCH = RedisScript.load("lens_touch");
    private static final List<TypedKey> KEYS =
            List.of(TypedKey.hash("fresnel:{a}:lens"), TypedKey.zset("fresnel:{a}:lens-use"));

    @Test
    void failsAtOnce_andConnectsLater_whenNobodyListensAtFirst() {
        try (RedisServer server = RedisServer.start()) {
            server.kill();
            try (LinkUnderTest link =
                    LinkUnderTest.open(limits(server, Duration.ofMillis(500), Duration.ofSeconds(5)))) {
                assertThat(failure(ping(link))).isEqualTo(RedisFailure.Kind.AWAY);
                assertThat(link.problems()).singleElement().isInstanceOf(RedisProblem.Away.class);

                server.restart();

                Await.until("connected", link.link()::isUp);
                assertThat(text(ping(link))).isEqualTo("PONG");
                assertThat(link.problems().getLast()).isInstanceOf(RedisProblem.Back.class);
            }
        }
    }

    @Test
    void timesOutThenFailsAtOnce_whenTheServerFreezes_andComesBack() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.to(server)) {
            server.freeze();

            List<Future<Optional<Response>>> pings = IntStream.range(0, RedisLink.TRIP_AT)
                    .mapToObj(_ -> ping(link))
                    .toList();
            List<RedisFailure.Kind> kinds =
                    pings.stream().map(RedisLinkTest::failure).toList();
            Await.until("the breaker opens", () -> !link.link().isUp());

            assertThat(kinds).containsOnly(RedisFailure.Kind.TIMEOUT);
            assertThat(failure(ping(link))).isEqualTo(RedisFailure.Kind.AWAY);
            server.thaw();
            Await.until("connected again", link.link()::isUp);
            assertThat(text(ping(link))).isEqualTo("PONG");
        }
    }

    @Test
    void keepsNothingOpen_whileAFrozenServerIsProbed() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link =
                        LinkUnderTest.open(limits(server, Duration.ofMillis(500), Duration.ofSeconds(1)))) {
            Await.until("connected", link.link()::isUp);
            long before = link.link().counts().attempts();
            server.freeze();
            List<Future<Optional<Response>>> pings = IntStream.range(0, RedisLink.TRIP_AT)
                    .mapToObj(_ -> ping(link))
                    .toList();
            assertThat(pings.stream().map(RedisLinkTest::failure)).containsOnly(RedisFailure.Kind.TIMEOUT);
            Await.until("the breaker opens", () -> !link.link().isUp());
            Await.until("probed twice, in vain", () -> link.link().counts().attempts() >= before + 3);

            server.thaw();

            Await.until("connected again", link.link()::isUp);
            Await.until(
                    () -> "one connection and ours: " + server.command("CLIENT", "LIST"),
                    () -> server.command("CLIENT", "LIST").lines().count() <= 2);
        }
    }

    @Test
    void makesOneConnectionPerLoss_whenTheServerFlaps() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.to(server)) {
            int threads = Thread.activeCount();
            for (int i = 0; i < 4; i++) {
                server.kill();
                Await.until("the loss is noticed", () -> !link.link().isUp());
                assertThat(failure(ping(link))).isEqualTo(RedisFailure.Kind.AWAY);
                server.restart();
                Await.until("connected again", link.link()::isUp);
            }

            assertThat(link.link().counts().connections()).isEqualTo(5);
            assertThat(link.problems()).hasSize(8);
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 1);
        }
    }

    @Test
    void sendsAScriptAsTextOnce_whenTheServerForgotIt() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.to(server)) {
            assertThat(text(touch(link))).isEqualTo("1");
            assertThat(text(touch(link))).isEqualTo("1");
            assertThat(link.link().counts().scriptsSent()).isEqualTo(1);

            server.command("SCRIPT", "FLUSH");

            assertThat(text(touch(link))).isEqualTo("1");
            assertThat(text(touch(link))).isEqualTo("1");
            assertThat(link.link().counts().scriptsSent()).isEqualTo(2);
        }
    }

    @Test
    void refusesMoreThanItsBound_andNoneIsForgotten() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.open(limits(server, Duration.ofSeconds(1), Duration.ofSeconds(2)))) {
            Await.until("connected", link.link()::isUp);
            server.freeze();
            List<Future<Optional<Response>>> all = IntStream.range(0, RedisLink.MAX_IN_FLIGHT + 10)
                    .mapToObj(_ -> ping(link))
                    .toList();
            List<RedisFailure.Kind> kinds =
                    all.stream().map(RedisLinkTest::failure).toList();
            server.thaw();

            assertThat(kinds).contains(RedisFailure.Kind.TIMEOUT).doesNotContain(RedisFailure.Kind.REFUSED);
            assertThat(kinds).filteredOn(kind -> kind == RedisFailure.Kind.BUSY).isNotEmpty();
            Await.until("connected", link.link()::isUp);
            Await.until(
                    "room again",
                    () -> ping(link)
                            .transform(done -> Future.succeededFuture(done.succeeded()))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join());
        }
    }

    @Test
    void readsGoOn_whenMemoryIsFull() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.to(server)) {
            server.command("HSET", "fresnel:{a}:lens", "h", "v");
            server.command("CONFIG", "SET", "maxmemory", "1");

            for (int i = 0; i < 2 * RedisLink.TRIP_AT; i++) {
                assertThat(failure(touch(link))).isEqualTo(RedisFailure.Kind.NOT_WRITABLE);
            }

            assertThat(text(link.link()
                            .send(Request.cmd(Command.HGET)
                                    .arg("fresnel:{a}:lens")
                                    .arg("h"))))
                    .isEqualTo("v");
            assertThat(link.link().isUp()).isTrue();
            assertThat(link.problems()).singleElement().isInstanceOf(RedisProblem.NotWritable.class);
        }
    }

    @Test
    void readsGoOn_whenTheServerBecomesAReplica() {
        try (RedisServer server = RedisServer.start();
                LinkUnderTest link = LinkUnderTest.to(server)) {
            server.command("HSET", "fresnel:{a}:lens", "h", "v");
            server.command("REPLICAOF", "127.0.0.1", Integer.toString(RedisServer.freePort()));

            assertThat(failure(touch(link))).isEqualTo(RedisFailure.Kind.NOT_WRITABLE);

            assertThat(text(link.link()
                            .send(Request.cmd(Command.HGET)
                                    .arg("fresnel:{a}:lens")
                                    .arg("h"))))
                    .isEqualTo("v");
        }
    }

    @Test
    void logsInWithUserAndPassword() {
        try (RedisServer server = RedisServer.start("--requirepass", "hunter2")) {
            RedisSettings plain = limits(server, Duration.ofSeconds(2), Duration.ofSeconds(5));
            try (LinkUnderTest without = LinkUnderTest.open(plain);
                    LinkUnderTest with = LinkUnderTest.open(withPassword(plain, "hunter2"));
                    LinkUnderTest wrong = LinkUnderTest.open(withPassword(plain, "wrong"))) {
                Await.until("logged in", with.link()::isUp);

                assertThat(text(touch(with))).isEqualTo("1");
                assertThat(without.link().isUp()).isFalse();
                assertThat(wrong.problems().toString()).contains("Away").doesNotContain("hunter2", "wrong,");
            }
        }
    }

    /** Who becomes the master closes its connections, this one maybe too. */
    private static boolean takesAWrite(RedisServer server) {
        try {
            return server.command("SET", "probe", "1").equals("OK");
        } catch (UncheckedIOException closed) {
            return false;
        }
    }

    @Test
    void followsTheMaster_whenTheSentinelFailsOver() {
        try (RedisSentinels sentinels = RedisSentinels.start();
                LinkUnderTest link = LinkUnderTest.open(sentinelSettings(sentinels))) {
            Await.until("connected", link.link()::isUp);
            assertThat(text(touch(link))).isEqualTo("1");

            sentinels.master().kill();

            Await.until("the new master takes a write", () -> takesAWrite(sentinels.replica()));
            Await.until(
                    "connected to it",
                    () -> touch(link)
                            .transform(done -> Future.succeededFuture(done.succeeded()))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join());
        }
    }

    @Test
    void findsTheNodeOfEveryKey_inACluster() {
        try (RedisCluster cluster = RedisCluster.start();
                LinkUnderTest link = LinkUnderTest.open(patientCluster(cluster))) {
            Await.until("connected", link.link()::isUp);
            for (int i = 0; i < 30; i++) {
                String tag = "fresnel:{tenant-" + i + "}";
                server(cluster, i).command("HSET", tag + ":lens", "h", "v");

                Future<Optional<Response>> done = link.link()
                        .run(
                                TOUCH,
                                List.of(TypedKey.hash(tag + ":lens"), TypedKey.zset(tag + ":lens-use")),
                                Text.arguments("h"));

                assertThat(text(done)).as(tag).isEqualTo("1");
            }
        }
    }

    private static RedisServer server(RedisCluster cluster, int i) {
        return cluster.nodes().get(i % cluster.nodes().size());
    }

    static RedisSettings patientCluster(RedisCluster cluster) {
        return with(
                RedisSettings.Topology.CLUSTER,
                cluster.nodes().stream().map(node -> "127.0.0.1:" + node.port()).toList(),
                Optional.empty());
    }

    static RedisSettings sentinelSettings(RedisSentinels sentinels) {
        String hosts = sentinels.uri().replaceAll("redis\\+sentinel://(.*)/.*", "$1");
        return with(RedisSettings.Topology.SENTINEL, List.of(hosts), Optional.of(RedisSentinels.NAME));
    }

    private static RedisSettings with(RedisSettings.Topology topology, List<String> hosts, Optional<String> master) {
        return new RedisSettings(
                topology,
                hosts,
                master,
                0,
                RedisSettings.Transport.PLAIN,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5));
    }

    private static RedisSettings withPassword(RedisSettings base, String password) {
        return new RedisSettings(
                base.topology(),
                base.hosts(),
                base.master(),
                base.database(),
                base.transport(),
                Optional.empty(),
                Optional.of(new Secret(password)),
                base.caFile(),
                base.commandTimeout(),
                base.connectTimeout());
    }

    private static RedisSettings limits(RedisServer server, Duration command, Duration connect) {
        return LinkUnderTest.with(RedisSettings.standalone("127.0.0.1:" + server.port()), command, connect);
    }

    private static Future<Optional<Response>> ping(LinkUnderTest link) {
        return link.link().send(Request.cmd(Command.PING));
    }

    private static Future<Optional<Response>> touch(LinkUnderTest link) {
        return link.link().run(TOUCH, KEYS, Text.arguments("h"));
    }

    private static String text(Future<Optional<Response>> answer) {
        return Await.result(answer).orElseThrow().toString();
    }

    private static RedisFailure.Kind failure(Future<Optional<Response>> answer) {
        return ((RedisFailure) Await.failure(answer)).kind();
    }

    @Test
    void drawsReconnectTimesWithinBounds() {
        ReconnectPace pace = new ReconnectPace(new Random(7));

        List<Duration> waits =
                IntStream.range(0, 200).mapToObj(_ -> pace.next()).toList();

        assertThat(waits).allSatisfy(wait -> assertThat(wait).isBetween(Duration.ofMillis(100), Duration.ofSeconds(5)));
        assertThat(waits.stream().distinct().count()).as("spread").isGreaterThan(150);
        assertThat(waits).anySatisfy(wait -> assertThat(wait).isGreaterThan(Duration.ofSeconds(2)));
        pace.reset();
        assertThat(pace.next()).isLessThanOrEqualTo(Duration.ofMillis(300));
    }
}
