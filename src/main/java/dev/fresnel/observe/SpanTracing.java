package dev.fresnel.observe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.Tracing;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Usd;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests and their calls as OpenTelemetry spans: a server span for each request, under the trace that its {@code traceparent} names, and a
 * client span below it for each call to a model, by the GenAI conventions. Holds no text of a client but the names of models. Thread-safe.
 */
public final class SpanTracing implements Tracing {
    static final String SCOPE = "dev.fresnel";

    /** A request that is over may still have a lens written for it, or its answer judged. */
    private static final Duration CALLS_AFTERWARDS = Duration.ofMinutes(10);

    private static final int MAX_OVER = 10_000;
    private static final int MAX_NAME = 128;
    private static final String TRACE_STATE = "tracestate";
    private static final List<String> HEADERS = List.of("traceparent", TRACE_STATE);
    private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();

    /** {@code tracestate} may be spread over several headers, which mean what one with all their values means. */
    private static final TextMapGetter<MultiMap> INCOMING = (headers, name) -> {
        if (headers == null || !name.equals(TRACE_STATE)) {
            return headers == null ? null : headers.get(name);
        }
        return headers.getAll(name).stream()
                .filter(line -> !line.isBlank())
                .reduce((before, after) -> before + "," + after)
                .orElse(null);
    };

    private final Tracer tracer;
    private final InstantSource clock;
    private final Map<RequestId, Span> running = new ConcurrentHashMap<>();
    private final Cache<RequestId, SpanContext> over = Caffeine.newBuilder()
            .maximumSize(MAX_OVER)
            .expireAfterWrite(CALLS_AFTERWARDS)
            .build();

    public SpanTracing(Tracer tracer, InstantSource clock) {
        this.tracer = tracer;
        this.clock = clock;
    }

    @Override
    public void arrived(RequestId request, String method, String route, MultiMap headers, long agoNanos) {
        Span span = tracer.spanBuilder(method + " " + route)
                .setParent(W3C.extract(Context.root(), headers, INCOMING))
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(clock.instant().minusNanos(agoNanos))
                .setAttribute("http.request.method", method)
                .setAttribute("http.route", route)
                .setAttribute("url.scheme", "http")
                .setAttribute("fresnel.request_id", request.value())
                .startSpan();
        running.put(request, span);
    }

    @Override
    public CallTrace call(RequestId request, CallPurpose purpose, Upstream upstream, String model) {
        Span live = running.get(request);
        SpanContext parent = live != null ? live.getSpanContext() : over.getIfPresent(request);
        if (parent == null) {
            return CallTrace.NONE;
        }
        Context below = Context.root().with(Span.wrap(parent));
        SpanBuilder span =
                tracer.spanBuilder(name(purpose, model)).setParent(below).setSpanKind(SpanKind.CLIENT);
        span.setAttribute("server.address", bare(upstream.baseUrl().getHost()));
        span.setAttribute("server.port", (long) Providers.port(upstream.baseUrl()));
        span.setAttribute("fresnel.upstream", upstream.name());
        span.setAttribute("fresnel.purpose", purpose.key());
        if (purpose != CallPurpose.PASS_THROUGH) {
            span.setAttribute("http.request.method", "POST");
            span.setAttribute("gen_ai.operation.name", "chat");
            span.setAttribute("gen_ai.provider.name", Providers.name(upstream));
            if (!model.isEmpty()) {
                span.setAttribute("gen_ai.request.model", cut(model));
            }
        }
        return new CallSpan(span.startSpan());
    }

