package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.savings.Account;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.StatementStoreContract;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStatementStoreTest extends StatementStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private EmbeddedStore embedded;
    private StatementStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedStatementStore(embedded);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Override
    protected StatementStore store() {
        return store;
    }

    @Override
    protected void corrupt() {
        Await.result(embedded.inOrder(
                access -> access.put("savings", "acme/" + DAY + "/" + ACCOUNT.model(), new byte[] {'1', ' ', 'x'})));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }

    @Test
    void survivesARestart() {
        Await.result(store.add(ACCOUNT, sums(3)));
        Await.result(embedded.close());

        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedStatementStore(embedded);

        same(read(ACME, DAY, DAY).get(ACCOUNT), sums(3));
    }

    @Test
    void forgetsTheTenantsDaysThatAreTooOld() {
        Await.result(store.add(ACCOUNT, sums(3)));
        Await.result(store.add(new Account(OTHER, "m", DAY), sums(3)));

        Await.result(store.add(new Account(ACME, "m", DAY.plusDays(StatementStore.KEPT_DAYS)), sums(1)));
        assertThat(read(ACME, DAY, DAY)).isNotEmpty();
        Await.result(store.add(new Account(ACME, "m", DAY.plusDays(StatementStore.KEPT_DAYS + 1)), sums(1)));

        assertThat(read(ACME, DAY, DAY)).isEmpty();
        assertThat(read(OTHER, DAY, DAY)).as("another tenant's").isNotEmpty();
    }
}
