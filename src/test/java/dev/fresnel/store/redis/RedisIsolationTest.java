package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensStore;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.store.IsolationContract;
import dev.fresnel.store.embedded.EmbeddedLensStore;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisIsolationTest extends IsolationContract {
    private static RedisServer server;

    private LinkUnderTest link;
    private RedisSpendStore spend;
    private RedisStatementStore statements;

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
        spend = new RedisSpendStore(link.vertx(), link.link(), "5ca1ab1e", RedisIsolationTest::accounts);
        statements = new RedisStatementStore(link.vertx(), link.link(), "5ca1ab1e");
    }

    private static Map<TenantId, List<String>> accounts() {
        return AdversarialNames.TENANTS.stream().collect(Collectors.toMap(tenant -> tenant, _ -> KEYS));
    }

    @AfterEach
    void close() {
        link.close();
    }

    /** The names of keys alone, for many more cases than a server takes in a second. */
    @Test
    void noNameOfATenantsKeysIsAnothers_whateverItEndsIn() {
        Random random = new Random(5);
        Map<String, TenantId> owners = new HashMap<>();

        for (int i = 0; i < 100_000; i++) {
            TenantId tenant = AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size()));
            String key = RedisKeys.of(tenant, AdversarialNames.word(random));

            assertThat(owners.merge(key, tenant, (first, _) -> first)).as(key).isEqualTo(tenant);
            String slot = key.substring(key.indexOf('{') + 1, key.indexOf('}'));
            assertThat(slot).as("what Redis Cluster places it by").isEqualTo(tenant.value());
        }
    }

    /** Populations are named by models, which may hold anything that prints. */
    @Test
    void noTwoTagsShareAKey_whateverIsInThem() {
        Random random = new Random(6);
        Map<String, String> tags = new HashMap<>();

        for (int i = 0; i < 100_000; i++) {
            String tag = AdversarialNames.word(random);
            String key = RedisKeys.of(tag, "arms");

            assertThat(tags.merge(key, tag, (first, _) -> first)).as(key).isEqualTo(tag);
        }
    }

    @Override
    protected DecisionStore decisions() {
        return new RedisDecisionStore(link.link());
    }

    @Override
    protected LensStore lenses() {
        return new RedisLensStore(link.link(), () -> LensFixtures.NOW, EmbeddedLensStore.DEFAULT_MAX_PER_TENANT);
    }

    @Override
    protected SpendStore spend() {
        return spend;
    }

    @Override
    protected StatementStore statements() {
        return statements;
    }

    @Override
    protected ArmStateStore arms() {
        return new RedisArmStateStore(link.link());
    }

    @Override
    protected int cases() {
        return 3_000;
    }
}
