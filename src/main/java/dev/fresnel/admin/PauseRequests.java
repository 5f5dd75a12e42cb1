package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseOrder.State;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code POST /admin/pause} and {@code POST /admin/resume}. Both take {@code tenant} and {@code reason}, as a JSON object or as query
 * parameters, and may have neither. Thread-safe.
 */
final class PauseRequests {
    static final int MAX_BODY = 8_192;

    private static final JsonFactory JSON = new JsonFactory();
    private static final String TENANT = "tenant";
    private static final String REASON = "reason";
    private static final Set<String> KNOWN = Set.of(TENANT, REASON);

    private final KillSwitch killSwitch;
    private final String holder;

    /** @param holder what lets anybody in: the first part of the name that the audit trail gives to whoever orders */
    PauseRequests(KillSwitch killSwitch, String holder) {
        this.killSwitch = killSwitch;
        this.holder = holder;
    }

    /** What a request asks for, or everything that is wrong with it. */
    private record Reading(Map<String, String> fields, List<String> problems) {}

    /** Carries out the order and answers it. */
    void order(RoutingContext context, State state) {
        Reading reading = read(context);
        Optional<String> named = Optional.ofNullable(reading.fields().get(TENANT));
        Optional<TenantId> tenant = named.flatMap(name -> killSwitch.tenants().stream()
                .filter(known -> known.value().equals(name))
                .findFirst());
        if (named.isPresent() && tenant.isEmpty()) {
            reading.problems()
                    .add("no tenant is called '" + printable(named.get()) + "'; there are "
                            + killSwitch.tenants().stream().map(TenantId::value).collect(Collectors.joining(", ")));
        }
        Optional<String> reason = Optional.ofNullable(reading.fields().get(REASON));
        if (!reason.map(PauseOrder::isText).orElse(true)) {
            reading.problems()
                    .add("reason must be 1 to " + PauseOrder.MAX_CHARS + " characters without control characters");
        }
        if (!reading.problems().isEmpty()) {
            AdminListener.text(context, 400, String.join("\n", reading.problems()) + "\n");
            return;
        }
        // The future never fails.
        Future<KillSwitch.Result> ignored = killSwitch
                .order(
                        new PauseScope(tenant),
                        state,
                        holder + "@" + context.request().remoteAddress().hostAddress(),
                        reason)
                .onSuccess(result -> AdminListener.json(context, PauseJson.result(result)));
    }

    private static Reading read(RoutingContext context) {
        Reading reading = new Reading(new LinkedHashMap<>(), new ArrayList<>());
        context.queryParams().forEach(parameter -> take(reading, parameter.getKey(), parameter.getValue()));
        Optional.ofNullable(context.body().buffer())
                .map(Buffer::getBytes)
                .filter(body -> body.length > 0)
                .ifPresent(body -> readJson(reading, body));
        return reading;
    }

    private static void readJson(Reading reading, byte[] body) {
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                reading.problems().add("the body must be a JSON object with tenant and reason, or empty");
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_STRING -> take(reading, name, json.getText());
                    case VALUE_NULL -> {
                        // As good as absent.
                    }
                    default -> {
                        json.skipChildren();
                        reading.problems().add("'" + printable(name) + "' must be text");
                    }
                }
            }
            if (json.nextToken() != null) {
                reading.problems().add("the body must be one JSON object and nothing after it");
            }
        } catch (IOException notJson) {
            reading.problems().add("the body is not valid JSON");
        }
    }

    private static void take(Reading reading, String name, String value) {
        if (!KNOWN.contains(name)) {
            reading.problems().add("'" + printable(name) + "' is not known; there are tenant and reason");
            return;
        }
        String earlier = reading.fields().putIfAbsent(name, value);
        if (earlier != null && !earlier.equals(value)) {
            reading.problems().add(name + " is given twice");
        }
    }

    private static String printable(String text) {
        String shown = text.length() <= 64 ? text : text.substring(0, 64) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
