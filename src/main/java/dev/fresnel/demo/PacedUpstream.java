package dev.fresnel.demo;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.JsonText;
import dev.fresnel.chat.OpaqueChat;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A built-in OpenAI-compatible upstream on a loopback socket: {@code POST /v1/chat/completions}, streamed or not, and {@code GET
 * /v1/models}. Takes any credential and any model name. Honours {@code stream}, {@code stream_options.include_usage}, the token limits
 * and {@code n}; offered tools are counted and never called; {@code json_object} gets an object with the answer's text; a JSON Schema
 * gets a {@link Specimen}, which is valid and says nothing, or a clear 400 where none can be made; a judge's question gets a score that takes no side. Thread-safe; owned and closed by whoever started it.
 */
public final class PacedUpstream {
    private static final int MAX_BODY_BYTES = 8 << 20;
    private static final int MAX_CHOICES = 16;
    private static final String NO_SPECIMEN =
            "The built-in stand-in can make no example of this JSON Schema. Use plainer keywords (no pattern, not, if, contains),"
                    + " leave out response_format, or point the gateway at a real provider.";
    private static final String CHAT = "/v1/chat/completions";
    private static final String MODELS = "/v1/models";

    private final Vertx vertx;
    private final HttpServer server;
    private final Voice voice;
    private final Pace pace;
    private final List<String> models;
    private final InstantSource clock;
    private final AtomicLong answers = new AtomicLong();

    private PacedUpstream(Vertx vertx, Voice voice, Pace pace, List<String> models, InstantSource clock) {
        this.vertx = vertx;
        this.voice = voice;
        this.pace = pace;
        this.models = List.copyOf(models);
        this.clock = clock;
        this.server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .requestHandler(this::handle);
    }

    /**
     * Listens on 127.0.0.1. The future fails when the port is taken.
     *
     * @param models what {@code GET /v1/models} lists
     * @param clock for {@code created}
     * @param port 0 for any free one
     */
    public static Future<PacedUpstream> start(
            Vertx vertx, Voice voice, Pace pace, List<String> models, InstantSource clock, int port) {
        PacedUpstream upstream = new PacedUpstream(vertx, voice, pace, models, clock);
        return upstream.server.listen(port, "127.0.0.1").map(upstream);
    }

    public int port() {
        return server.actualPort();
    }

    /** {@code http://127.0.0.1:PORT/v1}. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port() + "/v1");
    }

    /** Chat requests answered so far, lenses included. */
    public long answers() {
        return answers.get();
    }

    public Future<Void> close() {
        return server.close();
    }

    private void handle(HttpServerRequest request) {
        String method = request.method().name();
        switch (Optional.ofNullable(request.path()).orElse("")) {
            case CHAT -> {
                if (method.equals("POST")) {
                    receive(request);
                } else {
                    refuse(request.response(), 405, "Use POST for " + CHAT + ".", "", "method_not_allowed");
                }
            }
            case MODELS -> {
                if (method.equals("GET")) {
                    listModels(request.response());
                } else {
                    refuse(request.response(), 405, "Use GET for " + MODELS + ".", "", "method_not_allowed");
                }
            }
            default ->
                refuse(
                        request.response(),
                        404,
                        "This stand-in serves " + CHAT + " and " + MODELS + ".",
                        "",
                        "not_found");
        }
    }

    private void listModels(HttpServerResponse response) {
        String data = models.stream()
                .map(model -> "{\"id\":" + JsonText.quote(model)
                        + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"fresnel-demo\"}")
                .collect(Collectors.joining(",", "[", "]"));
        json(response, 200, "{\"object\":\"list\",\"data\":" + data + "}");
    }

    private void receive(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() <= MAX_BODY_BYTES) {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            if (body.length() > MAX_BODY_BYTES) {
                refuse(
                        request.response(),
                        413,
                        "The body is larger than " + MAX_BODY_BYTES + " bytes.",
                        "",
                        "too_large");
            } else {
                read(request.response(), body);
            }
        });
    }

    private void read(HttpServerResponse response, Buffer body) {
        try {
            switch (ChatRequestReader.read(body.getBytes())) {
                case ChatRequest request -> answer(response, AskedChat.of(request));
                case OpaqueChat opaque ->
                    refuse(
                            response,
                            400,
                            "The stand-in reads UTF-8 JSON: " + opaque.reason() + ".",
                            "",
                            "invalid_json");
            }
        } catch (GatewayException e) {
            refuse(response, e.failure());
        }
    }

    private void answer(HttpServerResponse response, AskedChat asked) {
        Optional<String> text = text(asked);
        if (text.isEmpty()) {
            refuse(response, 400, NO_SPECIMEN, "response_format", "unsupported_value");
            return;
        }
        if (asked.request().choices() > MAX_CHOICES) {
            refuse(response, 400, "'n' is at most " + MAX_CHOICES + ".", "n", "invalid_value");
            return;
        }
        long number = answers.incrementAndGet();
        Answer answer = Answer.to(
                asked, text.get(), "chatcmpl-standin-" + number, clock.instant().getEpochSecond());
        if (asked.request().stream()) {
            Answer.UsageEvent usage =
                    asked.request().usageRequested() ? Answer.UsageEvent.ASKED : Answer.UsageEvent.NOT_ASKED;
            new PacedReply(vertx, response, pace, answer, usage).start();
        } else {
            whole(response, answer);
        }
    }

    /** Empty where the answer must keep to a schema that the stand-in cannot. */
    private Optional<String> text(AskedChat asked) {
        if (JudgeAsk.isIn(asked)) {
            return Optional.of(JudgeAsk.ANSWER);
        }
        if (asked.schema().isPresent() && LensAsk.in(asked).isEmpty()) {
            return Specimen.of(asked.schema().get().schema()).map(Object::toString);
        }
        String text = voice.answer(asked);
        return Optional.of(
                asked.jsonObject() ? "{\"stand_in\": true, \"answer\": " + JsonText.quote(text) + "}" : text);
    }

    private void whole(HttpServerResponse response, Answer answer) {
        long millis = pace.of(answer.pieces().size()).toMillis();
        if (millis < 1) {
            json(response, 200, answer.completion());
            return;
        }
        long timer = vertx.setTimer(millis, due -> json(response, 200, answer.completion()));
        // The asker has gone: nobody is left to wait for.
        response.closeHandler(closed -> vertx.cancelTimer(timer));
    }

    private static void refuse(HttpServerResponse response, GatewayFailure failure) {
        switch (failure) {
            case GatewayFailure.InvalidRequest invalid ->
                refuse(response, 400, invalid.publicMessage(), invalid.param().orElse(""), invalid.code());
            case GatewayFailure other -> refuse(response, 500, other.publicMessage(), "", "internal");
        }
    }

    private static void refuse(HttpServerResponse response, int status, String message, String param, String code) {
        json(
                response,
                status,
                "{\"error\":{\"message\":" + JsonText.quote(message) + ",\"type\":\"invalid_request_error\",\"param\":"
                        + (param.isEmpty() ? "null" : JsonText.quote(param)) + ",\"code\":" + JsonText.quote(code)
                        + "}}");
    }

    private static void json(HttpServerResponse response, int status, String body) {
        // A lost reader is nobody's failure here.
        response.setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body)
                .otherwiseEmpty();
    }
}
