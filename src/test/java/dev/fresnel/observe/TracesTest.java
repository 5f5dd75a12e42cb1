package dev.fresnel.observe;

import static dev.fresnel.testing.FakeCollector.attributes;
import static dev.fresnel.testing.FakeCollector.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeCollector;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawClient;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traces as a collector gets them, and what a request and an upstream see of them. */
class TracesTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String SECRET = "canary-" + UUID.randomUUID();
    private static final String TASK = "Generate CRUD endpoints for 5 entities, " + SECRET;
    private static final Usage WORK = new Usage(400, 40, 3000, 7);

    private Vertx vertx;
    private FakeUpstream smart;
    private FakeUpstream cheap;
    private FakeCollector collector;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        collector = FakeCollector.start();
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", WORK));
    }

    @AfterEach
    void stop() {
        collector.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private static String chat(String model, String text) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private static String streamed(String text) {
        return "{\"model\":\"smart\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\""
                + text + "\"}]}";
    }

    private TestGateway gateway(String otlp) {
        return TestGateway.start(
                TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: rules\narms: [direct, fast-worker]")
                        + "telemetry: { otlp: { endpoint: \"" + collector.endpoint() + "\"" + otlp + " } }\n");
    }

    private static String traceparent(Span span, String flags) {
        return "00-" + hex(span.getTraceId()) + "-" + hex(span.getSpanId()) + "-" + flags;
    }

    /** A lens may be written behind it. */
    private RecordedRequest lastAnswer() {
        return smart.requests().stream()
                .filter(request -> !LensScripts.isLensCall(request))
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    @Test
    void aDelegatedRequestIsAServerSpan_withItsCallsBelowIt() {
        try (TestGateway gateway = gateway(", headers: { Authorization: \"Bearer of the collector\" }")) {
            String id = gateway.chat(chat("smart", TASK), "traceparent", SAMPLED, "tracestate", "vendor=1,other=x")
                    .headers()
                    .firstValue("x-fresnel-request-id")
                    .orElseThrow();

            Span server = collector.await("POST /v1/chat/completions");
            Span lens = collector.await(
                    "for a lens",
                    span -> attributes(span).getOrDefault("fresnel.purpose", "").equals("lens"));
            Span worker = collector.await("chat cheap");

            assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(List.of(lens, worker))
                    .allSatisfy(call -> assertThat(call.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT))
                    .allSatisfy(call -> assertThat(call.getParentSpanId()).isEqualTo(server.getSpanId()))
                    .allSatisfy(call -> assertThat(hex(call.getTraceId())).isEqualTo(TRACE))
                    .allSatisfy(call -> assertThat(call.getStartTimeUnixNano())
                            .isBetween(server.getStartTimeUnixNano(), server.getEndTimeUnixNano()))
                    .allSatisfy(call -> assertThat(call.getEndTimeUnixNano())
                            .isBetween(call.getStartTimeUnixNano(), server.getEndTimeUnixNano()));
            assertThat(hex(server.getTraceId())).isEqualTo(TRACE);
            assertThat(hex(server.getParentSpanId())).isEqualTo("b7ad6b7169203331");
            assertThat(attributes(server))
                    .contains(
                            entry("http.request.method", "POST"),
                            entry("http.route", "/v1/chat/completions"),
                            entry("http.response.status_code", "200"),
                            entry("gen_ai.operation.name", "chat"),
                            entry("gen_ai.request.model", "smart"),
                            entry("gen_ai.response.model", "cheap"),
                            entry("gen_ai.usage.input_tokens", "400"),
                            entry("gen_ai.usage.output_tokens", "3000"),
                            entry("gen_ai.usage.cache_read.input_tokens", "40"),
                            entry("gen_ai.usage.reasoning.output_tokens", "7"),
                            entry("fresnel.request_id", id),
                            entry("fresnel.tenant", "acme"),
                            entry("fresnel.mode", "rules"),
                            entry("fresnel.arm", "fast-worker"),
                            entry("fresnel.decision", "delegated"),
                            entry("fresnel.lens.state", "built"),
                            entry("fresnel.end", "complete"),
                            entry("fresnel.attempts", "1"))
                    .containsKeys(
                            "fresnel.reasons",
                            "fresnel.lens.id",
                            "fresnel.cost_usd",
                            "fresnel.lens.cost_usd",
                            "fresnel.saved_usd",
                            "fresnel.counterfactual_usd")
                    .doesNotContainKey("error.type");
            assertThat(attributes(worker))
                    .contains(
                            entry("gen_ai.operation.name", "chat"),
                            entry("gen_ai.provider.name", "cheap"),
                            entry("gen_ai.request.model", "cheap"),
                            entry("gen_ai.usage.input_tokens", "400"),
                            entry("gen_ai.usage.output_tokens", "3000"),
                            entry("server.address", "127.0.0.1"),
                            entry(
                                    "server.port",
                                    Integer.toString(cheap.baseUri().getPort())),
                            entry("http.response.status_code", "200"),
                            entry("fresnel.upstream", "cheap"),
                            entry("fresnel.purpose", "worker"));
            assertThat(attributes(lens))
                    .contains(
                            entry("gen_ai.request.model", "smart"),
                            entry("gen_ai.usage.input_tokens", "400"),
                            entry("gen_ai.usage.output_tokens", "350"))
                    .containsKey("gen_ai.response.model");

            assertThat(cheap.lastRequest().header("traceparent")).isEqualTo(traceparent(worker, "01"));
            assertThat(cheap.lastRequest().header("tracestate")).isEqualTo("vendor=1,other=x");
            assertThat(smart.lastRequest().header("traceparent")).isEqualTo(traceparent(lens, "01"));

            FakeCollector.Received export = collector.exports().getFirst();
            assertThat(export.path()).isEqualTo("/v1/traces");
            assertThat(export.headers())
                    .contains(
                            entry("content-type", "application/x-protobuf"),
                            entry("authorization", "Bearer of the collector"));
            assertThat(attributes(
                            export.request().getResourceSpans(0).getResource().getAttributesList()))
                    .contains(entry("service.name", "fresnel"))
                    .containsKeys("service.version", "service.instance.id");
        }
    }

    @Test
    void neitherPromptsNorSecretsAreInATrace() {
        String config = """
                upstreams:
                  smart: { base-url: "%s", api-key: "%s" }
                models:
                  smart: { upstream: smart, price: { input: 1, cached-input: 1, output: 1 } }
                tenants:
                  - id: acme
                    keys: [ "key-%s" ]
                    routes: [ { match: { model: "*" }, mode: shadow } ]
                events: { prompts: plain }
                telemetry: { otlp: { endpoint: "%s", headers: { x-key: "%s" } } }
                """.formatted(smart.baseUri(), SECRET, SECRET, collector.endpoint(), SECRET);
        try (TestGateway gateway = TestGateway.start(config)) {
            gateway.chat(chat("smart", TASK), "authorization", "Bearer key-" + SECRET, "cookie", SECRET);
            smart.reply(Script.error(400));
            gateway.chat(chat("smart", TASK), "authorization", "Bearer key-" + SECRET, "x-other", SECRET);

            collector.await(
                    "of a failed call",
                    span -> attributes(span).getOrDefault("error.type", "").equals("400"));
            collector.await("POST /v1/chat/completions");
            assertThat(collector.exports())
                    .allSatisfy(export ->
                            assertThat(export.raw()).contains("fresnel").doesNotContain(SECRET, SECRET.substring(7)));
            assertThat(smart.lastRequest().bodyText()).contains(SECRET);
        }
    }

    @Test
    void headersPassAsTheyCame_whenNothingIsTraced() {
        try (TestGateway gateway = TestGateway.start(
                TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: rules\narms: [direct, fast-worker]"))) {
            for (String given : List.of(SAMPLED, "not a traceparent", "00-" + TRACE + "-b7ad6b7169203331-00")) {
                RawClient.chat(
                                gateway.port(),
                                chat("cheap", "hi"),
                                "TraceParent",
                                given,
                                "tracestate",
                                "b=2 , a=1",
                                "tracestate",
                                "c=3")
                        .readAll();

                assertThat(cheap.lastRequest().headers().entries().stream().map(Object::toString))
                        .filteredOn(header -> header.toLowerCase(Locale.ROOT).startsWith("trace"))
                        .containsExactly("TraceParent=" + given, "tracestate=b=2 , a=1", "tracestate=c=3");
            }
            gateway.chat(chat("smart", TASK));
            assertThat(cheap.lastRequest().headers().names()).doesNotContain("traceparent", "tracestate");
        }
        assertThat(collector.exports()).isEmpty();
    }

    @Test
    void everyLineOfTheTraceStateReachesTheModel() {
        try (TestGateway gateway = gateway("")) {
            RawClient.chat(
                            gateway.port(),
                            chat("cheap", "hi"),
                            "traceparent",
                            SAMPLED,
                            "tracestate",
                            "b=2,a=1",
                            "tracestate",
                            "",
                            "tracestate",
                            "c=3")
                    .readAll();

            assertThat(cheap.lastRequest().headers().getAll("tracestate")).containsExactly("b=2,a=1,c=3");
        }
    }

    @Test
    void theTraceOfTheClientDecides_andElseTheShare() {
        try (TestGateway gateway = gateway(", sample: 0")) {
            gateway.chat(chat("smart", "hi one"));
            String own = lastAnswer().header("traceparent");
            gateway.chat(chat("smart", "hi two"), "traceparent", SAMPLED.replace("-01", "-00"));
            String unsampled = lastAnswer().header("traceparent");
            gateway.chat(chat("smart", "hi three"), "traceparent", "not a traceparent", "tracestate", "a=1");
            RecordedRequest invalid = lastAnswer();
            gateway.chat(chat("smart", "hi four"), "traceparent", SAMPLED);

            Span sampled = collector.await("POST /v1/chat/completions");
            assertThat(hex(sampled.getTraceId())).isEqualTo(TRACE);
            assertThat(own).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-02").doesNotContain(TRACE);
            assertThat(unsampled).matches("00-" + TRACE + "-[0-9a-f]{16}-00").doesNotContain("b7ad6b7169203331");
            assertThat(invalid.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-02");
            assertThat(invalid.headers().names()).doesNotContain("tracestate");
            assertThat(collector.spans())
                    .allSatisfy(span -> assertThat(hex(span.getTraceId())).isEqualTo(TRACE));
        }
    }

    @Test
    void whatFailsIsToldOnTheSpanOfTheCall_andOnTheRequests() {
        try (TestGateway gateway = gateway("")) {
            cheap.reply(Script.error(503));
            cheap.reply(Script.error(503));
            gateway.chat(chat("smart", TASK));

            Span call = collector.await("chat cheap");
            Span fallback = collector.await(
                    "of the model that was asked instead",
                    span -> attributes(span).getOrDefault("fresnel.purpose", "").equals("requested"));
            Span server = collector.await("POST /v1/chat/completions");
            assertThat(call.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(attributes(call))
                    .contains(
                            entry("error.type", "503"),
                            entry("http.response.status_code", "503"),
                            entry("http.request.resend_count", "1"));
            assertThat(attributes(fallback))
                    .contains(entry("http.response.status_code", "200"))
                    .doesNotContainKey("error.type");
            assertThat(attributes(server)).contains(entry("gen_ai.response.model", "smart"));
            assertThat(server.getEventsList())
                    .singleElement()
                    .satisfies(event -> assertThat(event.getName()).isEqualTo("fresnel.bypassed"))
                    .satisfies(event -> assertThat(attributes(event.getAttributesList()))
                            .contains(entry("fresnel.reason", "fallback_status_503")));
        }
    }

    @Test
    void aStreamIsTracedToItsEnd_andToWhereItBreaks() {
        try (TestGateway gateway = gateway("")) {
            gateway.chat(streamed("hi"));
            Span whole = collector.await("chat smart");
            assertThat(attributes(whole)).contains(entry("gen_ai.usage.output_tokens", "3000"));
            assertThat(attributes(collector.await("POST /v1/chat/completions")))
                    .containsKeys("fresnel.ttft_ms")
                    .contains(entry("fresnel.decision", "direct"));

            smart.reply(Script.finAfter(200, Script.chatStream("from smart", WORK)));
            RawClient.chat(gateway.port(), streamed("hi again")).readAll();
            Span broken = collector.await(
                    "of a broken stream",
                    span -> attributes(span).getOrDefault("fresnel.end", "").equals("upstream_broken"));
            assertThat(broken.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(attributes(collector.await(
                            "of the broken call",
                            span -> attributes(span)
                                    .getOrDefault("error.type", "")
                                    .equals("broken"))))
                    .contains(entry("fresnel.upstream", "smart"));

            smart.reply(Script.endless(Duration.ofMillis(5)));
            try (RawClient leaving = RawClient.chat(gateway.port(), streamed("hi for good"))) {
                leaving.readUntil("data:");
            }
            assertThat(attributes(collector.await(
                            "of a client that left",
                            span -> attributes(span)
                                    .getOrDefault("fresnel.end", "")
                                    .equals("client_gone"))))
                    .contains(entry("error.type", "client_gone"));
            collector.await(
                    "of the cancelled call",
                    span -> attributes(span).getOrDefault("error.type", "").equals("cancelled"));
        }
    }

    @Test
    void otherPathsAreTracedWithoutTheirNames() {
        try (TestGateway gateway = gateway("")) {
            smart.reply(Script.json("{}"));
            gateway.get("/v1/files/secret-name?x=1");

            Span server = collector.await("GET /v1/*");
            Span call = collector.await("pass-through");
            assertThat(call.getParentSpanId()).isEqualTo(server.getSpanId());
            assertThat(attributes(call))
                    .contains(entry("fresnel.purpose", "pass_through"))
                    .doesNotContainKey("gen_ai.operation.name");
            assertThat(attributes(server)).contains(entry("fresnel.decision", "pass-through"));
            assertThat(smart.lastRequest().header("traceparent")).isEqualTo(traceparent(call, "03"));
        }
    }

    @Test
    void requestsAreServed_whenTheCollectorIsDownOrRefuses() {
        collector.refuseWith(400);
        try (TestGateway gateway = gateway("")) {
            assertThat(gateway.chat(chat("smart", "hi")).statusCode()).isEqualTo(200);
            Await.until(
                    "the loss is counted",
                    () -> gateway.admin("/metrics").contains("fresnel_trace_spans_total{result=\"failed\"} 2.0"));
            collector.close();
            assertThat(gateway.chat(chat("smart", "hi again")).statusCode()).isEqualTo(200);
            Await.until(
                    "the loss is counted again",
                    () -> gateway.admin("/metrics").contains("fresnel_trace_spans_total{result=\"failed\"} 4.0"));
            assertThat(gateway.admin("/metrics")).contains("fresnel_trace_spans_total{result=\"exported\"} 0.0");
        }
    }

    @Test
    void closesInTime_whenTheCollectorIsSilent_andFlushesWhenItIsNot() {
        TestGateway flushing = gateway("");
        flushing.chat(chat("smart", "hi"));
        flushing.close();
        assertThat(collector.spans()).hasSize(2);

        collector.fallSilent();
        TestGateway gateway = gateway(", timeout: 500ms");
        for (int i = 0; i < 20; i++) {
            assertThat(gateway.chat(chat("smart", "hi")).statusCode()).isEqualTo(200);
        }
        long began = System.nanoTime();
        gateway.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        assertThat(collector.spans()).hasSize(2);
    }
}
