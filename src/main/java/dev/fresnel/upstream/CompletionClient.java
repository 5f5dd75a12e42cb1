package dev.fresnel.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Asks a provider by {@code POST /chat/completions}, without streaming. Thread-safe.
 *
 * <p>Stands on {@link UpstreamClient} and not on Vert.x's {@code WebClient}: a WebClient call cannot be ended at a deadline before
 * its head has come, so a smart model past its deadline would go on writing, and be billed. The pool and the retry budget are
 * shared with the requests that pass through, too.
 *
 * <p>Newer models of OpenAI refuse {@code max_tokens} and {@code temperature}; older servers know nothing else. So the call starts
 * with them, and when the answer is a 400 that names one, it is asked again without: {@code max_completion_tokens} in place of the
 * first, nothing in place of the second.
 */
public final class CompletionClient implements SmartModel {
    /** Longer replies are cut off and fail: no guidance needs them. */
    public static final int MAX_REPLY_BYTES = 1 << 20;

    private static final String PURPOSE = "lens";
    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(1);
    private static final JsonFactory JSON = new JsonFactory();

    private final Vertx vertx;
    private final UpstreamClient client;
    private final Tracing tracing;
    private final Supplier<Map<String, Upstream>> upstreams;
    private final RetryRule retries;
    private final LongSupplier nanos;

    private enum TokenLimit {
        MAX_TOKENS,
        MAX_COMPLETION_TOKENS
    }

    private enum Temperature {
        SENT,
        LEFT_OUT
    }

    /** How this model wants its parameters, as far as it has told. */
    private record Form(TokenLimit tokenLimit, Temperature temperature) {
        static final Form FIRST = new Form(TokenLimit.MAX_TOKENS, Temperature.SENT);

        /** The form without what a 400 complains of; empty when it complains of something else. */
        Optional<Form> without(Buffer badRequest) {
            String complaint = badRequest.toString().toLowerCase(Locale.ROOT);
            if (!complaint.contains("unsupported")) {
                return Optional.empty();
            }
            if (tokenLimit == TokenLimit.MAX_TOKENS && complaint.contains("max_tokens")) {
                return Optional.of(new Form(TokenLimit.MAX_COMPLETION_TOKENS, temperature));
            }
            if (temperature == Temperature.SENT && complaint.contains("temperature")) {
                return Optional.of(new Form(tokenLimit, Temperature.LEFT_OUT));
            }
            return Optional.empty();
        }
    }

    private record Answer(int status, MultiMap headers, Buffer body) {}

    /**
     * @param upstreams by the name that {@link Model#upstream()} says; asked anew for each call
     * @param nanos a monotonic clock, in nanoseconds
     */
    public CompletionClient(
            Vertx vertx,
            UpstreamClient client,
            Tracing tracing,
            Supplier<Map<String, Upstream>> upstreams,
            RetryRule retries,
            LongSupplier nanos) {
        this.vertx = vertx;
        this.client = client;
        this.tracing = tracing;
        this.upstreams = upstreams;
        this.retries = retries;
        this.nanos = nanos;
    }

    @Override
    public Future<Completion> complete(CompletionCall call) {
        String name = call.model().upstream();
        Upstream upstream = upstreams.get().get(name);
        if (upstream == null) {
            return Future.failedFuture(new GatewayException(new GatewayFailure.UpstreamUnavailable(
                    "model '%s' names the upstream '%s', which is not configured"
                            .formatted(call.model().name(), name),
                    name)));
        }
        return new Conversation(call, upstream, nanos.getAsLong()).ask();
    }

    /** One question, asked once more per parameter that the model refuses. */
    private final class Conversation {
        private final CompletionCall call;
        private final Upstream upstream;
        private final long started;
        private final CallTrace trace;

        Conversation(CompletionCall call, Upstream upstream, long started) {
            this.call = call;
            this.upstream = upstream;
            this.started = started;
            this.trace = tracing.call(
                    call.request(),
                    call.purpose(),
                    upstream,
                    call.model().upstreamName().value());
        }

        Future<Completion> ask() {
            return ask(Form.FIRST)
                    .onSuccess(answer -> {
                        trace.answered(Optional.of(answer.model()), answer.usage());
                        trace.ended();
                    })
                    .onFailure(problem -> trace.failed(CallOutcome.of(problem).key()));
        }

        private Future<Completion> ask(Form form) {
            UpstreamRequest request =
                    new UpstreamRequest(upstream, HttpMethod.POST, "/chat/completions", headers(), body(form));
            return answer(request).compose(answer -> {
                Optional<Form> other = answer.status() == 400 ? form.without(answer.body()) : Optional.empty();
                return other.isPresent() ? ask(other.get()) : understand(answer);
            });
        }

        private Future<Answer> answer(UpstreamRequest request) {
            Duration left = call.deadline().minus(elapsed());
            if (!left.isPositive()) {
                return Future.failedFuture(
                        new CompletionFailed(tooSlow(), CompletionFailed.Bill.NOTHING, Optional.empty()));
            }
            UpstreamCall sent = client.call(request);
            long timer = vertx.setTimer(Math.max(1, left.toMillis()), late -> sent.cancel());
            return sent.reply()
                    .onSuccess(reply -> trace.replied(reply.status(), sent.attempts()))
                    .compose(reply -> collect(sent, reply))
                    .recover(cause -> Future.failedFuture(failed(cause, sent)))
                    .onComplete(done -> vertx.cancelTimer(timer));
        }

        /** On the call's context. */
        private Throwable failed(Throwable cause, UpstreamCall sent) {
            CompletionFailed.Bill bill = sent.isSent() ? CompletionFailed.Bill.PROMPT : CompletionFailed.Bill.NOTHING;
            return switch (cause) {
                case CancellationException _ -> new CompletionFailed(tooSlow(), bill, Optional.empty());
                case GatewayException known -> new CompletionFailed(known.failure(), known, bill, Optional.empty());
                default -> cause;
            };
        }

