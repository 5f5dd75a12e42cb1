package dev.fresnel.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The JSON Schema (draft 2020-12) of the config file, for completion and checks in editors. It knows forms and ranges; names
 * that lead nowhere are for {@link ConfigLoader} to find.
 */
public final class ConfigSchema {
    private static final String ENVIRONMENT = "environment";

    private final JsonGenerator json;
    private final Map<String, Shape.Block> definitions = new LinkedHashMap<>();

    private ConfigSchema(JsonGenerator json) {
        this.json = json;
    }

    /** The schema as indented JSON text with a line break at its end; the same for every call. */
    public static String json() {
        StringWriter text = new StringWriter();
        DefaultIndenter indent = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter pretty = new DefaultPrettyPrinter();
        pretty.indentObjectsWith(indent);
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(pretty);
            new ConfigSchema(json).write();
        } catch (IOException e) {
            throw new UncheckedIOException("a string takes every write", e);
        }
        return text + "\n";
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.writeStringField("title", "Fresnel configuration");
        blockBody(Shape.block(ConfigFile.class));
        json.writeObjectFieldStart("$defs");
        json.writeObjectFieldStart(ENVIRONMENT);
        json.writeStringField("description", "A value from the environment: ${NAME} or ${NAME:-default}.");
        json.writeStringField("type", "string");
        json.writeStringField("pattern", "^\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-.*)?\\}$");
        json.writeEndObject();
        // A block may define further ones while it is written.
        for (int written = 0; written < definitions.size(); written++) {
            Map.Entry<String, Shape.Block> definition =
                    List.copyOf(definitions.entrySet()).get(written);
            json.writeObjectFieldStart(definition.getKey());
            blockBody(definition.getValue());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void blockBody(Shape.Block block) throws IOException {
        // Keys that hold blocks and tables may be left empty, as when all of their lines are commented out.
        json.writeStringField("type", "object");
        json.writeBooleanField("additionalProperties", false);
        List<Shape.Field> fields = block.keys();
        List<String> required = fields.stream()
                .filter(field -> field.key().required())
                .map(Shape.Field::name)
                .toList();
        if (!required.isEmpty()) {
            json.writeArrayFieldStart("required");
            for (String name : required) {
                json.writeString(name);
            }
            json.writeEndArray();
        }
        json.writeObjectFieldStart("properties");
        for (Shape.Field field : fields) {
            json.writeObjectFieldStart(field.name());
            json.writeStringField("description", field.key().value().replace("`", ""));
            if (!field.key().def().isEmpty()) {
                json.writeFieldName("default");
                value(YamlText.compose(field.key().def(), new Findings()).orElseThrow(), innermost(field.shape()));
            }
            shape(field.shape(), field.key());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static Shape innermost(Shape shape) {
        return shape instanceof Shape.Listing listing ? innermost(listing.element()) : shape;
    }

    private void shape(Shape shape, Key key) throws IOException {
        switch (shape) {
            case Shape.Scalar scalar -> scalar(scalar.type(), key);
            case Shape.Block block -> blockReference(block);
            case Shape.Listing listing -> {
                json.writeStringField("type", "array");
                if (key.required()) {
                    json.writeNumberField("minItems", 1);
                }
                json.writeObjectFieldStart("items");
                shape(listing.element(), key);
                json.writeEndObject();
            }
            case Shape.Table table -> {
                json.writeArrayFieldStart("type");
                json.writeString("object");
                if (!key.required()) {
                    json.writeString("null");
                }
                json.writeEndArray();
                if (key.required()) {
                    json.writeNumberField("minProperties", 1);
                }
                if (!key.pattern().isEmpty()) {
                    json.writeObjectFieldStart("propertyNames");
                    json.writeStringField("pattern", "^" + key.pattern() + "$");
                    json.writeEndObject();
                }
                json.writeObjectFieldStart("additionalProperties");
                shape(table.value(), key);
                json.writeEndObject();
            }
        }
    }

    private void blockReference(Shape.Block block) throws IOException {
        String name =
                Shape.kebab(block.type().getSimpleName().replace("Section", "")).substring(1);
        definitions.putIfAbsent(name, block);
        boolean mayBeEmpty =
                block.keys().stream().noneMatch(field -> field.key().required());
        if (block.shorthand().isEmpty() && !mayBeEmpty) {
            json.writeStringField("$ref", "#/$defs/" + name);
            return;
        }
        json.writeArrayFieldStart("anyOf");
        json.writeStartObject();
        json.writeStringField("$ref", "#/$defs/" + name);
        json.writeEndObject();
        if (block.shorthand().isPresent()) {
            for (Shape.Field field : block.fields()) {
                if (field.name().equals(block.shorthand().get())) {
                    json.writeStartObject();
                    shape(field.shape(), field.key());
                    json.writeEndObject();
                }
            }
        }
        if (mayBeEmpty) {
            json.writeStartObject();
            json.writeStringField("type", "null");
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void scalar(ScalarType<?> type, Key key) throws IOException {
        json.writeArrayFieldStart("anyOf");
        json.writeStartObject();
        if (type.json().values().isEmpty()) {
            json.writeStringField("type", type.json().type().name().toLowerCase(Locale.ROOT));
            String pattern = key.pattern().isEmpty() ? type.json().pattern() : "^" + key.pattern() + "$";
            if (!pattern.isEmpty()) {
                json.writeStringField("pattern", pattern);
            }
            if (type.isBare() && !key.min().isEmpty()) {
                json.writeFieldName("minimum");
                json.writeNumber(key.min());
            }
            if (type.isBare() && !key.max().isEmpty()) {
                json.writeFieldName("maximum");
                json.writeNumber(key.max());
            }
        } else {
            json.writeArrayFieldStart("enum");
            for (String value : type.json().values()) {
                json.writeString(value);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeStartObject();
        json.writeStringField("$ref", "#/$defs/" + ENVIRONMENT);
        json.writeEndObject();
        json.writeEndArray();
    }

    private void value(Node node, Shape shape) throws IOException {
        switch (node) {
            case SequenceNode sequence -> {
                json.writeStartArray();
                for (Node element : sequence.getValue()) {
                    value(element, shape);
                }
                json.writeEndArray();
            }
            case ScalarNode scalar -> {
                switch (((Shape.Scalar) shape).type().json().type()) {
                    case STRING -> json.writeString(scalar.getValue());
                    case BOOLEAN -> json.writeBoolean(scalar.getValue().equals("true"));
                    case INTEGER, NUMBER -> json.writeNumber(scalar.getValue());
                }
            }
            default -> throw new IllegalStateException("no default is a " + node.getNodeId());
        }
    }
}
