package dev.fresnel.admin;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The shipped OpenAPI file, and whether replies keep to it. */
final class OpenApi {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

    private final JsonNode root;
    private final Map<String, Schema> compiled = new LinkedHashMap<>();

    private OpenApi(JsonNode root) {
        this.root = root;
    }

    static OpenApi shipped() {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try (InputStream file = OpenApi.class.getResourceAsStream("/admin/openapi.yaml")) {
            Object tree = new Yaml(new SafeConstructor(strict)).load(file);
            return new OpenApi(JSON.valueToTree(tree));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By {@code GET /path}. */
    Map<String, JsonNode> operations() {
        Map<String, JsonNode> found = new TreeMap<>();
        root.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (!METHODS.contains(method.getKey())) {
                        throw new AssertionError("no method: " + method.getKey());
                    }
                    found.put(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue());
                }));
        return found;
    }

    /** What {@code node} refers to, or itself. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(root.at(node.get("$ref").asString().substring(1))) : node;
    }

    boolean isOpen(JsonNode operation) {
        return operation.has("security") && operation.get("security").isEmpty();
    }

    /** Each as {@code place name required type}; keys of a JSON body included. */
    List<String> parameters(JsonNode operation) {
        List<String> found = new ArrayList<>();
        operation.path("parameters").forEach(reference -> {
            JsonNode parameter = resolved(reference);
            found.add(described(
                    parameter.get("in").asString(),
                    parameter.get("name").asString(),
                    parameter.path("required").asBoolean(false),
                    parameter.get("schema")));
        });
        JsonNode body = resolved(operation.path("requestBody")).path("content");
        JsonNode object = resolved(body.path("application/json").path("schema"));
        object.path("properties").properties().forEach(key -> {
            JsonNode inner = resolved(key.getValue());
            if (inner.has("properties")) {
                inner.get("properties")
                        .properties()
                        .forEach(field -> found.add(
                                described("body", key.getKey() + "." + field.getKey(), false, field.getValue())));
                if (inner.has("required") || inner.path("additionalProperties").asBoolean(true)) {
                    found.add("body " + key.getKey() + " asks for or takes what the gateway does not");
                }
                return;
            }
            boolean required = false;
            for (JsonNode name : object.path("required")) {
                required |= name.asString().equals(key.getKey());
            }
            found.add(described("body", key.getKey(), required, key.getValue()));
        });
        if (body.has("application/json") && object.path("additionalProperties").asBoolean(true)) {
            found.add("body takes additional properties, which the gateway does not");
        }
        body.propertyNames().stream()
                .filter(type -> !type.equals("application/json"))
                .forEach(type -> found.add("lines " + type));
        return found;
    }

    private String described(String place, String name, boolean required, JsonNode reference) {
        JsonNode schema = resolved(reference);
        StringBuilder text = new StringBuilder(place + " " + name + (required ? " required " : " optional "));
        text.append(schema.path("type").asString("?"));
        for (String key : List.of(
                "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "enum", "maxItems", "items")) {
            if (schema.has(key)) {
                text.append(' ').append(key).append('=').append(resolved(schema.get(key)));
            }
        }
        return text.toString();
    }

    /** What is wrong with a reply, empty when nothing is. */
    List<String> problems(String operation, int status, String contentType, String body) {
        JsonNode declared = Objects.requireNonNull(operations().get(operation), operation);
        JsonNode response = resolved(declared.get("responses").path(Integer.toString(status)));
        if (response.isMissingNode()) {
            return List.of(operation + " answers " + status + ", which the file does not tell of: " + body);
        }
        String type = contentType.replaceFirst(";.*", "");
        JsonNode content = response.path("content").path(type);
        if (content.isMissingNode()) {
            return List.of(operation + " answers " + status + " as " + type + ", which the file does not tell of");
        }
        if (!type.equals("application/json")) {
            return List.of();
        }
        return compiled
                .computeIfAbsent(operation + " " + status, _ -> compile(content.get("schema")))
                .validate(body, InputFormat.JSON)
                .stream()
                .map(error -> operation + " " + status + ": " + error + " in " + body)
                .toList();
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = JSON.createObjectNode();
        whole.set("components", root.get("components"));
        whole.putArray("allOf").add(schema);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole);
    }
}
