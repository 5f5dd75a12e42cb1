package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI file says what the table of operations says, and the other way round. */
class OpenApiTest {
    private static final TestGateway GATEWAY = TestGateway.start("""
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """);

    private final OpenApi file = OpenApi.shipped();
    private final Map<String, Operation> table = new TreeMap<>(GATEWAY.gateway().adminOperations().stream()
            .collect(Collectors.toMap(
                    operation -> operation.method() + " " + operation.path(), operation -> operation)));

    @AfterAll
    static void stop() {
        GATEWAY.close();
    }

    @Test
    void namesEveryOperationAndNoOther() {
        assertThat(file.operations().keySet()).containsExactlyElementsOf(table.keySet());
    }

    @Test
    void tellsOfEachOperationWhatItTakes() {
        Map<String, List<String>> described = new TreeMap<>();
        Map<String, List<String>> declared = new TreeMap<>();
        file.operations().forEach((name, operation) -> described.put(name, sorted(file.parameters(operation))));
        table.forEach((name, operation) -> declared.put(name, sorted(parameters(operation))));

        assertThat(described).containsExactlyEntriesOf(declared);
    }

    @Test
    void tellsOfEachOperationWhoIsLetInAndWhatTheAuditEventIsCalled() {
        file.operations().forEach((name, operation) -> {
            Operation declared = Objects.requireNonNull(table.get(name), name);
            assertThat(file.isOpen(operation)).as(name).isEqualTo(declared.guard() == Operation.Guard.NONE);
            assertThat(operation.path("x-audit").asString(""))
                    .as(name)
                    .isEqualTo(declared.audit().orElse(""));
            assertThat(operation.get("summary").asString()).as(name).endsWith(".");
        });
    }

    /** What the listener answers before any handler, by what the table says of the operation. */
    @Test
    void tellsOfEveryRefusalThatTheListenerItselfMakes() {
        table.forEach((name, operation) -> {
            List<String> due = new ArrayList<>();
            if (operation.guard() == Operation.Guard.TOKEN) {
                due.addAll(List.of("401", "403"));
            }
            if (!operation.parameters().isEmpty() || operation.audit().isPresent()) {
                due.add("400");
            }
            if (!operation.in(Parameter.Place.PATH).isEmpty()) {
                due.add("404");
            }
            if (operation.audit().isPresent()) {
                due.add("413");
            }
            JsonNode responses =
                    Objects.requireNonNull(file.operations().get(name), name).get("responses");
            assertThat(responses.propertyNames()).as(name).containsAll(due);
            due.forEach(status -> assertThat(file.resolved(responses.get(status))
                            .at("/content/application~1json/schema/$ref")
                            .asString())
                    .as(name + " " + status)
                    .isEqualTo("#/components/schemas/Error"));
        });
    }

    @Test
    void isServedAsItIs() throws Exception {
        try (var shipped = OpenApi.class.getResourceAsStream("/admin/openapi.yaml")) {
            assertThat(GATEWAY.admin("/admin/openapi.yaml"))
                    .isEqualTo(new String(shipped.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    @Test
    void knowsEveryErrorCode() {
        JsonNode codes = file.resolved(new JsonMapper()
                .readTree("{\"$ref\":\"#/components/schemas/Error/properties/error/properties/code/enum\"}"));
        List<String> named = new ArrayList<>();
        codes.forEach(code -> named.add(code.asString()));
        List<String> there = new ArrayList<>();
        for (ErrorCode code : ErrorCode.values()) {
            there.add(code.key());
        }
        assertThat(named).containsExactlyInAnyOrderElementsOf(there);
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }

    /** As {@link OpenApi#parameters} words them. */
    private static List<String> parameters(Operation operation) {
        List<String> lines = new ArrayList<>();
        for (Parameter parameter : operation.parameters()) {
            if (parameter.type() instanceof ParameterType.Group(List<Parameter> fields)) {
                fields.forEach(field -> lines.add("body " + field.name() + " optional " + schema(field.type())));
                continue;
            }
            String rest = parameter.name()
                    + (parameter.presence() == Parameter.Presence.REQUIRED ? " required " : " optional ")
                    + schema(parameter.type());
            switch (parameter.place()) {
                case PATH -> lines.add("path " + rest);
                case QUERY -> lines.add("query " + rest);
                case HEADER -> lines.add("header " + rest);
                case BODY -> lines.add("body " + rest);
                case QUERY_OR_BODY -> {
                    lines.add("query " + rest);
                    lines.add("body " + rest);
                }
            }
        }
        operation.lines().ifPresent(type -> lines.add("lines " + type));
        return lines;
    }

    private static String schema(ParameterType type) {
        return switch (type) {
            case ParameterType.Text(int maxChars) -> "string minLength=1 maxLength=" + maxChars;
            case ParameterType.WholeNumber(long least, long most) -> "integer minimum=" + least + " maximum=" + most;
            case ParameterType.Flag() -> "boolean";
            case ParameterType.Choice(List<String> of) ->
                "string enum=" + of.stream().map(one -> "\"" + one + "\"").collect(Collectors.joining(",", "[", "]"));
            case ParameterType.Tenant _, ParameterType.KnownTenant _ -> "string pattern=\"^[A-Za-z0-9._-]{1,64}$\"";
            case ParameterType.Hash() -> "string pattern=\"^[0-9a-f]{64}$\"";
            case ParameterType.Day() -> "string format=\"date\"";
            case ParameterType.Dollars() -> "number minimum=0 maximum=" + ParameterType.Dollars.MOST.toPlainString();
            case ParameterType.Group _ -> throw new AssertionError("an object in an object");
            case ParameterType.Texts(int maxItems, int maxChars) ->
                "array maxItems=" + maxItems + " items={\"type\":\"string\",\"minLength\":1,\"maxLength\":" + maxChars
                        + "}";
        };
    }
}
