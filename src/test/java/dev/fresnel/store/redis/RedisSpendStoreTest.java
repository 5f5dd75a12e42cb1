package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.budget.SpendStoreContract;
import dev.fresnel.budget.Spent;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisSpendStoreTest extends SpendStoreContract {
    private static final String HASH = "fresnel:{acme}:spend";

    private static RedisServer server;

    private LinkUnderTest link;
    private RedisSpendStore store;

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
        store = new RedisSpendStore(link.vertx(), link.link(), "a1", () -> KEYS);
    }

    @AfterEach
    void close() {
        Await.result(store.close());
        link.close();
    }

    @Override
    protected SpendStore store() {
        return store;
    }

    @Override
    protected void corrupt() {
        server.command("HSET", HASH, "|" + DAY, "12.5");
    }

    @Override
    protected void storeAsBefore(LocalDate day, long nanos) {
        server.command("HSET", "fresnel:{acme}:spend:" + day, "nanos", Long.toString(nanos));
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }

    @Test
    void sumsOverReplicas() {
        try (LinkUnderTest second = LinkUnderTest.to(server)) {
            RedisSpendStore other = new RedisSpendStore(second.vertx(), second.link(), "b2", () -> KEYS);
            Await.result(store.add(ACCOUNT, DAY, new Usd(3)));

            Await.result(other.add(ACCOUNT, DAY, new Usd(4)));

            assertThat(spent().day()).isEqualTo(new Usd(7));
            Await.result(other.close());
        }
    }

    @Test
    void countsOnce_whenTheAnswerIsLost() {
        server.freeze();
        Future<Void> addition = store.add(ACCOUNT, DAY, new Usd(3));
        Await.until(
                "the link gives up on the frozen server",
                () -> !addition.isComplete() && link.link().counts().failures(RedisFailure.Kind.TIMEOUT) > 0);

        // The server now carries out what it was sent before, and then the same addition again.
        server.thaw();

        Await.result(addition);
        Await.result(store.add(ACCOUNT, DAY, new Usd(4)));
        assertThat(server.command("HGET", HASH, "|" + DAY)).isEqualTo("7");
    }

    @Test
    void catchesUp_whenRedisWasAway() {
        Await.result(store.add(ACCOUNT, DAY, new Usd(1)));
        server.kill();
        Await.until("the loss is noticed", () -> !link.link().isUp());
        Future<Void> first = store.add(ACCOUNT, DAY, new Usd(2));
        Future<Void> second = store.add(ACCOUNT, DAY, new Usd(4));
        assertThat(first.isComplete()).isFalse();

        server.restart();

        Await.result(first);
        Await.result(second);
        assertThat(spent().day()).isEqualTo(new Usd(7));
    }

    @Test
    void startsAgain_whenTheKeyHasAnotherType() {
        server.command("LPUSH", HASH, "x");

        assertThat(Await.result(store.spentAsOf(DAY))).isEmpty();
        Await.result(store.add(ACCOUNT, DAY, new Usd(2)));

        assertThat(spent().day()).isEqualTo(new Usd(2));
        assertThat(discarded()).isEqualTo(1);
    }

    private Spent spent() {
        return Objects.requireNonNull(Await.result(store.spentAsOf(DAY)).get(ACCOUNT), "spend of " + ACCOUNT);
    }
}
