package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.pause.PauseStoreContract;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisPauseStoreTest extends PauseStoreContract {
    private static final String KEY = "fresnel:{pauses}";

    private static RedisServer server;

    private LinkUnderTest link;
    private RedisPauseStore store;

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
        store = new RedisPauseStore(link.link());
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void startsAgain_whenTheKeyHasAnotherType() {
        server.command("LPUSH", KEY, "x");
        PauseOrder order = new PauseOrder(
                PauseOrder.State.PAUSED, Instant.parse("2026-11-27T12:00:00Z"), "somebody", Optional.empty());

        assertThat(Await.result(store.load(List.of(ACME)))).isEmpty();
        Await.result(store.save(ACME, order));

        assertThat(Await.result(store.load(List.of(ACME)))).isEqualTo(Map.of(ACME, order));
        assertThat(discarded()).isEqualTo(1);
    }

    @Override
    protected PauseStore store() {
        return store;
    }

    @Override
    protected void put(String text) {
        server.command("HSET", KEY, ACME.key(), text);
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }
}
