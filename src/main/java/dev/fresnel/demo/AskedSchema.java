package dev.fresnel.demo;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The schema that an answer must keep to.
 *
 * @param name {@code response_format.json_schema.name}; empty when there is none
 * @param schema {@code response_format.json_schema.schema}; {@code true} when there is none
 */
record AskedSchema(String name, JsonNode schema) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** @param responseFormat the value of {@code response_format}; empty where it asks for no schema, or nests too deep */
    static Optional<AskedSchema> in(byte[] responseFormat) {
        JsonNode asked;
        try {
            asked = JSON.readTree(responseFormat).path("json_schema");
        } catch (JacksonException tooDeep) {
            return Optional.empty();
        }
        JsonNode schema = asked.path("schema");
        return asked.isObject()
                ? Optional.of(new AskedSchema(
                        asked.path("name").asString(""),
                        schema.isMissingNode() ? JsonNodeFactory.instance.booleanNode(true) : schema))
                : Optional.empty();
    }
}
