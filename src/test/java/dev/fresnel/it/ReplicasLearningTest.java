package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.ServingProcess;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** H3, S39: three processes on one real Redis learn together, whatever dies. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no redis-server")
class ReplicasLearningTest {
    private static final String KEY = "fresnel:{acme/smart}:arms";
    private static final Pattern PROBABILITY = Pattern.compile("\"fast-bare\":([0-9.eE-]+)");

    /** What was answered longer before a kill is in the store: one interval of flushing, and what a busy machine adds. */
    private static final Duration FLUSHED_WITHIN = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final RedisServer redis = RedisServer.startDurable();
    private final List<ServingProcess> processes = new ArrayList<>();
    private int tasks;

    @BeforeEach
    void start() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
        String yaml = "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\" }\n"
                + "store: { redis: { url: \"" + redis.uri() + "\", command-timeout: 1s } }\n"
                + TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: adaptive\narms: [direct, fast-bare]")
                // Sizes that each process learns for itself would be contexts of its own.
                + "policy: { guard: 1 }\nestimates: { learn: false }\n";
        for (String name : List.of("a", "b", "c")) {
            processes.add(ServingProcess.launch(folder.resolve(name), yaml));
        }
        processes.forEach(ServingProcess::awaitServing);
    }

    @AfterEach
    void stop() {
        processes.forEach(ServingProcess::close);
        http.close();
        redis.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void learnsTogether_whateverDies() throws IOException {
        ServingProcess a = processes.get(0);
        ServingProcess b = processes.get(1);
        ServingProcess c = processes.get(2);
        processes.forEach(process -> assertThat(chat(process).statusCode()).isEqualTo(200));

        // What the requested model is worth is known, so that minds change by evidence and not by what is in flight.
        for (int judged = 0; judged < 40; ) {
            HttpResponse<String> reply = chat(a);
            if (reply.body().contains("from smart")) {
                assertThat(judge(a, reply, true)).contains("\"status\":\"learned\"");
                judged++;
            }
        }

        // One is told, all act on it.
        for (int i = 0; i < 30; i++) {
            assertThat(teach(a, true)).contains("\"status\":\"learned\"");
        }
        await("all prefer the worker", () -> processes.stream().allMatch(one -> probability(one) > 0.9));
        await("30 outcomes", () -> isNear(learned(), 30));

        // One dies: nobody's request fails, and what it was told is not lost but for the last moment.
        List<Long> told = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            assertThat(teach(c, true)).contains("\"status\":\"learned\"");
            told.add(System.nanoTime());
        }
        long killed = System.nanoTime();
        c.kill();
        for (int i = 0; i < 10; i++) {
            assertThat(chat(i % 2 == 0 ? a : b).statusCode()).isEqualTo(200);
        }
        long mustBeKept = told.stream()
                .filter(at -> killed - at > FLUSHED_WITHIN.toNanos())
                .count();
        double known = learned();
        assertThat(known).isBetween(30 + mustBeKept - 0.01, 50.01);

        // The store dies: requests go on, feedback waits, and counts once when the store is back.
        redis.kill();
        for (int i = 0; i < 20; i++) {
            assertThat(teach(i % 2 == 0 ? a : b, true)).contains("\"status\":\"queued\"");
        }
        redis.restart();
        await("nothing is lost, nothing counts twice", () -> isNear(learned(), known + 20));
        await(
                "nothing waits",
                () -> metric(a, "fresnel_learning_signals_held") == 0
                        && metric(b, "fresnel_learning_signals_held") == 0);

        // The others change their minds within two seconds. A machine that is busy may miss that once or twice.
        List<Duration> delays = new ArrayList<>();
        for (int round = 0; round < 4 && delays.stream().noneMatch(delay -> delay.toMillis() <= 2_000); round++) {
            boolean good = round % 2 == 1;
            DoublePredicate changed = good ? p -> p > 0.5 : p -> p < 0.5;
            ServingProcess teacher = round % 2 == 0 ? a : b;
            ServingProcess other = round % 2 == 0 ? b : a;
            assertThat(chat(other).statusCode()).isEqualTo(200);
            assertThat(changed.test(probability(other))).isFalse();
            // Clearly changed: what each has in flight counts for a little, too, and only there.
            for (int beyond = 0; beyond < 25; beyond += changed.test(probability(teacher)) ? 1 : 0) {
                assertThat(teach(teacher, good)).contains("\"status\":\"learned\"");
            }
            long began = System.nanoTime();
            await("the other changes its mind", () -> changed.test(probability(other)));
            delays.add(Duration.ofNanos(System.nanoTime() - began));
        }
        assertThat(delays).as("delays").anyMatch(delay -> delay.toMillis() <= 2_000);

        // And a process that starts knows what they know, when that is clear beyond what each has in flight.
        boolean worker = probability(a) > 0.5;
        for (int i = 0; i < 25; i++) {
            assertThat(teach(a, worker)).contains("\"status\":\"learned\"");
        }
        await("all is told", () -> metric(a, "fresnel_learning_queued") == 0);
        ServingProcess late = ServingProcess.launch(folder.resolve("late"), yaml("c"));
        processes.add(late);
        late.awaitServing();
        assertThat(probability(late) > 0.5).isEqualTo(worker);
    }

    private String yaml(String name) throws IOException {
        return java.nio.file.Files.readString(folder.resolve(name).resolve("fresnel.yaml"));
    }

    /** Has the worker answer once, and judges the answer. */
    private String teach(ServingProcess process, boolean succeeded) {
        HttpResponse<String> reply = chat(process, "x-fresnel-arm", "fast-bare");
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).contains("from cheap");
        return judge(process, reply, succeeded);
    }

    private String judge(ServingProcess process, HttpResponse<String> reply, boolean succeeded) {
        String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        HttpResponse<String> verdict = send(HttpRequest.newBuilder(URI.create(process.data() + "/v1/feedback"))
                .timeout(Await.LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"request_id\":\"" + id + "\",\"succeeded\":" + succeeded + "}")));
        assertThat(verdict.statusCode()).isIn(200, 202);
        return verdict.body();
    }

    private double probability(ServingProcess process) {
        Matcher found = PROBABILITY.matcher(
                chat(process, "x-fresnel-explain", "dry-run").body());
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private HttpResponse<String> chat(ServingProcess process, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(process.data() + "/v1/chat/completions"))
                .timeout(Await.LIMIT)
                .header("content-type", "application/json")
                .header("x-fresnel-task-kind", "debug")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Task number " + ++tasks
                                + "\"}]}"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private double metric(ServingProcess process, String name) {
        return send(HttpRequest.newBuilder(URI.create(process.admin() + "/metrics")))
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Outcomes of the worker that the store holds. It was never reset here, so that all weigh nearly 1. */
    private double learned() {
        String[] entries = redis.command("HGETALL", KEY).split("\n", -1);
        double sum = 0;
        for (int i = 0; i + 1 < entries.length; i++) {
            if (entries[i].startsWith("c:fast-bare ")) {
                sum += Double.parseDouble(entries[i + 1].split(" ", -1)[0]);
            }
        }
        return sum;
    }

    private static boolean isNear(double actual, double expected) {
        return Math.abs(actual - expected) < 0.01;
    }

    /** Longer than usual: a store that was away is tried again at random times of up to 7.5 s. */
    private void await(String what, BooleanSupplier condition) {
        Await.until(() -> what + "; " + whatTheyThink(), condition, Duration.ofSeconds(40));
    }

    private String whatTheyThink() {
        StringBuilder all = new StringBuilder("the store:\n").append(redis.command("HGETALL", KEY));
        for (ServingProcess process : processes) {
            all.append('\n').append(process.data()).append(": ");
            all.append(
                    process.isAlive()
                            ? chat(process, "x-fresnel-explain", "dry-run").body()
                            : "killed");
        }
        return all.toString();
    }
}
