package dev.fresnel.store.embedded;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.LensStoreContract;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLensStoreTest extends LensStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private volatile Instant now = LensFixtures.NOW;
    private Vertx vertx;
    private EmbeddedStore embedded;
    private LensStore store;

    @BeforeEach
    void open() {
        InstantSource clock = () -> now;
        vertx = Vertx.vertx();
        embedded = await(EmbeddedStore.open(vertx, directory, clock, problems::add));
        store = new EmbeddedLensStore(embedded, clock, MAX_PER_TENANT);
    }

    @AfterEach
    void close() {
        await(embedded.close());
        await(vertx.close());
    }

    @Override
    protected LensStore store() {
        return store;
    }

    @Override
    protected void setClock(Instant instant) {
        now = instant;
    }

    @Override
    protected void passes(Duration time) {
        now = now.plus(time);
    }

    @Override
    protected void corrupt(LensKey key) {
        await(embedded.inOrder(access ->
                access.put("lens", key.tenant() + "/" + key.hash(), "garbage".getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    protected int discarded() {
        return (int) problems.stream()
                .filter(StoreProblem.ValueDiscarded.class::isInstance)
                .count();
    }
}
