package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.LensStoreContract;
import dev.fresnel.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisLensStoreTest extends LensStoreContract {
    private static RedisServer server;

    private volatile Instant now = LensFixtures.NOW;
    private LinkUnderTest link;
    private LensStore store;

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() {
        server.command("FLUSHALL");
        link = LinkUnderTest.patient(server);
        store = new RedisLensStore(link.link(), () -> now, MAX_PER_TENANT);
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Override
    protected LensStore store() {
        return store;
    }

    @Override
    protected void setClock(Instant instant) {
        now = instant;
    }

    @Override
    protected void passes(Duration time) {
        RedisClock.awaitPassed(server, time);
    }

    @Override
    protected void corrupt(LensKey key) {
        server.command("HSET", "fresnel:{" + key.tenant() + "}:lens", key.hash().hex(), "garbage");
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }

    @Test
    void expiresInRedisItself() {
        LensKey key = LensFixtures.key("acme", "one");

        await(LensFixtures.put(store, key, LensFixtures.stored("one")));

        long ends = Long.parseLong(server.command("PTTL", "fresnel:{acme}:lens"));
        assertThat(ends)
                .isBetween(
                        1L,
                        Duration.between(now, LensFixtures.stored("one").expiresAt())
                                .toMillis());
    }

    @Test
    void missesAndDeletesAndCounts_whenAKeyHasAnotherType() {
        LensKey key = LensFixtures.key("acme", "one");
        server.command("LPUSH", "fresnel:{acme}:lens", "x");
        server.command("SET", "fresnel:{acme}:lens-claim", "y");

        assertThat(await(store.find(key))).isEmpty();
        await(LensFixtures.put(store, key, LensFixtures.stored("one")));

        assertThat(await(store.find(key))).isPresent();
        assertThat(discarded()).isEqualTo(2);
    }

    @Test
    void missesAndDeletes_whenAValueIsHuge() {
        LensKey key = LensFixtures.key("acme", "one");
        server.command("HSET", "fresnel:{acme}:lens", key.hash().hex(), "x".repeat(1_000_000));

        assertThat(await(store.find(key))).isEmpty();

        assertThat(discarded()).isEqualTo(1);
        assertThat(server.command("HLEN", "fresnel:{acme}:lens")).isEqualTo("0");
    }

    @Test
    void missesALensOfAnotherTenant_whenItWasCopied() {
        LensKey key = LensFixtures.key("acme", "one");
        await(LensFixtures.put(store, key, LensFixtures.stored("one")));
        LensKey stolen = LensFixtures.key("other", "one");
        server.command(List.of(
                bytes("EVAL"),
                bytes("return redis.call('HSET', KEYS[2], ARGV[2], redis.call('HGET', KEYS[1], ARGV[1]))"),
                bytes("2"),
                bytes("fresnel:{acme}:lens"),
                bytes("fresnel:{other}:lens"),
                bytes(key.hash().hex()),
                bytes(stolen.hash().hex())));

        assertThat(await(store.find(stolen))).isEmpty();
        assertThat(discarded()).isEqualTo(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
