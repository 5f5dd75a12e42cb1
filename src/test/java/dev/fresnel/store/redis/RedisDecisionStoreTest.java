package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisDecisionStoreTest extends DecisionStoreContract {
    private static RedisServer server;

    private LinkUnderTest link;
    private DecisionStore store;

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
        store = new RedisDecisionStore(link.link());
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Override
    protected DecisionStore store() {
        return store;
    }

    @Override
    protected void passes(Duration time) {
        RedisClock.awaitPassed(server, time);
    }

    @Override
    protected void spoil() {
        server.command("HSET", "fresnel:{acme}:decision:req-1", "decision", "x");
    }

    @Test
    void forgets_whenSomebodyFilledTheKey() {
        Await.result(store.put(decision(), Duration.ofHours(1)));
        server.command(
                "EVAL",
                "for i = 1, 5000 do redis.call('HSET', KEYS[1], 'o:' .. i, '1 1 1') end",
                "1",
                "fresnel:{acme}:decision:req-1");

        assertThat(Await.result(store.revise(new Signal(ACME, REQUEST, "api", Signal.Kind.LABEL, 1, 1, "x"))))
                .isEqualTo(new Revision.Unknown());
        assertThat(discarded()).isEqualTo(1);
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }
}
