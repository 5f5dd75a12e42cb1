package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.KeyStore;
import dev.fresnel.tenant.KeyStoreContract;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisKeyStoreTest extends KeyStoreContract {
    private static final String KEY = "fresnel:{keys}";
    private static final String HEX = HASH.written().substring("sha256:".length());

    private static RedisServer server;

    private final AtomicLong revisions = new AtomicLong();
    private LinkUnderTest link;
    private KeyStore store;

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
        store = new RedisKeyStore(link.link(), () -> "r" + revisions.incrementAndGet());
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void startsAgain_whenTheKeyHasAnotherType() {
        server.command("LPUSH", KEY, "x");

        assertThat(Await.result(store.load("unread")).orElseThrow().issued()).isEmpty();
        assertThat(discarded()).isEqualTo(1);
    }

    @Test
    void passesOverFieldsOfAnotherForm_whichANewerReplicaMayKnow() {
        server.command("HSET", KEY, "issued:abc", "x", "nonsense", "y");

        assertThat(Await.result(store.load("unread")).orElseThrow().issued()).isEmpty();

        assertThat(discarded()).isEqualTo(2);
        Await.result(store.issue(issued("fk-secret-2", "later", Map.of())));
        assertThat(Await.result(store.load("unread")).orElseThrow().issued()).hasSize(1);
        assertThat(dump()).contains("issued:abc", "nonsense");
    }

    @Override
    protected KeyStore store() {
        return store;
    }

    @Override
    protected void putIssued(String text) {
        server.command("HSET", KEY, "issued:" + HEX, text);
    }

    @Override
    protected void putRevoked(String text) {
        server.command("HSET", KEY, "revoked:" + HEX, text);
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }

    @Override
    protected String dump() {
        return server.command("HGETALL", KEY);
    }
}
