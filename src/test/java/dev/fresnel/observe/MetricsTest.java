package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.testing.TwoModels;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What there is to be scraped, what the documentation says of it, and that clients cannot make it more. */
class MetricsTest {
    private static final String TASK = "Generate CRUD endpoints for 5 entities";
    private static final int INVENTED = 10_000;
    private static final List<String> INVENTED_HEADERS = List.of(
            "x-request-id",
            "x-fresnel-session",
            "x-fresnel-task",
            "x-fresnel-repo",
            "x-tenant",
            "openai-organization",
            "openai-project",
            "user-agent");

    @RegisterExtension
    final TwoModels models = TwoModels.answering(
            LensScripts.smart("from smart", Usage.of(20, 3000)), Script.chat("from cheap", Usage.of(400, 3000)));

    private static String chat(String model, String text) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private TestGateway gateway(String tenant) {
        return TestGateway.start(models.yaml("mode: rules\narms: [direct, fast-worker]")
                .replace("  - id: acme\n", "  - id: acme\n" + tenant));
    }

    /** What one metric looks like: of a series its labels. */
    private static Map<String, List<String>> scraped(Stream<String> lines) {
        Map<String, List<String>> labels = new TreeMap<>();
        Pattern series = Pattern.compile("(fresnel_\\w+)(?:\\{(.*)})? \\S+");
        lines.forEach(line -> {
            Matcher matcher = series.matcher(line);
            if (matcher.matches()) {
                String inside = matcher.group(2) == null ? "" : matcher.group(2);
                List<String> names = Pattern.compile("(\\w+)=\"[^\"]*\"")
                        .matcher(inside)
                        .results()
                        .map(found -> found.group(1))
                        .sorted()
                        .toList();
                List<String> before = labels.putIfAbsent(matcher.group(1), names);
                assertThat(before == null || before.equals(names))
                        .as(line + " has other labels than " + before)
                        .isTrue();
            }
        });
        return labels;
    }

    private static Map<String, List<String>> catalogued() {
        Map<String, List<String>> labels = new TreeMap<>();
        for (MetricCatalogue.Metric metric : MetricCatalogue.all()) {
            for (String name : metric.exposed()) {
                labels.put(
                        name,
                        Stream.concat(metric.labels().stream(), Stream.of("le").filter(_ -> name.endsWith("_bucket")))
                                .sorted()
                                .toList());
            }
        }
        return labels;
    }

    @Test
    void aScrapeHoldsExactlyWhatIsInTheCatalogue() {
        // The price of a budget is told of tenants that have one, Redis is watched where it is the store.
        PrometheusMeterRegistry redis = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new Metrics(redis, 10).watchRedis(() -> true, () -> 0, Map.of("away", () -> 0));
        try (TestGateway gateway = gateway("    budget: { daily: 1000 }\n")) {
            gateway.chat(chat("smart", TASK));
            gateway.chat(chat("smart", "Hi, how are you?"));
            gateway.chat("{\"stream\":true," + chat("smart", "Hi again").substring(1));
            gateway.get("/nothing");
            gateway.awaitLogged("request_finished", "\"ttft_ms\":", "direct");
            Await.until("metrics", () -> gateway.admin("/metrics").contains("fresnel_time_to_first_token"));

            String text = gateway.admin("/metrics");
            assertThat(scraped(Stream.concat(text.lines(), redis.scrape().lines())))
                    .isEqualTo(catalogued());
            assertThat(text.lines()).as("helpless metrics").noneMatch(line -> line.matches("# HELP fresnel_\\S+ *"));
            assertThat(text)
                    .contains(
                            "fresnel_request_duration_seconds_bucket{arm=\"direct\",le=\"300.0\"}",
                            "fresnel_upstream_calls_total{outcome=\"success\",upstream=\"cheap\"} 1.0",
                            "fresnel_upstream_running{upstream=\"cheap\"} 0.0",
                            "fresnel_upstream_waiting{upstream=\"smart\"} 0.0");
        }
    }

