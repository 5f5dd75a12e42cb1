package dev.fresnel.lens;

import java.util.ArrayList;
import java.util.List;

/** A piece of an answer's JSON, as far as it was read. Objects keep duplicate names, since the parser decides what they mean. */
sealed interface JsonNode {
    /** @param fields in order, duplicates included; mutable only while {@link JsonNodes} reads */
    record Obj(List<Field> fields) implements JsonNode {
        Obj() {
            this(new ArrayList<>());
        }
    }

    /** @param items mutable only while {@link JsonNodes} reads */
    record Arr(List<JsonNode> items) implements JsonNode {
        Arr() {
            this(new ArrayList<>());
        }
    }

    record Text(String value) implements JsonNode {}

    /** A number, boolean or null: nothing in a lens is one. */
    record Other() implements JsonNode {}

    record Field(String name, JsonNode value) {}
}
