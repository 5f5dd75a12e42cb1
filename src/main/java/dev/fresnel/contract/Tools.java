package dev.fresnel.contract;

import com.networknt.schema.Schema;
import dev.fresnel.chat.ToolCall;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The tools that one request offers. Used by one thread. */
final class Tools {
    /** Of a function that declares no parameters. */
    private static final JsonNode ANY_OBJECT = JsonNodeFactory.instance.objectNode();

    /** By tool; empty for one that takes free text. */
    private final Map<String, Optional<Once<Schema>>> parameters = new HashMap<>();

    private final Schemas schemas;
    private final Steps steps;
    private boolean allNamed = true;

    /**
     * @param list the value of {@code tools}, or of the older {@code functions}
     * @param steps shared by all calls
     */
    Tools(JsonNode list, Schemas schemas, Steps steps) {
        this.schemas = schemas;
        this.steps = steps;
        for (JsonNode tool : list) {
            offer(tool);
        }
    }

    private void offer(JsonNode tool) {
        JsonNode function = tool.path("function");
        if (function.isObject()) {
            named(function, function.path("parameters"));
        } else if (tool.path("custom").isObject()) {
            // Takes free text, so there is nothing to check but its name.
            parameters.put(tool.path("custom").path("name").asString(""), Optional.empty());
        } else if (tool.path("name").isString() && !tool.has("type")) {
            named(tool, tool.path("parameters"));
        } else {
            // One of the provider's own tools: it may bring names that nobody here knows.
            allNamed = false;
        }
    }

    private void named(JsonNode function, JsonNode schema) {
        JsonNode object = schema.isMissingNode() || schema.isNull() ? ANY_OBJECT : schema;
        parameters.put(function.path("name").asString(""), Optional.of(new Once<>(() -> schemas.compiled(object))));
    }

    /** What is wrong with a call; throws {@link Schemas.Doubtful} where nobody can tell. */
    Optional<Finding.Breach> breach(ToolCall call) {
        Optional<Once<Schema>> schema = parameters.get(call.name());
        if (schema == null) {
            return allNamed ? Optional.of(Finding.Breach.UNKNOWN_TOOL) : Optional.empty();
        }
        if (schema.isEmpty()) {
            return Optional.empty();
        }
        // A function without parameters is often called with nothing at all.
        Optional<JsonNode> arguments = Schemas.json(call.arguments().isBlank() ? "{}" : call.arguments());
        if (arguments.filter(JsonNode::isObject).isEmpty()) {
            return Optional.of(Finding.Breach.ARGUMENTS_NOT_JSON);
        }
        return Schemas.keeps(arguments.get(), schema.get().get(), steps)
                ? Optional.empty()
                : Optional.of(Finding.Breach.ARGUMENTS_BREAK_SCHEMA);
    }
}