    @Test
    void theDocumentationHasEveryMetric_withItsUnitAndLabels() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Matcher rows = Pattern.compile("(?m)^\\| `(fresnel_[a-z_]+)` \\| ([^|]+) \\| ([^|]*) \\| \\S")
                .matcher(Files.readString(Path.of("docs/observability.md")));
        while (rows.find()) {
            String labels = Pattern.compile("`(\\w+)`")
                    .matcher(rows.group(3))
                    .results()
                    .map(found -> found.group(1))
                    .sorted()
                    .collect(Collectors.joining(","));
            documented.put(rows.group(1), rows.group(2).strip() + " by " + labels);
        }
        Map<String, String> expected = new TreeMap<>();
        Map<String, List<String>> labels = catalogued();
        for (MetricCatalogue.Metric metric : MetricCatalogue.all()) {
            for (String name : metric.exposed()) {
                boolean counts = metric.kind() == MetricCatalogue.Kind.TIMER
                        && (name.endsWith("_count") || name.endsWith("_bucket"));
                String unit = (counts ? MetricCatalogue.Unit.COUNT : metric.unit()).text();
                expected.put(name, unit + " by " + String.join(",", labels.get(name)));
            }
        }

        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void upstreamsAreCountedByWhatCameOfTheirCalls() {
        try (TestGateway gateway = gateway("")) {
            models.cheap().reply(Script.error(503));
            models.cheap().reply(Script.error(503));
            gateway.chat(chat("smart", TASK));
            models.smart().reply(Script.rateLimited("99"));
            gateway.chat(chat("smart", "Hi"));
            models.smart().reply(Script.reset());
            gateway.chat(chat("smart", "Hi again"));

            Await.until(
                    "all calls",
                    () -> gateway.admin("/metrics")
                            .contains("fresnel_upstream_calls_total{outcome=\"unavailable\",upstream=\"smart\"} 1.0"));
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_upstream_calls_total{outcome=\"server_error\",upstream=\"cheap\"} 1.0",
                            "fresnel_upstream_retries_total{upstream=\"cheap\"} 1.0",
                            // The lens, and the answer in the worker's place.
                            "fresnel_upstream_calls_total{outcome=\"success\",upstream=\"smart\"} 2.0",
                            "fresnel_upstream_calls_total{outcome=\"rate_limited\",upstream=\"smart\"} 1.0",
                            "fresnel_upstream_running{upstream=\"smart\"} 0.0",
                            "fresnel_upstream_waiting{upstream=\"smart\"} 0.0");
        }
    }

    /**
     * Every request has a model, a key or a path that was never seen before, and a user, a session, an organization and their like.
     * {@link TenantLabelsTest} has ten thousand of each, where labels are made.
     */
    @Test
    void doesNotGrow_whenClientsInventModelsKeysAndPaths() {
        try (TestGateway gateway = gateway("    keys: [ \"right\" ]\n")) {
            HttpClientAgent client = models.vertx().createHttpClient(new PoolOptions().setHttp1MaxSize(32));
            send(client, gateway, 0, 60);
            Await.until(
                    "the first are counted", () -> series(gateway).containsAll(List.of("arm=\"pass-through\"", "401")));
            Set<String> before = series(gateway);

            send(client, gateway, 60, INVENTED);

            Await.until("all are counted", () -> total(gateway) == INVENTED);
            Set<String> more = series(gateway);
            more.removeAll(before);
            assertThat(more).isEmpty();
        }
    }

    private void send(HttpClientAgent client, TestGateway gateway, int from, int to) {
        AtomicInteger next = new AtomicInteger(from);
        AtomicInteger done = new AtomicInteger(from);
        for (int i = 0; i < 32; i++) {
            sendOne(client, gateway.port(), next, done, to);
        }
        Await.until(() -> done + " of " + to, () -> done.get() == to, Await.LIMIT.multipliedBy(6));
    }

