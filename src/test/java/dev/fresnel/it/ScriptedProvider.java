package dev.fresnel.it;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeReply;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.SseScript;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider that answers by the scenario which a request names in the header {@value #SCENARIO}: the same whatever the model, so
 * that a delegated answer can be compared with a direct one. Requests of one client call share a value of {@value #RUN}. The model
 * {@value #LENS_WRITER} writes lenses.
 */
final class ScriptedProvider {
    static final String SCENARIO = "x-test-scenario";
    static final String RUN = "x-test-run";
    static final String LENS_WRITER = "lens-writer";

    /** In every lens, and nowhere else. */
    static final String LENS_MARK = "Name every entity in the singular";

    static final String LENS = """
            {"task_scope": "REST endpoints of one service",
             "constraints": ["%s."],
             "anti_patterns": ["No endpoint without a status code: state each.", "No shared mutable state: pass it in."],
             "heuristics": ["Start with the data model.", "Validate before writing.", "Return 404 for unknown ids."],
             "patterns": ["GET /things", "POST /things", "DELETE /things/{id}"],
             "examples": []}""".formatted(LENS_MARK);

    /** Accents, an emoji outside the BMP, escapes and a line break: what a byte-wise relay must not tear. */
    static final String TEXT = "Hello, café! \uD83D\uDE80 \"quoted\" \\ back\tslash\nsecond line – fin";

    static final Usage USAGE = new Usage(21, 4, 34, 8);
    static final int BIG_BODY = 1 << 20;

    static final byte[] UPLOAD = everyByte(3_000);

    private static final String RESPONSE_PLACE = "\"item_id\":\"msg_it\",\"output_index\":0,\"content_index\":0";
    private static final String RESPONSE_OUTPUT = "{\"type\":\"message\",\"id\":\"msg_it\",\"status\":\"completed\","
            + "\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"café\",\"annotations\":[]}]}";
    private static final String TOOL_A = "{\"city\":\"Zürich\",\"units\":\"metric\",\"days\":3}";
    private static final String TOOL_B = "{\"path\":\"a/b \\\"c\\\".txt\",\"lines\":[1,2.50,1e3]}";

    private ScriptedProvider() {}

    /** Teaches the scenarios to a fresh fake. */
    static void teach(FakeUpstream fake) {
        Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
        fake.when(
                request -> request.uri().equals("/v1/test/open-streams"),
                reply -> Script.json("{\"open\":" + (fake.openStreams() - 1) + "}")
                        .play(reply));
        fake.when(request -> request.model().equals(LENS_WRITER), Script.completion(LENS, new Usage(400, 0, 180, 0)));
        fake.when(request -> true, Script.byRequest(request -> scenario(request, attempts)));
    }

    /** The requests of one client call, oldest first; a lens build is not among them. */
    static List<RecordedRequest> requestsOf(FakeUpstream fake, String run) {
        return fake.requests().stream()
                .filter(request -> request.header(RUN).equals(run))
                .toList();
    }

    private static Script scenario(RecordedRequest request, Map<String, AtomicInteger> attempts) {
        return switch (request.header(SCENARIO)) {
            case "text" -> text(request);
            case "tiny-chunks" -> chatEvents(request, textDeltas()).inChunksOf(1);
            case "tools" -> tools(request);
            case "schema" -> schema(request);
            case "vendor" -> vendor(request);
            case "endless" -> endless(request);
            case "busy-then-text", "busy-ms-then-text" -> {
                int attempt = attempts.computeIfAbsent(request.header(RUN), run -> new AtomicInteger())
                        .incrementAndGet();
                boolean milliseconds = request.header(SCENARIO).equals("busy-ms-then-text");
                yield attempt > 2
                        ? text(request)
                        : milliseconds ? rateLimit("retry-after-ms", "20") : rateLimit("retry-after", "1");
            }
            case "busy" -> rateLimit("retry-after", "7");
            case "refused" ->
                error(
                        400,
                        "Invalid value: 'x'. Supported values are: 'low' and 'high'.",
                        "invalid_request_error",
                        "\"reasoning_effort\"",
                        "\"invalid_value\"");
            case "unauthorized" ->
                error(401, "Incorrect API key provided.", "invalid_request_error", "null", "\"invalid_api_key\"");
            case "forbidden" ->
                error(403, "Not in this region.", "request_forbidden", "null", "\"unsupported_region\"");
            case "unknown-model" ->
                error(404, "The model does not exist.", "invalid_request_error", "null", "\"model_not_found\"");
            case "unprocessable" -> error(422, "Cannot be processed.", "invalid_request_error", "null", "null");
            case "broken" -> error(500, "The server had an error.", "server_error", "null", "null");
            case "error-event" -> errorEvent(request);
            case "embedding" ->
                Script.json("{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":"
                        + "[0.0023064255,-0.009327292,1e-7]}],\"model\":" + ChatJson.quote(request.model())
                        + ",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
            case "upload" ->
                json(
                        "{\"id\":\"file-it\",\"object\":\"file\",\"bytes\":" + UPLOAD.length
                                + ",\"created_at\":1700000000,\"filename\":\"data.bin\",\"purpose\":\"user_data\",\"status\":\"processed\"}");
            case "speech" ->
                reply -> {
                    reply.head(200, List.of(Map.entry("content-type", "audio/mpeg")), Framing.CHUNKED);
                    reply.body(Buffer.buffer(everyByte(70_000)));
                    reply.end();
                };
            case "response" ->
                request.asksForStream()
                        ? responseEvents(request.model())
                        : json(response(request.model(), "completed", RESPONSE_OUTPUT));
            default -> error(501, "unknown scenario " + request.header(SCENARIO), "test", "null", "null");
        };
    }

    /** 0 to 255 and again: not text in any encoding. */
    static byte[] everyByte(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i + i / 256);
        }
        return bytes;
    }

    /** A 200 with the headers that a provider adds and clients read. */
    private static Script json(String body) {
        return Script.status(
                200,
                Map.of(
                        "content-type", "application/json",
                        "x-request-id", "req_it",
                        "openai-processing-ms", "12",
                        "openai-version", "2020-10-01",
                        "x-ratelimit-remaining-tokens", "149984"),
                body);
    }

    private static String response(String model, String status, String output) {
        return "{\"id\":\"resp_it\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"" + status
                + "\",\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},\"model\":"
                + ChatJson.quote(model) + ","
                + "\"output\":[" + output
                + "],\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\","
                + "\"tools\":[],\"top_p\":1.0}";
    }

    /** The Responses API ends its streams with an event of its own, not with {@code [DONE]}. */
    private static Script responseEvents(String model) {
        List<String> events = List.of(
                responseEvent(0, "response.created", "\"response\":" + response(model, "in_progress", "")),
                responseEvent(
                        1,
                        "response.output_item.added",
                        "\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_it\",\"status\":\"in_progress\","
                                + "\"role\":\"assistant\",\"content\":[]}"),
                responseEvent(
                        2,
                        "response.content_part.added",
                        RESPONSE_PLACE + ",\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}"),
                responseEvent(3, "response.output_text.delta", RESPONSE_PLACE + ",\"delta\":\"caf\",\"logprobs\":[]"),
                responseEvent(4, "response.output_text.delta", RESPONSE_PLACE + ",\"delta\":\"é\",\"logprobs\":[]"),
                responseEvent(
                        5, "response.completed", "\"response\":" + response(model, "completed", RESPONSE_OUTPUT)));
        return Script.rawSse(String.join("", events));
    }

    private static String responseEvent(int number, String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + number + "," + fields
                + "}\n\n";
    }

    private static Script text(RecordedRequest request) {
        return request.asksForStream()
                ? chatEvents(request, textDeltas())
                : json(ChatJson.completion(request.model(), TEXT, USAGE));
    }

    private static List<String> textDeltas() {
        List<String> deltas = new ArrayList<>();
        deltas.add("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
        for (String word : TEXT.splitWithDelimiters(" ", 0)) {
            deltas.add("{\"content\":" + ChatJson.quote(word) + "}");
        }
        return deltas;
    }

    private static Script tools(RecordedRequest request) {
        if (!request.asksForStream()) {
            return Script.json(message(
                    request,
                    "{\"role\":\"assistant\",\"content\":null,\"refusal\":null,\"tool_calls\":["
                            + call("", "call_a1", "weather", TOOL_A) + "," + call("", "call_b2", "read_file", TOOL_B)
                            + "]}",
                    "tool_calls",
                    ""));
        }
        List<String> deltas = new ArrayList<>();
        deltas.add("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":["
                + call("\"index\":0,", "call_a1", "weather", "") + "]}");
        fragments(TOOL_A).forEach(part -> deltas.add(argument(0, part)));
        deltas.add("{\"tool_calls\":[" + call("\"index\":1,", "call_b2", "read_file", "") + "]}");
        fragments(TOOL_B).forEach(part -> deltas.add(argument(1, part)));
        return chatEvents(request, deltas, "tool_calls");
    }

    private static String call(String index, String id, String name, String arguments) {
        return "{" + index + "\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":" + ChatJson.quote(arguments) + "}}";
    }

    private static String argument(int index, String part) {
        return "{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":" + ChatJson.quote(part) + "}}]}";
    }

    private static List<String> fragments(String text) {
        List<String> parts = new ArrayList<>();
        for (int at = 0; at < text.length(); at += 5) {
            parts.add(text.substring(at, Math.min(at + 5, text.length())));
        }
        return parts;
    }

    private static Script schema(RecordedRequest request) {
        String answer = "{\"title\":\"Crème brûlée\",\"minutes\":45,\"steps\":[\"whisk\",\"bake\",\"burn\"]}";
        if (!request.asksForStream()) {
            return Script.completion(answer, USAGE);
        }
        List<String> deltas = new ArrayList<>();
        deltas.add("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
        fragments(answer).forEach(part -> deltas.add("{\"content\":" + ChatJson.quote(part) + "}"));
        return chatEvents(request, deltas);
    }

    /** Fields no SDK knows, with numbers that a parser in between would change. */
    private static Script vendor(RecordedRequest request) {
        return Script.json(message(
                request,
                "{\"role\":\"assistant\",\"content\":\"ok\",\"refusal\":null,\"x_thought\":{\"depth\":1.0}}",
                "stop",
                ",\"x_vendor\":{\"big\":12345678901234567890,\"small\":1.0000000000000000000001,\"null\":null}"));
    }

    private static String message(RecordedRequest request, String message, String finishReason, String more) {
        return "{\"id\":\"chatcmpl-it\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":"
                + ChatJson.quote(request.model()) + ",\"choices\":[{\"index\":0,\"message\":" + message
                + ",\"logprobs\":null,\"finish_reason\":\"" + finishReason + "\"}],\"usage\":" + ChatJson.usage(USAGE)
                + more
                + "}";
    }

    /** Goes on until the client leaves. */
    private static Script endless(RecordedRequest request) {
        return reply -> {
            reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
            endlessly(request, reply, 0);
        };
    }

    private static void endlessly(RecordedRequest request, FakeReply reply, int count) {
        reply.body(Buffer.buffer("data: " + chunk(request, "{\"content\":\"word" + count + " \"}", "null") + "\n\n"));
        reply.after(Duration.ofMillis(2), () -> reply.whenWritable(() -> endlessly(request, reply, count + 1)));
    }

    private static SseScript chatEvents(RecordedRequest request, List<String> deltas) {
        return chatEvents(request, deltas, "stop");
    }

    private static SseScript chatEvents(RecordedRequest request, List<String> deltas, String finishReason) {
        List<String> events = new ArrayList<>();
        deltas.forEach(delta -> events.add(chunk(request, delta, "null")));
        events.add(chunk(request, "{}", "\"" + finishReason + "\""));
        if (request.asksForUsage()) {
            events.add(chunkHead(request) + ",\"choices\":[],\"usage\":" + ChatJson.usage(USAGE) + "}");
        }
        return Script.sse(events);
    }

    private static Script errorEvent(RecordedRequest request) {
        return Script.sse(List.of(
                        chunk(request, "{\"role\":\"assistant\",\"content\":\"Once\"}", "null"),
                        "{\"error\":{\"message\":\"The server is overloaded.\",\"type\":\"server_error\",\"param\":null,"
                                + "\"code\":\"server_is_overloaded\"}}"))
                .withoutDone();
    }

    private static String chunk(RecordedRequest request, String delta, String finishReason) {
        // As OpenAI does: once usage is asked for, every other chunk says "usage":null.
        return chunkHead(request) + ",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + finishReason + "}]"
                + (request.asksForUsage() ? ",\"usage\":null}" : "}");
    }

    private static String chunkHead(RecordedRequest request) {
        return "{\"id\":\"chatcmpl-it\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":"
                + ChatJson.quote(request.model()) + ",\"system_fingerprint\":\"fp_it\"";
    }

    private static Script rateLimit(String header, String value) {
        return Script.status(
                429,
                Map.of(
                        "content-type",
                        "application/json",
                        header,
                        value,
                        "x-ratelimit-remaining-requests",
                        "0",
                        "x-request-id",
                        "req_it"),
                errorBody("Rate limit reached.", "requests", "null", "\"rate_limit_exceeded\""));
    }

    private static Script error(int status, String message, String type, String param, String code) {
        return Script.json(status, errorBody(message, type, param, code));
    }

    private static String errorBody(String message, String type, String param, String code) {
        return "{\"error\":{\"message\":" + ChatJson.quote(message) + ",\"type\":\"" + type + "\",\"param\":" + param
                + ",\"code\":" + code + "}}";
    }
}
