package dev.fresnel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.Choice;
import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InspectionsTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("other");
    private static final Finding KEPT = new Finding.Kept();
    private static final Finding BUSY = new Finding.Unknown(Finding.Doubt.BUSY);

    private final Vertx vertx = Vertx.vertx();
    private final WorkerExecutor threads = vertx.createSharedWorkerExecutor("inspections", 1);
    private final Inspections inspections = new Inspections(threads);
    private final CountDownLatch busy = new CountDownLatch(1);

    @AfterEach
    void stop() {
        busy.countDown();
        Await.result(vertx.close());
    }

    @Test
    void leavesRoomForOthers_whenOneTenantsAnswersWait() {
        occupyTheThread();
        List<Future<Finding>> waiting = new ArrayList<>();
        for (int i = 0; i < Inspections.MAX_OF_TENANT; i++) {
            waiting.add(inspect(ACME));
        }

        assertThat(Await.result(inspect(ACME))).isEqualTo(BUSY);
        Future<Finding> other = inspect(OTHER);
        busy.countDown();

        assertThat(Await.result(other)).isEqualTo(KEPT);
        assertThat(waiting).allSatisfy(each -> assertThat(Await.result(each)).isEqualTo(KEPT));
        assertThat(Await.result(inspect(ACME))).as("there is room again").isEqualTo(KEPT);
    }

    @Test
    void checksNoMore_whenTooManyOfAllTenantsWait() {
        occupyTheThread();
        List<Future<Finding>> waiting = new ArrayList<>();
        for (int i = 0; i < Inspections.MAX_WAITING; i++) {
            waiting.add(inspect(new TenantId("tenant-" + i)));
        }

        assertThat(Await.result(inspect(ACME))).isEqualTo(BUSY);
        busy.countDown();

        assertThat(waiting).allSatisfy(each -> assertThat(Await.result(each)).isEqualTo(KEPT));
        assertThat(Await.result(inspect(ACME))).isEqualTo(KEPT);
    }

    @Test
    void saysNothing_whenItsThreadsHaveGone() {
        Await.result(threads.close());

        assertThat(Await.result(inspect(ACME))).isEqualTo(new Finding.Unknown(Finding.Doubt.INTERNAL));
    }

    private void occupyTheThread() {
        var _ = threads.executeBlocking(
                () -> {
                    busy.await();
                    return true;
                },
                false);
    }

    private Future<Finding> inspect(TenantId tenant) {
        byte[] body = "{\"model\":\"m\",\"messages\":[],\"response_format\":{\"type\":\"json_object\"}}"
                .getBytes(StandardCharsets.UTF_8);
        ChatRequest request = (ChatRequest) ChatRequestReader.read(body);
        Choice choice = new Choice("{}", "", List.of(), Optional.of("stop"));
        return inspections.inspect(tenant, request, () -> Optional.of(List.of(choice)), Inspector.Cut.OTHERWISE);
    }
}
