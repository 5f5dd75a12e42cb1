package dev.fresnel.store.embedded;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.store.IsolationContract;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
    protected int cases() {
        return 100_000;
    }
}
