package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.ReplyReader;
import dev.fresnel.chat.Usage;
import dev.fresnel.contract.Inspections;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.Decision;
import dev.fresnel.delegation.Estimates;
import dev.fresnel.delegation.Reason;
import dev.fresnel.delegation.Route;
import dev.fresnel.delegation.TaskFeatures;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.estimate.OutputEstimate;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.Outcome;
import dev.fresnel.policy.Arm;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An answer that is looked at while a client waits (S43). */
class AppraisalTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final Outcome CLEAN = new Outcome.Rewarded(ImplicitSignal.CLEAN);

    private final Vertx vertx = Vertx.vertx();
    private final WorkerExecutor threads = vertx.createSharedWorkerExecutor("inspections", 1);
    private final Inspections inspections = new Inspections(threads);
    private final CountDownLatch busy = new CountDownLatch(1);

    @AfterEach
    void stop() {
        busy.countDown();
        Await.result(vertx.close());
    }

    /** Everything after it lives on the exchange's event loop, and would be shared between threads otherwise. */
    @Test
    void goesOnOnItsOwnContext_whenALookTakesTooLong() {
        occupyTheThread();
        Appraisal appraisal = appraisal(Duration.ofMillis(20));

        Seen seen = Await.result(faultOnItsContext(appraisal));

        assertThat(seen.fault()).isEmpty();
        assertThat(seen.isOnItsContext()).isTrue();
    }

    @Test
    void goesOnOnItsOwnContext_whenALookIsInTime() {
        Seen seen = Await.result(faultOnItsContext(appraisal(Duration.ofMinutes(1))));

        assertThat(seen.fault()).contains(ImplicitSignal.INVALID);
        assertThat(seen.isOnItsContext()).isTrue();
    }

    /** What the first look finds in the end is learned; a second one would cost as much again. */
    @Test
    void looksOnlyOnce_whenALookTakesTooLong() {
        occupyTheThread();
        Appraisal appraisal = appraisal(Duration.ofMillis(20));
        assertThat(Await.result(faultOnItsContext(appraisal)).fault()).isEmpty();

        Future<Optional<ImplicitSignal>> later = appraisal.closerLook(CLEAN);
        busy.countDown();

        assertThat(Await.result(later)).contains(ImplicitSignal.INVALID);
        assertThat(looks()).isEqualTo(1);
    }

    @Test
    void looksAgain_whenAnotherAnswerCame() {
        occupyTheThread();
        // Long enough for the second look on a busy machine, once the first, cold one is over.
        Appraisal appraisal = appraisal(Duration.ofSeconds(1));
        assertThat(Await.result(faultOnItsContext(appraisal)).fault()).isEmpty();
        busy.countDown();
        Await.until("the first look is over", () -> looks() == 1);

        assertThat(Await.result(faultOnItsContext(appraisal)).fault()).isPresent();
        assertThat(looks()).isEqualTo(2);
    }

    private long looks() {
        return inspections.findings().values().stream()
                .mapToLong(LongSupplier::getAsLong)
                .sum();
    }

    private record Seen(Optional<ImplicitSignal> fault, boolean isOnItsContext) {}

    private Future<Seen> faultOnItsContext(Appraisal appraisal) {
        Promise<Seen> seen = Promise.promise();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(_ -> {
            Thread loop = Thread.currentThread();
            appraisal
                    .fault()
                    .map(fault -> new Seen(
                            fault,
                            context.equals(Vertx.currentContext())
                                    && Thread.currentThread().equals(loop)))
                    .onComplete(seen);
        });
        return seen.future();
    }

    private void occupyTheThread() {
        var _ = threads.executeBlocking(
                () -> {
                    busy.await();
                    return true;
                },
                false);
    }

    /** Of an answer that is no JSON, though the request demands it. */
    private Appraisal appraisal(Duration patience) {
        byte[] body = "{\"model\":\"m\",\"messages\":[],\"response_format\":{\"type\":\"json_object\"}}"
                .getBytes(StandardCharsets.UTF_8);
        Journal journal = new Journal(() -> 0, new PriceTable(Map.of()), 0);
        journal.learns((ChatRequest) ChatRequestReader.read(body), assessment(), Optional.empty());
        Buffer answer = Buffer.buffer(ChatJson.completion("m", "no JSON", Usage.of(10, 10)));
        journal.measured(ReplyReader.read(answer.getBytes()), answer);
        return new Appraisal(vertx, ACME, journal, inspections, patience);
    }

    private static Assessment assessment() {
        return new Assessment(
                new Route.Direct(
                        new Decision(Arm.DIRECT, Arm.DIRECT, Map.of(Arm.DIRECT, 1.0), List.of(Reason.MODE_OFF))),
                new TaskFeatures(
                        TaskKind.OTHER, Fingerprint.of("x"), 0, 0, Tier.UNKNOWN, TaskFeatures.KindSource.RULES),
                new Estimates(10, new OutputEstimate(10, 20)),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
