package dev.fresnel.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stored form of an awaited decision, shared by all stores: 64 hex digits of checksum, a line feed, JSON. The checksum covers
 * tenant and request too, so that a value copied under another key does not decode. Thread-safe.
 */
public final class DecisionCodec {
    /** Of the JSON; another version is not read. */
    private static final int VERSION = 1;

    private static final int CHECKSUM = 64;
    private static final int MAX_CHARS = 65_536;

    private final JsonFactory json = new JsonFactory();

    public String encode(AwaitedDecision decision) {
        String body = body(decision);
        return checksum(decision.tenant(), decision.request(), body) + "\n" + body;
    }

    /** Never fails; empty: not a decision of this request. */
    public Optional<AwaitedDecision> decode(TenantId tenant, RequestId request, String text) {
        if (text.length() <= CHECKSUM || text.length() > MAX_CHARS || text.charAt(CHECKSUM) != '\n') {
            return Optional.empty();
        }
        String body = text.substring(CHECKSUM + 1);
        if (!text.startsWith(checksum(tenant, request, body))) {
            return Optional.empty();
        }
        try (JsonParser parser = json.createParser(body)) {
            return Optional.of(read(tenant, request, parser));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String checksum(TenantId tenant, RequestId request, String body) {
        return Fingerprint.of(tenant.value(), request.value(), body).hex();
    }

    private String body(AwaitedDecision decision) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeNumberField("v", VERSION);
            generator.writeStringField("population", decision.population());
            generator.writeStringField("arm", decision.arm());
            generator.writeStringField("scale", ArmText.of(decision.scale(), 0));
            generator.writeStringField("decided_at", Double.toString(decision.decidedAt()));
            generator.writeArrayFieldStart("cells");
            for (String cell : decision.cells()) {
                generator.writeString(cell);
            }
            generator.writeEndArray();
            generator.writeObjectFieldStart("notes");
            for (Map.Entry<String, String> note : decision.notes().entrySet()) {
                generator.writeStringField(note.getKey(), note.getValue());
            }
            generator.writeEndObject();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail to be written", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static AwaitedDecision read(TenantId tenant, RequestId request, JsonParser parser) throws IOException {
        Map<String, String> texts = new HashMap<>();
        Map<String, String> notes = new HashMap<>();
        List<String> cells = new ArrayList<>();
        int version = 0;
        require(parser.nextToken() == JsonToken.START_OBJECT);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            switch (parser.nextToken()) {
                case VALUE_STRING -> texts.put(name, parser.getText());
                case VALUE_NUMBER_INT -> version = parser.getIntValue();
                case START_ARRAY -> {
                    while (parser.nextToken() == JsonToken.VALUE_STRING) {
                        cells.add(parser.getText());
                    }
                }
                case START_OBJECT -> {
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String note = parser.currentName();
                        parser.nextToken();
                        notes.put(note, parser.getText());
                    }
                }
                case null, default -> throw new IllegalArgumentException("unexpected value of " + name);
            }
        }
        require(version == VERSION);
        return new AwaitedDecision(
                tenant,
                request,
                present(texts, "population"),
                present(texts, "arm"),
                cells,
                ArmText.scale(present(texts, "scale"))
                        .map(ArmText.Stored::scale)
                        .orElseThrow(() -> new IllegalArgumentException("no scale")),
                ArmText.number(present(texts, "decided_at")).orElseThrow(() -> new IllegalArgumentException("no time")),
                notes);
    }

    private static String present(Map<String, String> texts, String name) {
        String text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException("missing " + name);
        }
        return text;
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("not the shape of a stored decision");
        }
    }
}
