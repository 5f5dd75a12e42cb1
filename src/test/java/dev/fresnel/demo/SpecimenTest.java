package dev.fresnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SpecimenTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Held against a validator that knows nothing of the rule. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            true                                                          | {}
            {}                                                            | {}
            {"type":"null"}                                               | null
            {"type":["string","null"]}                                    | "stand-in"
            {"type":"string","maxLength":3}                               | "sta"
            {"type":"string","minLength":10}                              | "stand-in--"
            {"type":"string","format":"date"}                             | "2025-01-01"
            {"type":"number"}                                             | 0
            {"type":"number","exclusiveMinimum":0}                        | 0.001
            {"type":"number","minimum":0.5,"maximum":0.7}                 | 0.5
            {"type":"integer","minimum":2.5}                              | 3
            {"type":"integer","exclusiveMinimum":3}                       | 4
            {"type":"integer","maximum":-2}                               | -2
            {"type":"integer","exclusiveMaximum":-2}                      | -3
            {"type":"integer","minimum":10,"multipleOf":7}                | 14
            {"type":"boolean"}                                            | false
            {"enum":["b","a"]}                                            | "b"
            {"const":{"x":1}}                                             | {"x":1}
            {"type":"array","items":{"type":"string"}}                    | []
            {"minItems":2,"items":{"type":"integer"}}                     | [0,0]
            {"minItems":2,"prefixItems":[{"const":1}],"items":{"const":2}} | [1,2]
            {"anyOf":[{"type":"string","pattern":"x"},{"type":"null"}]}   | null
            {"type":"object","minProperties":1,"properties":{"a":{"type":"null"},"b":{"type":"null"}}} | {"a":null}
            {"required":["a"],"additionalProperties":{"type":"boolean"}}  | {"a":false}
            {"allOf":[{"required":["a"]},{"required":["b"],"properties":{"b":{"const":1}}}],"properties":{"a":{"const":2}}} | {"a":2,"b":1}
            {"$ref":"#/$defs/n","$defs":{"n":{"type":"object","required":["next"],"properties":{"next":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/n"}]}}}}} | {"next":null}
            {"properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false} | {"a":"stand-in"}
            """)
    void keepsToTheSchema(String schema, String expected) {
        JsonNode wanted = JSON.readTree(schema);

        JsonNode made = Specimen.of(wanted).orElseThrow();

        assertThat(made).hasToString(expected);
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(wanted)
                        .validate(JSON.readTree(made.toString())))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "5",
                "null",
                "{\"type\":\"string\",\"pattern\":\"x\"}",
                "{\"type\":\"string\",\"minLength\":2000000000}",
                "{\"type\":\"thing\"}",
                "{\"type\":\"integer\",\"minimum\":2,\"maximum\":1}",
                "{\"type\":\"number\",\"exclusiveMinimum\":1,\"maximum\":1}",
                "{\"type\":\"array\",\"minItems\":2000000000,\"items\":{\"type\":\"null\"}}",
                "{\"required\":[\"a\"],\"additionalProperties\":false}",
                "{\"allOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}",
                "{\"$ref\":\"#\"}",
                "{\"$ref\":\"#/$defs/none\"}",
                "{\"$ref\":\"http://example.com/x\"}",
                "{\"$ref\":\"#no-pointer\"}",
            })
    void isNone_whereTheRuleDoesNotReach(String schema) {
        assertThat(Specimen.of(JSON.readTree(schema))).isEqualTo(Optional.empty());
    }

    /** Ten of ten of ten ...: it gives up long before the last one. */
    @Test
    void isNone_whereItWouldBeTooLarge() {
        StringBuilder many = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
        for (int i = 0; i < 30; i++) {
            many.append("\"a" + i + "\":{\"type\":\"array\",\"minItems\":10,\"items\":{\"$ref\":\"#/$defs/a" + (i + 1)
                    + "\"}},");
        }

        assertThat(Specimen.of(JSON.readTree(many + "\"a30\":{\"type\":\"null\"}}}")))
                .isEmpty();
    }
}
