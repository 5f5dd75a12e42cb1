package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.ArmStateStoreContract;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedArmStateStoreTest extends ArmStateStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private EmbeddedStore embedded;
    private ArmStateStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        reopen();
    }

    private void reopen() {
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedArmStateStore(embedded, () -> LensFixtures.NOW);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Override
    protected ArmStateStore store() {
        return store;
    }

    @Override
    protected double now() {
        return LensFixtures.NOW.toEpochMilli() / 1e3;
    }

    @Override
    protected void spoil(String field, String value) {
        Await.result(embedded.inOrder(
                access -> access.put("arms", POPULATION + "\0" + field, value.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }

    @Test
    void remembersSumsAndSequences_acrossARestart() {
        Landmark scale = Landmark.at(now());
        flush("a", 1, delta("fast", "task", scale, 1, 1));
        Await.result(embedded.close());

        reopen();
        flush("a", 1, delta("fast", "task", scale, 1, 1));

        assertThat(cells(load())).isEqualTo(Map.of("fast task", new Evidence(1, 1, 1)));
    }
}