    private static void sendOne(HttpClientAgent client, int port, AtomicInteger next, AtomicInteger done, int to) {
        int number = next.getAndIncrement();
        if (number >= to) {
            return;
        }
        // In twenty: a wrong key, whose connection is closed, four models that go upstream, a path that does; the
        // cheapest are paths that do not.
        int kind = number % 20;
        boolean refused = kind == 0;
        boolean chat = kind < 5;
        String path = kind == 5 ? "/v1/path-" : "/path-";
        var _ = client.request(
                        chat ? HttpMethod.POST : HttpMethod.GET,
                        port,
                        "127.0.0.1",
                        chat ? "/v1/chat/completions" : path + number)
                .compose(request -> {
                    request.putHeader("authorization", "Bearer " + (refused ? "wrong-" + number : "right"));
                    INVENTED_HEADERS.forEach(name -> request.putHeader(name, "invented-" + number));
                    String body = "{\"user\":\"user-" + number + "\","
                            + chat("model-" + number, "hi").substring(1);
                    return request.send(chat ? body : "");
                })
                .compose(reply -> reply.body().map(reply.statusCode()))
                .onComplete(_ -> {
                    done.incrementAndGet();
                    sendOne(client, port, next, done, to);
                });
    }

    /** {@link TenantLabelsTest} has ten thousand; these come through the door. */
    @Test
    void tellsSoManyTenantsApart_andCountsTheOthersTogether() {
        int most = 100;
        StringBuilder config = new StringBuilder("telemetry: { tenant-labels: 5 }\n"
                + "upstreams: { smart: { base-url: \"" + models.smart().baseUri() + "\" } }\n"
                + "models: { smart: { upstream: smart } }\ntenants:\n");
        for (int i = 0; i < most; i++) {
            config.append("  - { id: tenant-%d, keys: [k%d], budget: { daily: 9 } }\n".formatted(i, i));
        }
        try (TestGateway gateway = TestGateway.start(config.toString())) {
            HttpClientAgent client = models.vertx().createHttpClient();
            List<Future<Integer>> sent = IntStream.range(0, most)
                    .mapToObj(i -> client.request(HttpMethod.GET, gateway.port(), "127.0.0.1", "/v1/models")
                            .compose(request -> request.putHeader("authorization", "Bearer k" + i)
                                    .send())
                            .compose(reply -> reply.body().map(reply.statusCode())))
                    .toList();
            Await.result(Future.join(sent));
            assertThat(sent).allMatch(status -> status.result() == 200);

            Await.until("all are counted", () -> total(gateway) == most);
            String text = gateway.admin("/metrics");
            assertThat(text)
                    .contains(
                            "fresnel_requests_total{arm=\"gateway\",end=\"complete\",tenant=\"tenant-0\"} 1.0",
                            "fresnel_requests_total{arm=\"gateway\",end=\"complete\",tenant=\"*\"} 95.0");
            assertThat(Pattern.compile("tenant=\"([^\"]*)\"")
                            .matcher(text)
                            .results()
                            .map(found -> found.group(1))
                            .collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder("tenant-0", "tenant-1", "tenant-2", "tenant-3", "tenant-4", "*");
        }
    }

    /** Names and labels, without values. */
    private static Set<String> series(TestGateway gateway) {
        String text = gateway.admin("/metrics");
        return Stream.concat(
                        text.lines()
                                .filter(line -> !line.startsWith("#"))
                                .map(line -> line.substring(0, line.lastIndexOf(' '))),
                        Stream.of("arm=\"pass-through\"", "401").filter(text::contains))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int total(TestGateway gateway) {
        return gateway.admin("/metrics")
                .lines()
                .filter(line ->
                        line.startsWith("fresnel_requests_total{") || line.startsWith("fresnel_refusals_total{"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void nothingIsRegisteredThatIsNotInTheCatalogue() {
        assertThat(Arrays.asList("fresnel.requests", "fresnel.invented"))
                .allSatisfy(name -> assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> MetricCatalogue.help(name, "model", "x")))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(name));
    }
}
