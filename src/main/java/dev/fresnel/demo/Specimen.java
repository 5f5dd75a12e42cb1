package dev.fresnel.demo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small value that keeps to a JSON Schema: what is required and nothing else, the first of what may be chosen, 0, {@code false}. Knows the
 * keywords that structured outputs use, references within the schema among them. Used once, by one thread.
 */
final class Specimen {
    private static final int MAX_DEPTH = 40;
    private static final int MAX_PARTS = 10_000;
    private static final int MAX_TEXT = 10_000;
    private static final String TEXT = "stand-in";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What a rule as plain as this one cannot keep to. */
    private static final Set<String> UNKNOWN = Set.of(
            "not",
            "if",
            "pattern",
            "contains",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "uniqueItems",
            "$dynamicRef");

    private static final Map<String, String> FORMATS = Map.of(
            "date-time", "2025-01-01T00:00:00Z",
            "date", "2025-01-01",
            "time", "00:00:00Z",
            "duration", "PT1S",
            "email", "stand-in@example.com",
            "hostname", "example.com",
            "ipv4", "192.0.2.1",
            "ipv6", "2001:db8::1",
            "uri", "https://example.com/",
            "uuid", "00000000-0000-4000-8000-000000000000");

    private final JsonNode root;
    private int parts;

    private Specimen(JsonNode root) {
        this.root = root;
    }

    /** Empty where the schema is none, demands what is beyond this rule, or has no end. */
    static Optional<JsonNode> of(JsonNode schema) {
        try {
            return Optional.of(new Specimen(schema).make(schema, 0));
        } catch (Beyond unable) {
            return Optional.empty();
        }
    }

    private static final class Beyond extends RuntimeException {
        Beyond() {
            super(null, null, false, false);
        }
    }

    private JsonNode make(JsonNode schema, int depth) {
        if (depth > MAX_DEPTH || ++parts > MAX_PARTS) {
            throw new Beyond();
        }
        if (schema.isBoolean() && schema.booleanValue()) {
            return JSON.objectNode();
        }
        if (!schema.isObject() || UNKNOWN.stream().anyMatch(schema::has)) {
            throw new Beyond();
        }
        if (schema.has("$ref")) {
            return make(target(schema.path("$ref").asString("")), depth + 1);
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (!schema.path("enum").isEmpty()) {
            return schema.path("enum").path(0);
        }
        for (String choice : List.of("anyOf", "oneOf")) {
            if (schema.has(choice)) {
                return firstOf(schema, choice, depth);
            }
        }
        if (schema.has("allOf")) {
            JsonNode all = without(schema, "allOf");
            for (JsonNode part : schema.path("allOf")) {
                all = merged(all, part.has("$ref") ? target(part.path("$ref").asString("")) : part);
            }
            return make(all, depth + 1);
        }
        return ofType(schema, depth);
    }

    private JsonNode target(String reference) {
        if (!reference.startsWith("#")) {
            throw new Beyond();
        }
        try {
            return root.at(reference.substring(1));
        } catch (IllegalArgumentException noPointer) {
            throw new Beyond();
        }
    }

    private JsonNode firstOf(JsonNode schema, String choice, int depth) {
        for (JsonNode branch : schema.path(choice)) {
            try {
                JsonNode whole = branch.has("$ref") ? target(branch.path("$ref").asString("")) : branch;
                return make(merged(without(schema, choice), whole), depth + 1);
            } catch (Beyond unable) {
                // The next one may do.
            }
        }
        throw new Beyond();
    }

    private static ObjectNode without(JsonNode schema, String keyword) {
        ObjectNode rest = JSON.objectNode();
        schema.propertyStream()
                .filter(keywords -> !keywords.getKey().equals(keyword))
                .forEach(keywords -> rest.set(keywords.getKey(), keywords.getValue()));
        return rest;
    }

    /** Both at once; where they say different things of one keyword, nobody here can tell. */
    private static ObjectNode merged(JsonNode one, JsonNode other) {
        ObjectNode both = without(one, "");
        for (Map.Entry<String, JsonNode> keyword : other.properties()) {
            JsonNode mine = both.path(keyword.getKey());
            JsonNode theirs = keyword.getValue();
            if (keyword.getKey().equals("properties") && mine.isObject()) {
                both.set("properties", merged(mine, theirs));
            } else if (keyword.getKey().equals("required") && mine.isArray()) {
                ArrayNode names = JSON.arrayNode();
                mine.forEach(names::add);
                theirs.forEach(names::add);
                both.set("required", names);
            } else if (mine.isMissingNode() || mine.equals(theirs)) {
                both.set(keyword.getKey(), theirs);
            } else {
                throw new Beyond();
            }
        }
        return both;
    }

    private JsonNode ofType(JsonNode schema, int depth) {
        JsonNode declared = schema.path("type");
        String type = declared.isArray() ? declared.path(0).asString("") : declared.asString("");
        return switch (type.isEmpty() ? likelyType(schema) : type) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> JSON.stringNode(text(schema));
            case "integer" -> JSON.numberNode(number(schema, BigDecimal.ONE).toBigInteger());
            case "number" -> JSON.numberNode(number(schema, BigDecimal.ZERO));
            case "boolean" -> JSON.booleanNode(false);
            case "null" -> JSON.nullNode();
            default -> throw new Beyond();
        };
    }

