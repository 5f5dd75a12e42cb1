package dev.fresnel.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.chat.ReplyReader;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.ReplyHeaders;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** An ordinary HTTP client of a running gateway that also looks up what the admin listener recorded. Blocks; used by one thread. */
final class DemoClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EVENT_POLLS = 100;
    private static final long EVENT_POLL_MILLIS = 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI data;
    private final URI admin;
    private final String model;
    private final LongSupplier nanos;

    DemoClient(int dataPort, int adminPort, String model, LongSupplier nanos) {
        this.data = URI.create("http://127.0.0.1:" + dataPort + "/v1/chat/completions");
        this.admin = URI.create("http://127.0.0.1:" + adminPort + "/admin/events");
        this.model = model;
        this.nanos = nanos;
    }

    DemoResult send(DemoStep step) throws IOException, InterruptedException {
        long from = nanos.getAsLong();
        HttpResponse<byte[]> reply = http.send(
                HttpRequest.newBuilder(data)
                        .timeout(PATIENCE)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(step.body(model)))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        Duration took = Duration.ofNanos(nanos.getAsLong() - from);
        if (reply.statusCode() != 200) {
            throw new IllegalStateException("the gateway answered " + reply.statusCode() + " to \"" + step.title()
                    + "\": " + new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        Usage usage = ReplyReader.read(reply.body())
                .usage()
                .orElseThrow(() -> new IllegalStateException("the reply to \"" + step.title() + "\" has no usage"));
        return result(step, reply, usage, took);
    }

    private DemoResult result(DemoStep step, HttpResponse<byte[]> reply, Usage usage, Duration took)
            throws IOException, InterruptedException {
        String decision = header(reply, ReplyHeaders.DECISION);
        BigDecimal cost = new BigDecimal(header(reply, ReplyHeaders.COST));
        if (decision.equals("direct")) {
            return new DemoResult(
                    step,
                    decision,
                    header(reply, ReplyHeaders.REASON),
                    "none",
                    usage,
                    cost,
                    cost,
                    BigDecimal.ZERO,
                    took);
        }
        String id = header(reply, ReplyHeaders.REQUEST_ID);
        Map<String, String> started = event("delegation_started", id);
        Map<String, String> finished = event("delegation_finished", id);
        return new DemoResult(
                step,
                decision,
                started.getOrDefault("reason", "-"),
                lensState(header(reply, ReplyHeaders.LENS)),
                usage,
                money(finished, "cost_usd").add(money(finished, "lens_cost_usd")),
                money(finished, "counterfactual_usd"),
                new BigDecimal(header(reply, ReplyHeaders.SAVED)),
                took);
    }

    /** {@code 0123; built} to {@code built}. */
    private static String lensState(String header) {
        int semicolon = header.indexOf(';');
        return semicolon < 0 ? header : header.substring(semicolon + 1).strip();
    }

    private static String header(HttpResponse<?> reply, String name) {
        return reply.headers()
                .firstValue(name)
                .orElseThrow(() -> new IllegalStateException("the reply has no header " + name));
    }

    private static BigDecimal money(Map<String, String> event, String field) {
        return Optional.ofNullable(event.get(field))
                .map(BigDecimal::new)
                .orElseThrow(() -> new IllegalStateException("the event has no " + field));
    }

    /** The last byte of a reply may arrive before its event is recorded, so this looks a few times. */
    private Map<String, String> event(String type, String requestId) throws IOException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int poll = 0; poll < EVENT_POLLS; poll++) {
            Optional<Map<String, String>> found = events().stream()
                    .filter(event -> type.equals(event.get("type")) && requestId.equals(event.get("request_id")))
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            if (never.await(EVENT_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IllegalStateException("the admin listener shows no " + type + " for request " + requestId);
    }

    private List<Map<String, String>> events() throws IOException, InterruptedException {
        HttpResponse<byte[]> reply = http.send(
                HttpRequest.newBuilder(admin).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
        List<Map<String, String>> events = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(reply.body())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                events.add(fields(json));
            }
        }
        return events;
    }

    /** The single-valued fields of one event as text. */
    private static Map<String, String> fields(JsonParser json) throws IOException {
        Map<String, String> fields = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                fields.put(name, json.getText());
            } else {
                json.skipChildren();
            }
        }
        return fields;
    }

    @Override
    public void close() {
        http.close();
    }
}