        private Future<Answer> collect(UpstreamCall sent, UpstreamReply reply) {
            Promise<Answer> whole = Promise.promise();
            Buffer body = Buffer.buffer();
            ReplyStream stream = reply.response();
            stream.exceptionHandler(whole::tryFail);
            stream.endHandler(end -> whole.tryComplete(new Answer(reply.status(), reply.headers(), body)));
            stream.handler(chunk -> {
                if (body.length() + chunk.length() > MAX_REPLY_BYTES) {
                    whole.tryFail(new GatewayException(unusable("is longer than %d bytes".formatted(MAX_REPLY_BYTES))));
                    sent.cancel();
                } else {
                    body.appendBuffer(chunk);
                }
            });
            stream.resume();
            return whole.future();
        }

        private Future<Completion> understand(Answer answer) {
            int status = answer.status();
            if (status == 429) {
                return notBilled(
                        answer,
                        new GatewayFailure.RateLimited(
                                "upstream '%s' is over its rate limit".formatted(upstream.name()),
                                retries.retryAfter(answer.headers()).orElse(DEFAULT_RETRY_AFTER)));
            }
            if (status == 401 || status == 403) {
                return notBilled(
                        answer,
                        unavailable(
                                "refused the credential with status %d; check upstreams.%s.api-key, or what the client sent"
                                        .formatted(status, upstream.name())));
            }
            if (status != 200) {
                return notBilled(answer, unavailable("answered with status %d".formatted(status)));
            }
            try {
                ChatReply reply = ChatReply.read(answer.body().getBytes());
                return Future.succeededFuture(new Completion(
                        reply.text(),
                        reply.model().orElse(call.model().upstreamName().value()),
                        reply.usage(),
                        reply.finishReason(),
                        elapsed()));
            } catch (IOException notACompletion) {
                return Future.failedFuture(new CompletionFailed(
                        unusable("is not a chat completion"), CompletionFailed.Bill.PROMPT, usage(answer)));
            }
        }

        private static Future<Completion> notBilled(Answer answer, GatewayFailure error) {
            return Future.failedFuture(new CompletionFailed(error, CompletionFailed.Bill.NOTHING, usage(answer)));
        }

        private static Optional<Usage> usage(Answer answer) {
            return ChatReply.usageIn(answer.body().getBytes());
        }

        private MultiMap headers() {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                    .add("content-type", "application/json")
                    .add("accept", "application/json")
                    .add(ForwardHeaders.INTERNAL, PURPOSE);
            Optional<String> credential = switch (upstream.credential()) {
                case Credential.ApiKey(Secret key) -> Optional.of("Bearer " + key.reveal());
                case Credential.Client _ -> call.clientCredential().map(Secret::reveal);
                case Credential.None _ -> Optional.empty();
            };
            credential.ifPresent(value -> headers.add("authorization", value));
            trace.into(headers);
            return headers;
        }

        private Buffer body(Form form) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                json.writeStartObject();
                json.writeStringField("model", call.model().upstreamName().value());
                json.writeArrayFieldStart("messages");
                writeMessage(json, "system", call.systemPrompt());
                writeMessage(json, "user", call.userPrompt());
                json.writeEndArray();
                if (form.temperature() == Temperature.SENT) {
                    json.writeNumberField("temperature", call.temperature());
                }
                switch (form.tokenLimit()) {
                    case MAX_TOKENS -> json.writeNumberField("max_tokens", call.maxTokens());
                    case MAX_COMPLETION_TOKENS -> json.writeNumberField("max_completion_tokens", call.maxTokens());
                }
                if (call.jsonSchema().isPresent() && call.model().supports().contains(Feature.JSON_SCHEMA)) {
                    writeSchema(json, call.jsonSchema().get());
                } else if (call.jsonSchema().isPresent()
                        && call.model().supports().contains(Feature.JSON_OBJECT)) {
                    json.writeObjectFieldStart("response_format");
                    json.writeStringField("type", "json_object");
                    json.writeEndObject();
                }
                json.writeBooleanField("stream", false);
                json.writeEndObject();
            } catch (IOException impossible) {
                throw new UncheckedIOException("writing to memory", impossible);
            }
            return Buffer.buffer(bytes.toByteArray());
        }

        private Duration elapsed() {
            return Duration.ofNanos(nanos.getAsLong() - started);
        }

        private GatewayFailure tooSlow() {
            return new GatewayFailure.UpstreamTimeout(
                    "model '%s' on upstream '%s' did not answer within %d ms"
                            .formatted(
                                    call.model().name(),
                                    upstream.name(),
                                    call.deadline().toMillis()),
                    upstream.name());
        }

        private GatewayFailure unusable(String why) {
            return unavailable("sent a reply that " + why);
        }

        private GatewayFailure unavailable(String what) {
            return new GatewayFailure.UpstreamUnavailable(
                    "upstream '%s' %s".formatted(upstream.name(), what), upstream.name());
        }
    }

    private static void writeMessage(JsonGenerator json, String role, String content) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", role);
        json.writeStringField("content", content);
        json.writeEndObject();
    }

    private static void writeSchema(JsonGenerator json, CompletionCall.JsonSchema schema) throws IOException {
        json.writeObjectFieldStart("response_format");
        json.writeStringField("type", "json_schema");
        json.writeObjectFieldStart("json_schema");
        json.writeStringField("name", schema.name());
        json.writeBooleanField("strict", true);
        json.writeFieldName("schema");
        json.writeRawValue(schema.schema());
        json.writeEndObject();
        json.writeEndObject();
    }
}
