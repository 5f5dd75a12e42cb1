package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.outcome.AwaitedDecision;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.testing.Await;
import dev.fresnel.value.RequestId;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDecisionStoreTest extends DecisionStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private volatile Instant now = LensFixtures.NOW;
    private Vertx vertx;
    private EmbeddedStore embedded;
    private DecisionStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> now, problems::add));
        store = new EmbeddedDecisionStore(embedded, () -> now, 3);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Override
    protected DecisionStore store() {
        return store;
    }

    @Override
    protected void passes(Duration time) {
        now = now.plus(time);
    }

    @Override
    protected void spoil() {
        Await.result(embedded.inOrder(access ->
                access.put("decision", ACME + "\0" + REQUEST + "\0decision", "x".getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }

    @Test
    void makesRoom_byDroppingWhatEndsFirst() {
        for (int i = 0; i < 5; i++) {
            Await.result(store.put(numbered(i), Duration.ofMinutes(1 + i)));
        }

        assertThat(List.of(knows(0), knows(1), knows(2), knows(3), knows(4)))
                .containsExactly(false, false, true, true, true);
    }

    @Test
    void leavesNothingBehind_whenDecisionsEnd() {
        for (int i = 0; i < 3; i++) {
            Await.result(store.put(numbered(i), Duration.ofMinutes(1)));
        }
        now = now.plus(Duration.ofMinutes(2));

        Await.result(store.put(numbered(9), Duration.ofMinutes(1)));

        int left = Await.result(
                embedded.answered(access -> access.withPrefix("decision", "").size()
                        + access.withPrefix("decision-end", "").size()));
        assertThat(left).isEqualTo(3);
    }

    private boolean knows(int i) {
        return !Await.result(
                        store.revise(new Signal(ACME, new RequestId("r" + i), "api", Signal.Kind.LABEL, 1, 1, "a")))
                .equals(new Revision.Unknown());
    }

    private static AwaitedDecision numbered(int i) {
        return decision(ACME, new RequestId("r" + i));
    }
}
