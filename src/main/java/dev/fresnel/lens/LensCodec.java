package dev.fresnel.lens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.Usd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stored form of a lens, shared by all stores: 64 hex digits of checksum, a line feed, JSON. The checksum covers the key too, so
 * that a value copied under another key, or another tenant, does not decode. Thread-safe.
 */
public final class LensCodec {
    /** Of the JSON; another version is not read. */
    static final int SCHEMA_VERSION = 1;

    private static final int MAX_BYTES = 131_072;
    private static final int CHECKSUM_BYTES = 64;

    private final JsonFactory json = new JsonFactory();

    /** What a stored value turned out to be. */
    public sealed interface Decoded {
        record Valid(StoredLens lens) implements Decoded {}

        /** @param reason safe to log */
        record Invalid(String reason) implements Decoded {}
    }

    public byte[] encode(LensKey key, StoredLens stored) {
        byte[] body = body(stored);
        byte[] sum = checksum(key, body).hex().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream(sum.length + 1 + body.length);
        out.writeBytes(sum);
        out.write('\n');
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** Never fails: whatever the bytes are, the answer says. */
    public Decoded decode(LensKey key, byte[] value) {
        if (value.length <= CHECKSUM_BYTES + 1 || value.length > MAX_BYTES || value[CHECKSUM_BYTES] != '\n') {
            return new Decoded.Invalid("not a stored lens");
        }
        byte[] body = Arrays.copyOfRange(value, CHECKSUM_BYTES + 1, value.length);
        String expected = new String(value, 0, CHECKSUM_BYTES, StandardCharsets.US_ASCII);
        if (!checksum(key, body).hex().equals(expected)) {
            return new Decoded.Invalid("checksum does not match");
        }
        try (JsonParser parser = json.createParser(body)) {
            return new Decoded.Valid(new Reader(parser).read());
        } catch (IOException | IllegalArgumentException | ArithmeticException | DateTimeException e) {
            return new Decoded.Invalid("unreadable: " + e.getClass().getSimpleName());
        }
    }

    private static Fingerprint checksum(LensKey key, byte[] body) {
        return Fingerprint.builder()
                .add("stored-lens")
                .add(key.tenant().value())
                .add(key.hash().hex())
                .add(body, 0, body.length)
                .build();
    }

    private byte[] body(StoredLens stored) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try (JsonGenerator generator = json.createGenerator(out)) {
            Lens lens = stored.lens();
            generator.writeStartObject();
            generator.writeNumberField("v", SCHEMA_VERSION);
            generator.writeStringField("fresh_until", stored.freshUntil().toString());
            generator.writeStringField("expires_at", stored.expiresAt().toString());
            generator.writeStringField("task_scope", lens.scope());
            for (LensSection section : LensSection.values()) {
                writeList(generator, section.field(), section.of(lens));
            }
            writeList(generator, "target_files", lens.targetFiles());
            Provenance provenance = lens.provenance();
            generator.writeStringField("generated_by", provenance.generatedBy());
            generator.writeStringField("template", provenance.templateVersion());
            generator.writeStringField("prompt_hash", provenance.promptHash().hex());
            generator.writeNumberField("input_tokens", provenance.usage().inputTokens());
            generator.writeNumberField("cached_input_tokens", provenance.usage().cachedInputTokens());
            generator.writeNumberField("output_tokens", provenance.usage().outputTokens());
            generator.writeNumberField("reasoning_tokens", provenance.usage().reasoningTokens());
            generator.writeStringField("usage_source", provenance.usageSource().name());
            generator.writeNumberField("cost_nanos", provenance.cost().nanos());
            generator.writeStringField("created_at", provenance.createdAt().toString());
            generator.writeNumberField("took_nanos", provenance.took().toNanos());
            if (provenance.edited().isPresent()) {
                Provenance.Edited edited = provenance.edited().get();
                generator.writeStringField("edited_by", edited.by());
                generator.writeStringField("edited_at", edited.at().toString());
                generator.writeStringField("edited_from", edited.from());
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail to be written", e);
        }
        return out.toByteArray();
    }

    private static void writeList(JsonGenerator generator, String field, List<String> items) throws IOException {
        generator.writeArrayFieldStart(field);
        for (String item : items) {
            generator.writeString(item);
        }
        generator.writeEndArray();
    }

    /** One value being read. A field that is missing or has another type is an {@link IllegalArgumentException}. */
    private static final class Reader {
        private final JsonParser parser;
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, Long> numbers = new HashMap<>();
        private final Map<String, List<String>> lists = new HashMap<>();

        Reader(JsonParser parser) {
            this.parser = parser;
        }

        StoredLens read() throws IOException {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                switch (parser.nextToken()) {
                    case VALUE_STRING -> texts.put(name, parser.getText());
                    case VALUE_NUMBER_INT -> numbers.put(name, parser.getLongValue());
                    case START_ARRAY -> lists.put(name, list());
                    case null, default -> throw new IllegalArgumentException("unexpected value of " + name);
                }
            }
            require(number("v") == SCHEMA_VERSION);
            return new StoredLens(lens(), instant("fresh_until"), instant("expires_at"));
        }

        private Lens lens() {
            Map<LensSection, List<String>> sections = new EnumMap<>(LensSection.class);
            for (LensSection section : LensSection.values()) {
                List<String> items = strings(section.field());
                require(items.size() <= section.maximum());
                sections.put(section, items);
            }
            return new Lens(
                    text("task_scope"),
                    section(sections, LensSection.HEURISTICS),
                    section(sections, LensSection.PATTERNS),
                    section(sections, LensSection.ANTI_PATTERNS),
                    section(sections, LensSection.CONSTRAINTS),
                    section(sections, LensSection.EXAMPLES),
                    strings("target_files"),
                    provenance());
        }

        private static List<String> section(Map<LensSection, List<String>> sections, LensSection section) {
            return sections.getOrDefault(section, List.of());
        }

        private Provenance provenance() {
            return new Provenance(
                    text("generated_by"),
                    text("template"),
                    new Fingerprint(text("prompt_hash")),
                    new Usage(
                            number("input_tokens"),
                            number("cached_input_tokens"),
                            number("output_tokens"),
                            number("reasoning_tokens")),
                    Provenance.UsageSource.valueOf(text("usage_source")),
                    new Usd(number("cost_nanos")),
                    instant("created_at"),
                    Duration.ofNanos(number("took_nanos")),
                    texts.containsKey("edited_by")
                            ? Optional.of(
                                    new Provenance.Edited(text("edited_by"), instant("edited_at"), text("edited_from")))
                            : Optional.empty());
        }

        private List<String> list() throws IOException {
            List<String> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                require(parser.currentToken() == JsonToken.VALUE_STRING);
                items.add(parser.getText());
            }
            return items;
        }

        private Instant instant(String field) {
            return Instant.parse(text(field));
        }

        private String text(String field) {
            return present(texts, field);
        }

        private long number(String field) {
            return present(numbers, field);
        }

        private List<String> strings(String field) {
            return present(lists, field);
        }

        private static <T> T present(Map<String, T> values, String field) {
            T value = values.get(field);
            if (value == null) {
                throw new IllegalArgumentException("missing " + field);
            }
            return value;
        }

        private static void require(boolean condition) {
            if (!condition) {
                throw new IllegalArgumentException("not the shape of a stored lens");
            }
        }
    }
}
