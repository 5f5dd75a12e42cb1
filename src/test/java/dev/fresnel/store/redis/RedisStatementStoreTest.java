package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.StatementStoreContract;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import io.vertx.core.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisStatementStoreTest extends StatementStoreContract {
    private static final String KEY = "fresnel:{acme}:savings:" + DAY;
    private static final String REQUESTS = "model:" + ACCOUNT.model() + "\nw1";

    private static RedisServer server;

    private LinkUnderTest link;
    private RedisStatementStore store;

    @BeforeAll
    static void startServer() {
        server = RedisServer.startDurable();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void open() {
        server.command("FLUSHALL");
        link = LinkUnderTest.to(server);
        store = new RedisStatementStore(link.vertx(), link.link(), "replica-1");
    }

    @AfterEach
    void close() {
        Await.result(store.close());
        link.close();
    }

    @Override
    protected StatementStore store() {
        return store;
    }

    @Override
    protected void corrupt() {
        server.command("HSET", KEY, REQUESTS, "12.5");
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }

    @Test
    void sumsOverReplicas() {
        try (LinkUnderTest second = LinkUnderTest.to(server)) {
            RedisStatementStore other = new RedisStatementStore(second.vertx(), second.link(), "replica-2");
            Await.result(store.add(ACCOUNT, sums(3)));

            Await.result(other.add(ACCOUNT, sums(4)));

            same(read(ACME, DAY, DAY).get(ACCOUNT), sums(3).plus(sums(4)));
            Await.result(other.close());
        }
    }

    @Test
    void countsOnce_whenTheAnswerIsLost() {
        server.freeze();
        Future<Void> addition = store.add(ACCOUNT, sums(3));
        Await.until(
                "the link gives up on the frozen server",
                () -> !addition.isComplete() && link.link().counts().failures(RedisFailure.Kind.TIMEOUT) > 0);

        // The server now carries out what it was sent before, and then the same addition again.
        server.thaw();

        Await.result(addition);
        same(read(ACME, DAY, DAY).get(ACCOUNT), sums(3));
    }

    @Test
    void catchesUp_whenRedisWasAway() {
        Await.result(store.add(ACCOUNT, sums(1)));
        server.kill();
        Await.until("the loss is noticed", () -> !link.link().isUp());
        Future<Void> first = store.add(ACCOUNT, sums(2));
        Future<Void> second = store.add(ACCOUNT, sums(4));
        assertThat(first.isComplete()).isFalse();
        assertThat(Await.failure(store.read(ACME, DAY, DAY))).isNotNull();

        server.restart();

        Await.result(first);
        Await.result(second);
        same(read(ACME, DAY, DAY).get(ACCOUNT), sums(1).plus(sums(2)).plus(sums(4)));
    }

    @Test
    void replacesANumberThatIsNone_andGoesOn() {
        Await.result(store.add(ACCOUNT, sums(3)));
        corrupt();

        Await.result(store.add(ACCOUNT, sums(3)));

        assertThat(discarded()).isEqualTo(1);
        assertThat(server.command("HGET", KEY, REQUESTS)).isEqualTo("2");
    }

    @Test
    void isForgottenInTime() {
        Await.result(store.add(ACCOUNT, sums(3)));

        assertThat(Long.parseLong(server.command("PTTL", KEY)))
                .isBetween(399L * 86_400_000, StatementStore.KEPT_DAYS * 86_400_000L);
    }
}