    private static String name(CallPurpose purpose, String model) {
        if (purpose == CallPurpose.PASS_THROUGH) {
            return "pass-through";
        }
        return model.isEmpty() ? "chat" : "chat " + cut(model);
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The name of a model that nobody declared is the client's own text. */
    private static String cut(String name) {
        return name.substring(0, Math.min(name.length(), MAX_NAME));
    }

    /** What is told of a request, on its span. */
    public void onExchange(ExchangeEvent event) {
        Span span = running.get(event.request());
        if (span == null) {
            return;
        }
        switch (event) {
            case ExchangeEvent.DelegationStarted e -> lens(span, e.lens());
            case ExchangeEvent.DelegationSkipped e ->
                e.wouldBe().ifPresent(arm -> span.setAttribute("fresnel.would_be", arm));
            case ExchangeEvent.DelegationFinished e -> {
                money(span, "fresnel.counterfactual_usd", e.counterfactual());
                money(span, "fresnel.saved_usd", e.saved());
            }
            case ExchangeEvent.Bypassed e ->
                span.addEvent(
                        "fresnel.bypassed",
                        Attributes.of(AttributeKey.stringKey("fresnel.reason"), e.reason()),
                        e.at());
            case ExchangeEvent.AnswerRejected e ->
                span.addEvent(
                        "fresnel.answer_rejected",
                        Attributes.of(
                                AttributeKey.stringKey("fresnel.fault"),
                                e.fault(),
                                AttributeKey.stringKey("fresnel.remedy"),
                                e.remedy().key()),
                        e.at());
            case ExchangeEvent.ArmPaused e ->
                span.addEvent(
                        "fresnel.arm_paused", Attributes.of(AttributeKey.stringKey("fresnel.arm"), e.arm()), e.at());
            case ExchangeEvent.Finished e -> finish(span, e);
        }
    }

    /** Of {@code ID; hit}. */
    private static void lens(Span span, String lens) {
        int end = lens.indexOf("; ");
        if (end > 0) {
            span.setAttribute("fresnel.lens.id", lens.substring(0, end));
            span.setAttribute("fresnel.lens.state", lens.substring(end + 2));
        } else {
            span.setAttribute("fresnel.lens.state", lens);
        }
    }

    private void finish(Span span, ExchangeEvent.Finished e) {
        span.setAttribute("url.path", e.path());
        span.setAttribute("fresnel.tenant", e.tenant().value());
        span.setAttribute("fresnel.arm", e.arm());
        span.setAttribute("fresnel.decision", decision(e.arm()));
        e.mode().ifPresent(mode -> span.setAttribute("fresnel.mode", mode));
        span.setAttribute("fresnel.end", e.end().key());
        span.setAttribute("fresnel.attempts", (long) e.attempts());
        span.setAttribute(AttributeKey.stringArrayKey("fresnel.reasons"), e.reasons());
        money(span, "fresnel.cost_usd", e.cost());
        if (!e.lensCost().equals(Usd.ZERO)) {
            money(span, "fresnel.lens.cost_usd", Optional.of(e.lensCost()));
        }
        e.timeToFirstToken().ifPresent(time -> span.setAttribute("fresnel.ttft_ms", time.toMillis()));
        if (e.status() > 0) {
            span.setAttribute("http.response.status_code", (long) e.status());
        }
        e.requestedModel().ifPresent(model -> {
            span.setAttribute("gen_ai.operation.name", "chat");
            span.setAttribute("gen_ai.request.model", cut(model));
        });
        e.answeredBy().ifPresent(model -> span.setAttribute("gen_ai.response.model", cut(model)));
        if (e.measured()) {
            usage(span, e.usage());
        }
        Optional<String> error = e.error().or(() -> switch (e.end()) {
            case COMPLETE, REFUSED, DRY_RUN ->
                e.status() >= 500 ? Optional.of(Integer.toString(e.status())) : Optional.empty();
            case CLIENT_GONE, UPSTREAM_BROKEN -> Optional.of(e.end().key());
        });
        error.ifPresent(type -> span.setAttribute("error.type", type));
        // What a client does wrong is no error of a server, by the conventions.
        if (e.status() >= 500 || e.end() == ExchangeEvent.End.UPSTREAM_BROKEN) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
        running.remove(e.request());
        if (span.getSpanContext().isSampled()) {
            over.put(e.request(), span.getSpanContext());
        }
    }

    /** What the arm means, without its name. */
    private static String decision(String arm) {
        return switch (arm) {
            case "direct", "pass-through", "gateway" -> arm;
            default -> "delegated";
        };
    }

    private static void money(Span span, String name, Optional<Usd> amount) {
        amount.ifPresent(usd -> span.setAttribute(name, usd.nanos() / 1e9));
    }

    private static void usage(Span span, Usage usage) {
        span.setAttribute("gen_ai.usage.input_tokens", usage.inputTokens());
        span.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens());
        span.setAttribute("gen_ai.usage.cache_read.input_tokens", usage.cachedInputTokens());
        span.setAttribute("gen_ai.usage.reasoning.output_tokens", usage.reasoningTokens());
    }

    /** One call's span. What comes after its end is passed over by the span itself. */
    private static final class CallSpan implements CallTrace {
        private final Span span;
        /** The reply's status is an error, which says more than what was made of it. */
        private volatile boolean badStatus;

        CallSpan(Span span) {
            this.span = span;
        }

        @Override
        public void into(MultiMap headers) {
            HEADERS.forEach(headers::remove);
            W3C.inject(Context.root().with(span), headers, (carrier, name, value) -> {
                if (carrier != null) {
                    carrier.set(name, value);
                }
            });
        }

        @Override
        public void replied(int status, int tries) {
            span.setAttribute("http.response.status_code", (long) status);
            if (tries > 1) {
                span.setAttribute("http.request.resend_count", tries - 1L);
            }
            badStatus = status >= 400;
            if (badStatus) {
                error(Integer.toString(status));
            }
        }

        @Override
        public void answered(Optional<String> model, Optional<Usage> usage) {
            model.ifPresent(name -> span.setAttribute("gen_ai.response.model", cut(name)));
            usage.ifPresent(counted -> usage(span, counted));
        }

        @Override
        public void ended() {
            span.end();
        }

        @Override
        public void failed(String errorType) {
            if (!badStatus) {
                error(errorType);
            }
            span.end();
        }

        private void error(String type) {
            span.setAttribute("error.type", type);
            span.setStatus(StatusCode.ERROR);
        }
    }
}
