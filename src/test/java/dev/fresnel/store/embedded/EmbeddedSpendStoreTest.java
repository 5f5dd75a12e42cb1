package dev.fresnel.store.embedded;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.budget.SpendStoreContract;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSpendStoreTest extends SpendStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private EmbeddedStore embedded;
    private SpendStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedSpendStore(embedded);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Override
    protected SpendStore store() {
        return store;
    }

    @Override
    protected void corrupt() {
        Await.result(embedded.inOrder(access -> access.put("spend", DAY + "/acme", new byte[3])));
    }

    @Override
    protected void storeAsBefore(LocalDate day, long nanos) {
        Await.result(embedded.inOrder(access -> access.put(
                "spend",
                day + "/acme",
                ByteBuffer.allocate(Long.BYTES).putLong(nanos).array())));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }
}
