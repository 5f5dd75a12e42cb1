package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.ArmStateStoreContract;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisArmStateStoreTest extends ArmStateStoreContract {
    private static final String KEY = "fresnel:{gpt-4o%7B%7D@acme}:arms";

    private static RedisServer server;

    private LinkUnderTest link;
    private ArmStateStore store;

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
        store = new RedisArmStateStore(link.link());
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Override
    protected ArmStateStore store() {
        return store;
    }

    @Override
    protected double now() {
        return RedisClock.seconds(server);
    }

    @Override
    protected void spoil(String field, String value) {
        server.command("HSET", KEY, field, value);
    }

    @Override
    protected int discarded() {
        return link.discarded();
    }

    @Test
    void startsAgain_whenAKeyHasAnotherType() {
        server.command("LPUSH", KEY, "x");
        server.command("SET", "fresnel:{gpt-4o%7B%7D@acme}:arm-replicas", "y");

        flush("a", 1, delta("fast", "task", Landmark.at(now()), 1, 1));

        assertThat(cells(load())).isEqualTo(Map.of("fast task", new Evidence(1, 1, 1)));
        assertThat(discarded()).isPositive();
    }

    @Test
    void startsAgain_whenSomebodyFilledTheKey() {
        server.command(
                "EVAL",
                "for i = 1, ARGV[1] do redis.call('HSET', KEYS[1], 'c:x ' .. i, '1 1 1') end",
                "1",
                KEY,
                Integer.toString(2 * ArmStateStore.MAX_CELLS + 1));

        assertThat(load().cells()).isEmpty();

        assertThat(discarded()).isEqualTo(1);
        Await.until("removed", () -> server.command("EXISTS", KEY).equals("0"));
    }

    @Test
    void refusesCellsBeyondTheBound() {
        server.command(
                "EVAL",
                "for i = 1, ARGV[1] do redis.call('HSET', KEYS[1], 'c:x ' .. i, '1 1 1') end",
                "1",
                KEY,
                Integer.toString(ArmStateStore.MAX_CELLS));

        Landmark scale = Landmark.at(now());

        assertThat(flush("a", 1, delta("x", "new", scale, 1, 1), delta("x", "5", scale, 1, 1))
                        .refused())
                .isEqualTo(1);
    }

    @Test
    void goesOn_whenEverythingWasFlushed() {
        Landmark scale = new Landmark(4, now(), 9);
        flush("a", 5, delta("fast", "task", scale, 1, 1));
        server.command("FLUSHALL");

        flush("a", 6, delta("fast", "task", scale, 2, 1));

        assertThat(cells(load())).isEqualTo(Map.of("fast task", new Evidence(2, 2, 2)));
        assertThat(load().landmarks()).containsEntry("fast", scale);
    }
}
