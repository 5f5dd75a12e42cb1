package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.pause.PauseStoreContract;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPauseStoreTest extends PauseStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private EmbeddedStore embedded;
    private PauseStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedPauseStore(embedded);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Test
    void isThereAgain_whenTheFileIsOpenedAnew() {
        PauseOrder order = new PauseOrder(PauseOrder.State.PAUSED, LensFixtures.NOW, "somebody", Optional.of("why"));
        Await.result(store.save(ACME, order));
        Await.result(embedded.close());

        open();

        assertThat(Await.result(store.load(List.of(ACME)))).isEqualTo(Map.of(ACME, order));
    }

    @Test
    void saysThatNothingWasKept_whenTheDiskTakesNoMore() {
        Await.result(embedded.close());
        FullDisk.register();
        embedded = Await.result(
                EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add, FullDisk::path));
        store = new EmbeddedPauseStore(embedded);
        FullDisk.fill();
        try {
            PauseOrder order = new PauseOrder(PauseOrder.State.PAUSED, LensFixtures.NOW, "somebody", Optional.empty());

            assertThat(Await.failure(store.save(ACME, order))).hasMessageContaining("cannot be written");
        } finally {
            FullDisk.free();
        }
    }

    @Override
    protected PauseStore store() {
        return store;
    }

    @Override
    protected void put(String text) {
        Await.result(embedded.inOrder(
                access -> access.put(EmbeddedPauseStore.PAUSES, ACME.key(), text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }
}
