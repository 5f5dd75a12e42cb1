package dev.fresnel.store.redis;

import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.testing.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

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

    @Override
    protected int discarded() {
        return link.discarded();
    }
}
