package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensStore;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.store.IsolationContract;
import dev.fresnel.testing.Await;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedIsolationTest extends IsolationContract {
    @TempDir
    Path directory;

    private Vertx vertx;
    private EmbeddedStore embedded;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, _ -> {}));
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    /** The names of keys alone, for many more cases than a file takes in a second. */
    @Test
    void noNameOfATenantsDecisionBeginsWithAnothers() {
        Random random = new Random(5);
        TreeMap<String, Map.Entry<TenantId, RequestId>> owners = new TreeMap<>();

        for (int i = 0; i < 100_000; i++) {
            TenantId tenant = AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size()));
            RequestId request = new RequestId(AdversarialNames.word(random) + random.nextInt(10));
            String name = EmbeddedDecisionStore.name(tenant, request);

            assertThat(owners.merge(name, Map.entry(tenant, request), (first, _) -> first))
                    .as(name)
                    .isEqualTo(Map.entry(tenant, request));
        }
        // In order of keys, whatever begins with a name follows it at once.
        String last = "\0";
        for (String name : owners.keySet()) {
            assertThat(name.startsWith(last)).as(name).isFalse();
            last = name;
        }
    }

    @Override
    protected DecisionStore decisions() {
        return new EmbeddedDecisionStore(embedded, () -> LensFixtures.NOW, EmbeddedDecisionStore.DEFAULT_MAXIMUM);
    }

    @Override
    protected LensStore lenses() {
        return new EmbeddedLensStore(embedded, () -> LensFixtures.NOW, EmbeddedLensStore.DEFAULT_MAX_PER_TENANT);
    }

    @Override
    protected SpendStore spend() {
        return new EmbeddedSpendStore(embedded);
    }

    @Override
    protected StatementStore statements() {
        return new EmbeddedStatementStore(embedded);
    }

    @Override
    protected ArmStateStore arms() {
        return new EmbeddedArmStateStore(embedded, () -> LensFixtures.NOW);
    }

    @Override
    protected int cases() {
        return 4_000;
    }
}
