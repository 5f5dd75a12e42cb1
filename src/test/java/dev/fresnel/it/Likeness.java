package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fresnel.testing.RecordedRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What "the same as without the gateway" means. */
final class Likeness {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** About one connection, or told apart on purpose; not about the request. */
    private static final Set<String> HOP_HEADERS = Set.of(
            "host",
            "connection",
            "accept-encoding",
            "content-length",
            "transfer-encoding",
            ScriptedProvider.RUN,
            "x-stainless-retry-count");

    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");

    private Likeness() {}

    /**
     * A result without the model that answered. {@code "usage": null} goes too: a provider adds it to each chunk when the gateway
     * asks for usage on its own account, and SDKs read null and absent alike.
     */
    static JsonNode exceptModel(JsonNode result) {
        JsonNode copy = result.deepCopy();
        strip(copy);
        return copy;
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove("model");
            if (object.path("usage").isNull()) {
                object.remove("usage");
            }
        }
        node.forEach(Likeness::strip);
    }

    /** Every model named in a result. */
    static Set<String> models(JsonNode result) {
        return new TreeSet<>(result.findValuesAsText("model"));
    }

    /**
     * The request that reached the provider through the gateway is the direct one: byte for byte when the lane passes, else up to the
     * edits that the lane is about.
     */
    static void assertSameRequest(Lane lane, RecordedRequest direct, RecordedRequest through) {
        assertThat(through.method()).isEqualTo(direct.method());
        assertThat(through.uri()).isEqualTo(direct.uri());
        assertThat(headers(through)).isEqualTo(headers(direct));
        if (!boundary(direct).isEmpty()) {
            assertThat(form(through)).isEqualTo(form(direct));
            return;
        }
        // A delegated request is marked, so that a second gateway behind this one does not delegate it again.
        boolean delegated = !through.model().equals(direct.model());
        assertThat(ownHeaders(through)).isEqualTo(delegated ? Set.of("x-fresnel-internal") : Set.of());
        if (lane == Lane.OFF || direct.body().equals(through.body())) {
            assertThat(through.bodyText()).isEqualTo(direct.bodyText());
            return;
        }
        JsonNode expected = parse(direct);
        JsonNode actual = parse(through);
        if (!expected.has("stream_options")) {
            ((ObjectNode) actual).remove("stream_options");
        }
        if (delegated) {
            ((ObjectNode) actual).put("model", direct.model());
            ObjectNode system = (ObjectNode) actual.at("/messages/0");
            String own = expected.at("/messages/0/content").asText();
            assertThat(system.path("content").asText()).startsWith(own).contains(ScriptedProvider.LENS_MARK);
            system.put("content", own);
        }
        assertThat(actual).isEqualTo(expected);
    }

    private static JsonNode parse(RecordedRequest request) {
        try {
            return JSON.readTree(request.bodyText());
        } catch (JsonProcessingException broken) {
            throw new AssertionError("no JSON reached the provider: " + request, broken);
        }
    }

    /** What separates the parts of a multipart body, chosen anew by the SDK for each; empty for other bodies. */
    private static String boundary(RecordedRequest request) {
        Matcher matcher = BOUNDARY.matcher(request.header("content-type"));
        return matcher.find() ? matcher.group(1) : "";
    }

    /** One character to a byte, so that no byte is lost in the comparison. */
    private static String form(RecordedRequest request) {
        return request.body().toString(StandardCharsets.ISO_8859_1).replace(boundary(request), "BOUNDARY");
    }

    private static Set<String> ownHeaders(RecordedRequest request) {
        return request.headers().names().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> name.startsWith("x-fresnel-"))
                .collect(Collectors.toSet());
    }

    private static Map<String, List<String>> headers(RecordedRequest request) {
        Map<String, List<String>> headers = new TreeMap<>();
        request.headers().names().forEach(name -> {
            String key = name.toLowerCase(Locale.ROOT);
            if (!HOP_HEADERS.contains(key) && !key.startsWith("x-fresnel-")) {
                headers.put(
                        key,
                        request.headerValues(name).stream()
                                .map(value -> value.replaceAll(BOUNDARY.pattern(), "boundary=BOUNDARY"))
                                .toList());
            }
        });
        return headers;
    }
}