    private static String likelyType(JsonNode schema) {
        if (schema.has("items") || schema.has("prefixItems") || schema.has("minItems")) {
            return "array";
        }
        if (schema.has("minLength") || schema.has("maxLength") || schema.has("format")) {
            return "string";
        }
        return schema.has("minimum") || schema.has("exclusiveMinimum") || schema.has("multipleOf")
                ? "number"
                : "object";
    }

    private JsonNode object(JsonNode schema, int depth) {
        Map<String, JsonNode> wanted = new LinkedHashMap<>();
        JsonNode known = schema.path("properties");
        JsonNode others = schema.path("additionalProperties");
        for (JsonNode name : schema.path("required")) {
            JsonNode declared = known.path(name.asString(""));
            wanted.put(name.asString(""), declared.isMissingNode() ? orAny(others) : declared);
        }
        for (Map.Entry<String, JsonNode> optional : known.properties()) {
            if (wanted.size() < schema.path("minProperties").asInt(0)) {
                wanted.putIfAbsent(optional.getKey(), optional.getValue());
            }
        }
        if (wanted.size() < schema.path("minProperties").asInt(0) || schema.has("patternProperties")) {
            throw new Beyond();
        }
        ObjectNode made = JSON.objectNode();
        wanted.forEach((name, part) -> made.set(name, make(part, depth + 1)));
        return made;
    }

    private JsonNode array(JsonNode schema, int depth) {
        int most = schema.path("minItems").asInt(0);
        if (most > MAX_PARTS) {
            throw new Beyond();
        }
        List<JsonNode> made = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            JsonNode own = schema.path("prefixItems").path(i);
            made.add(make(own.isMissingNode() ? orAny(schema.path("items")) : own, depth + 1));
        }
        return JSON.arrayNode().addAll(made);
    }

    private static JsonNode orAny(JsonNode schema) {
        return schema.isMissingNode() ? JSON.booleanNode(true) : schema;
    }

    private static String text(JsonNode schema) {
        int least = schema.path("minLength").asInt(0);
        int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        String text = FORMATS.getOrDefault(schema.path("format").asString(""), TEXT);
        if (least > Math.min(most, MAX_TEXT)) {
            throw new Beyond();
        }
        return text.length() < least
                ? text + "-".repeat(least - text.length())
                : text.substring(0, Math.min(text.length(), most));
    }

    /**
     * 0 where it fits, else the number next to the bound that keeps it away.
     *
     * @param grain the number must be a multiple of it, unless the schema says of what; 0: of nothing
     */
    private static BigDecimal number(JsonNode schema, BigDecimal grain) {
        BigDecimal step =
                schema.path("multipleOf").isNumber() ? schema.path("multipleOf").decimalValue() : grain;
        Optional<BigDecimal> least = bound(schema, "minimum", "exclusiveMinimum", step, 1);
        Optional<BigDecimal> most = bound(schema, "maximum", "exclusiveMaximum", step, -1);
        BigDecimal number = BigDecimal.ZERO;
        if (least.filter(bound -> bound.signum() > 0).isPresent()) {
            number = least.get();
        } else if (most.filter(bound -> bound.signum() < 0).isPresent()) {
            number = most.get();
        }
        boolean fits = number.compareTo(least.orElse(number)) >= 0 && number.compareTo(most.orElse(number)) <= 0;
        if (!fits || (step.signum() > 0 && number.remainder(step).signum() != 0)) {
            throw new Beyond();
        }
        return number;
    }

    /** The last number on the allowed side of a bound, on the grid of {@code step}. */
    private static Optional<BigDecimal> bound(
            JsonNode schema, String inclusive, String exclusive, BigDecimal step, int side) {
        boolean within = schema.path(inclusive).isNumber();
        if (!within && !schema.path(exclusive).isNumber()) {
            return Optional.empty();
        }
        BigDecimal bound = schema.path(within ? inclusive : exclusive).decimalValue();
        if (step.signum() <= 0) {
            return Optional.of(within ? bound : bound.add(new BigDecimal(side).movePointLeft(3)));
        }
        BigDecimal grid = bound.divide(step, 0, side > 0 ? RoundingMode.CEILING : RoundingMode.FLOOR)
                .multiply(step);
        boolean onBound = !within && grid.compareTo(bound) == 0;
        return Optional.of(onBound ? grid.add(step.multiply(new BigDecimal(side))) : grid);
    }
}
