package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** S38, S4: three replicas on one real Redis share their lenses, and ask the smart model once. */
class LensSharingTest {
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    private static final int REQUESTS = 200;

    private Vertx vertx;
    private RedisServer redis;
    private FakeUpstream smart;
    private FakeUpstream cheap;
    private final List<TestGateway> replicas = new ArrayList<>();

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        redis = RedisServer.start();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
    }

    @AfterEach
    void stop() {
        replicas.forEach(TestGateway::close);
        smart.close();
        cheap.close();
        Await.result(vertx.close());
        redis.close();
    }

    private void replicas(int count, String build) {
        for (int i = 0; i < count; i++) {
            // The lens is held back for as long as two hundred requests take on a loaded machine.
            String patient = TestGateway.twoModels(
                            smart.baseUri(),
                            cheap.baseUri(),
                            "mode: rules\narms: [direct, fast-worker]\nlens: { build: " + build + " }")
                    .replace("2s", "60s");
            replicas.add(TestGateway.onRedis(redis.uri(), patient));
        }
    }

    @Test
    void asksTheSmartModelOnce_whenManyFirstRequestsReachEveryReplica() throws Exception {
        replicas(3, "background");
        HeldScript lens = new HeldScript(LensScripts.lens(LensScripts.LENS));
        smart.byDefault(LensScripts.byPurpose(lens, Script.chat("from smart", Usage.of(20, 3000))));

        List<HttpResponse<String>> first = together(REQUESTS);
        lens.awaitHeld();
        List<HttpResponse<String>> second = together(REQUESTS);
        lens.release();
        for (TestGateway replica : replicas) {
            Await.until(
                    "the lens is used everywhere",
                    () -> replica.chat(TASK).body().contains("from cheap"));
        }

        assertThat(lensCalls()).isEqualTo(1);
        assertThat(first).allSatisfy(reply -> assertThat(reply.body()).contains("from smart"));
        assertThat(second).allSatisfy(reply -> assertThat(reply.statusCode()).isEqualTo(200));
        assertThat(redis.command("HLEN", "fresnel:{acme}:lens")).isEqualTo("1");
    }

    @Test
    void goesDirect_whenAnotherReplicaWritesTheLensThatThisRequestWouldWaitFor() {
        replicas(2, "inline");
        HeldScript lens = new HeldScript(LensScripts.lens(LensScripts.LENS));
        smart.byDefault(LensScripts.byPurpose(lens, Script.chat("from smart", Usage.of(20, 3000))));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<String>> waiting =
                    clients.submit(() -> replicas.getFirst().chat(TASK));
            lens.awaitHeld();

            HttpResponse<String> other = replicas.getLast().chat(TASK);

            assertThat(other.body()).contains("from smart");
            assertThat(other.headers().firstValue("x-fresnel-reason").orElse(""))
                    .contains("lens_building");
            lens.release();
            assertThat(result(waiting).body()).contains("from cheap");
            assertThat(replicas.getLast().chat(TASK).body()).contains("from cheap");
        }
        assertThat(lensCalls()).isEqualTo(1);
    }

    @Test
    void findsTheLens_afterEveryReplicaWasReplaced() {
        replicas(1, "inline");
        assertThat(replicas.getFirst().chat(TASK).body()).contains("from cheap");
        replicas.getFirst().close();
        replicas.clear();

        replicas(1, "inline");

        assertThat(replicas.getFirst().chat(TASK).body()).contains("from cheap");
        assertThat(lensCalls()).isEqualTo(1);
    }

    @Test
    void countsTheSpendOfAllReplicas() {
        replicas(2, "inline");
        replicas.forEach(replica -> assertThat(replica.chat(TASK).statusCode()).isEqualTo(200));

        Await.until(
                "the sum is in Redis",
                () -> spent(replicas.getFirst()) > 0 && spent(replicas.getFirst()) == spent(replicas.getLast()));
    }

    private static double spent(TestGateway replica) {
        String json = replica.admin("/admin/status");
        String after = json.substring(json.indexOf("\"spent_today_usd\":") + 18);
        return Double.parseDouble(after.substring(0, after.indexOf(',')));
    }

    private List<HttpResponse<String>> together(int requests) throws InterruptedException {
        List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            TestGateway replica = replicas.get(i % replicas.size());
            calls.add(() -> replica.chat(TASK));
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(24)) {
            return clients.invokeAll(calls).stream()
                    .map(LensSharingTest::result)
                    .toList();
        }
    }

    private static HttpResponse<String> result(Future<HttpResponse<String>> reply) {
        try {
            return reply.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long lensCalls() {
        return smart.requests().stream().filter(LensScripts::isLensCall).count();
    }
}
