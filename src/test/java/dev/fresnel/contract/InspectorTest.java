package dev.fresnel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.ToolCall;
import dev.fresnel.contract.Finding.Breach;
import dev.fresnel.contract.Finding.Doubt;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InspectorTest {
    private static final String OBJECT = "\"response_format\":{\"type\":\"json_object\"}";
    private static final String TOOLS = """
            "tools":[
              {"type":"function","function":{"name":"add","parameters":{"type":"object",
                "properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]}}},
              {"type":"function","function":{"name":"now"}},
              {"type":"custom","custom":{"name":"shell"}}]
            """;

    private final Inspector inspector = new Inspector();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1}                  |
              {"a":1}                |
            {"a":1} Enjoy!           | NOT_JSON
            Sure: {"a":1}            | NOT_JSON
            {"a":1                   | NOT_JSON
            ``                       | NOT_JSON
            [1]                      | NOT_AN_OBJECT
            "x"                      | NOT_AN_OBJECT
            """)
    void demandsAnObject_whereTheRequestDoes(String content, Breach breach) {
        assertThat(look(OBJECT, content)).isEqualTo(finding(breach));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":1}                  |
            {"a":1.0}                |
            {"a":"1"}                | BREAKS_SCHEMA
            {}                       | BREAKS_SCHEMA
            {"a":1,"b":2}            | BREAKS_SCHEMA
            [{"a":1}]                | BREAKS_SCHEMA
            here you are             | NOT_JSON
            """)
    void demandsWhatTheSchemaDoes(String content, Breach breach) {
        String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"required\":[\"a\"],"
                + "\"additionalProperties\":false,\"$defs\":{\"n\":{\"type\":\"integer\"}}}";

        assertThat(look(schema(schema), content)).isEqualTo(finding(breach));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            add      | {"a":1,"b":2}   |
            add      | {"a":1}         | ARGUMENTS_BREAK_SCHEMA
            add      | {"a":1,"b":     | ARGUMENTS_NOT_JSON
            add      | [1,2]           | ARGUMENTS_NOT_JSON
            now      | ``              |
            now      | {"x":1}         |
            now      | "x"             | ARGUMENTS_NOT_JSON
            shell    | ls -l {         |
            subtract | {}              | UNKNOWN_TOOL
            ``       | {}              | UNKNOWN_TOOL
            """)
    void demandsAToolThatIsOffered_andArgumentsThatItTakes(String name, String arguments, Breach breach) {
        Choice choice =
                new Choice("", "", List.of(new ToolCall("now", "{}"), new ToolCall(name, arguments)), Optional.empty());

        assertThat(inspector.inspect(request(TOOLS), List.of(choice), Inspector.Cut.OTHERWISE))
                .isEqualTo(finding(breach));
    }

    @Test
    void knowsTheOlderFunctions_andDoubtsNoNameBesideAProvidersOwnTools() {
        Choice other = new Choice("", "", List.of(new ToolCall("other", "{}")), Optional.empty());
        String functions = "\"functions\":[{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}]";
        String own = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"web_search\"}]";

        assertThat(inspect(functions, other)).isEqualTo(finding(Breach.UNKNOWN_TOOL));
        assertThat(inspect(own, other)).isEqualTo(new Finding.Kept());
    }

    @Test
    void takesContentBesideCallsForCommentary_andARefusalForNoFault() {
        Choice beside = new Choice("I add.", "", List.of(new ToolCall("now", "{}")), Optional.empty());
        Choice refusal = new Choice("", "I cannot help with that.", List.of(), Optional.empty());

        assertThat(inspect(OBJECT + "," + TOOLS, beside)).isEqualTo(new Finding.Kept());
        assertThat(inspect(OBJECT, refusal)).isEqualTo(new Finding.Kept());
    }

    @Test
    void oneBrokenChoiceBreaksTheAnswer_butNotOneThatTheClientCutShort() {
        Choice good = new Choice("{}", "", List.of(), Optional.of("stop"));
        Choice cut = new Choice("{\"a\":", "", List.of(), Optional.of("length"));

        assertThat(inspector.inspect(request(OBJECT), List.of(good, cut), Inspector.Cut.OTHERWISE))
                .isEqualTo(finding(Breach.NOT_JSON));
        assertThat(inspector.inspect(request(OBJECT), List.of(good, cut), Inspector.Cut.BY_CLIENT))
                .isEqualTo(new Finding.Kept());
    }

    /** Each of them would be fetched, or loaded from the class path, if the validator had its way. */
    @ParameterizedTest
    @CsvSource({
        "$ref, http://127.0.0.1:PORT/schema.json",
        "$schema, http://127.0.0.1:PORT/dialect",
        "$ref, file:///etc/hostname",
        "$ref, classpath:version.properties",
        "$ref, resource:version.properties",
        "$ref, https://json-schema.org/draft/2020-12/schema",
        "$ref, other.json",
        "$dynamicRef, http://127.0.0.1:PORT/schema.json#x"
    })
    void fetchesNothing_whateverASchemaRefersTo(String keyword, String uri) {
        Vertx vertx = Vertx.vertx();
        try (FakeUpstream server = FakeUpstream.start(vertx)) {
            server.byDefault(Script.json("{}"));
            String port = Integer.toString(server.port());

            Finding finding = look(
                    schema("{\"$id\":\"http://127.0.0.1:" + port + "/root.json\",\"" + keyword + "\":\""
                            + uri.replace("PORT", port) + "\"}"),
                    "{}");

            assertThat(finding).isEqualTo(new Finding.Unknown(Doubt.SCHEMA_NOT_USABLE));
            assertThat(server.connectionsEver()).isZero();
        } finally {
            Await.result(vertx.close());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            5                                          ; SCHEMA_NOT_USABLE
            null                                       ; SCHEMA_NOT_USABLE
            {"pattern":"((("}                          ; SCHEMA_NOT_USABLE
            {"pattern":"(?:^){2000000000}x"}           ; SCHEMA_NOT_USABLE
            {"pattern":"(?:(?:^){9000}){9000}x"}       ; SCHEMA_NOT_USABLE
            {"$ref":"#/$defs/nowhere"}                 ; SCHEMA_NOT_USABLE
            {"$ref":"#"}                               ; TOO_COSTLY
            {"pattern":"a*a*a*a*a*a*b"}               ; TOO_COSTLY
            {"patternProperties":{"a*a*a*a*a*a*b":{}}} ;
            """)
    void saysNothing_whereASchemaIsNoneOrHostile(String schema, Doubt doubt) {
        String text = "\"" + "a".repeat(60) + "!\"";

        assertThat(look(schema(schema), text))
                .isEqualTo(doubt == null ? new Finding.Kept() : new Finding.Unknown(doubt));
    }

    /** Forty levels, each asking for the next one twice: more steps than a life has seconds. */
    @Test
    @Timeout(30)
    void givesUp_whenAnEvaluationWouldNotEnd() {
        StringBuilder laughs = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
        for (int i = 0; i < 40; i++) {
            String next = "{\"$ref\":\"#/$defs/a" + (i + 1) + "\"}";
            laughs.append("\"a" + i + "\":{\"allOf\":[" + next + "," + next + "]},");
        }
        laughs.append("\"a40\":{}}}");

        assertThat(look(schema(laughs.toString()), "{}")).isEqualTo(new Finding.Unknown(Doubt.TOO_COSTLY));
    }

    /** Each match alone is cheap: 450 letters, a hundred thousand looks. Together they would be six hundred million. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesUp_whenAllMatchesTogetherLookTooOften(boolean isManyChoices) {
        String nots = String.join(",", Collections.nCopies(60, "{\"not\":{\"pattern\":\"a*b\"}}"));
        String word = "\"" + "a".repeat(450) + "\"";
        List<Choice> choices = isManyChoices
                ? Collections.nCopies(100, choice("[" + word + "]"))
                : List.of(choice("[" + String.join(",", Collections.nCopies(100, word)) + "]"));
        BoundedPatterns.Looks looks = new BoundedPatterns.Looks();

        Finding finding = inspector.inspect(
                request(schema("{\"type\":\"array\",\"items\":{\"allOf\":[" + nots + "]}}")),
                choices,
                Inspector.Cut.OTHERWISE,
                looks,
                new Steps());

        assertThat(finding).isEqualTo(new Finding.Unknown(Doubt.TOO_COSTLY));
        assertThat(looks.taken()).isEqualTo(BoundedPatterns.MAX_LOOKS);
        assertThat(look(schema("{\"pattern\":\"a*b\"}"), word)).isEqualTo(finding(Breach.BREAKS_SCHEMA));
    }

    /** Each call alone is cheap, some two thousand steps. All calls of all choices together may not take more than one could. */
    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "false, false"})
    @Timeout(30)
    void givesUp_whenAllEvaluationsTogetherTakeTooManySteps(boolean isManyTools, boolean isManyChoices) {
        int many = 40;
        String parameters = "{\"properties\":{\"x\":{\"items\":{\"type\":\"integer\"}}}}";
        StringBuilder tools = new StringBuilder("\"tools\":[");
        for (int i = 0; i < many; i++) {
            tools.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"function\",\"function\":{\"name\":\"t" + i + "\",\"parameters\":" + parameters
                            + "}}");
        }
        String arguments = "{\"x\":[" + String.join(",", Collections.nCopies(1000, "1")) + "]}";
        List<ToolCall> calls = java.util.stream.IntStream.range(0, many)
                .mapToObj(i -> new ToolCall(isManyTools ? "t" + i : "t0", arguments))
                .toList();
        ChatRequest request = request(tools + "]");
        Steps steps = new Steps();

        Finding finding = inspector.inspect(
                request,
                isManyChoices
                        ? calls.stream().map(InspectorTest::calling).toList()
                        : List.of(new Choice("", "", calls, Optional.empty())),
                Inspector.Cut.OTHERWISE,
                new BoundedPatterns.Looks(),
                steps);

        assertThat(finding).isEqualTo(new Finding.Unknown(Doubt.TOO_COSTLY));
        assertThat(steps.taken()).isEqualTo(Steps.MAX);
        Steps ofOne = new Steps();
        assertThat(inspector.inspect(
                        request,
                        List.of(calling(calls.getFirst())),
                        Inspector.Cut.OTHERWISE,
                        new BoundedPatterns.Looks(),
                        ofOne))
                .isEqualTo(new Finding.Kept());
        assertThat(ofOne.taken()).isBetween(2000L, 2100L);
    }

    /** Subschemas without a keyword are steps too: two hundred of them over a thousand elements. */
    @Test
    void givesUp_whenSubschemasThatSayNothingAreTooMany() {
        String items = String.join(",", Collections.nCopies(200, "{\"items\":{}}"));
        String list = "[" + String.join(",", Collections.nCopies(1000, "1")) + "]";

        assertThat(look(schema("{\"allOf\":[" + items + "]}"), list)).isEqualTo(new Finding.Unknown(Doubt.TOO_COSTLY));
        Steps steps = new Steps();
        assertThat(inspector.inspect(
                        request(schema("{\"items\":{}}")),
                        List.of(choice(list)),
                        Inspector.Cut.OTHERWISE,
                        new BoundedPatterns.Looks(),
                        steps))
                .isEqualTo(new Finding.Kept());
        assertThat(steps.taken()).isBetween(1000L, 1100L);
    }

    /** A fault that needs no schema is found all the same. */
    @Test
    void saysWhatIsBroken_whenNoStepsAreLeft() {
        String list = "[" + String.join(",", Collections.nCopies(1000, "1")) + "]";
        List<Choice> choices = new ArrayList<>(Collections.nCopies(100, choice(list)));
        choices.add(choice("no JSON"));

        assertThat(inspector.inspect(
                        request(schema("{\"items\":{\"type\":\"integer\"}}")), choices, Inspector.Cut.OTHERWISE))
                .isEqualTo(finding(Breach.NOT_JSON));
    }

    private static Choice calling(ToolCall call) {
        return new Choice("", "", List.of(call), Optional.empty());
    }

    @Test
    void saysNothing_whereThereIsTooMuch() {
        String large = "{\"description\":\"" + "x".repeat(Schemas.MAX_SCHEMA) + "\"}";
        String deep = "[".repeat(70) + "]".repeat(70);
        String number = "[" + "9".repeat(5000) + "]";

        assertThat(look(schema(large), "{}")).isEqualTo(new Finding.Unknown(Doubt.SCHEMA_NOT_USABLE));
        assertThat(look(schema("{}"), deep)).isEqualTo(new Finding.Unknown(Doubt.ANSWER_NOT_READ));
        assertThat(look(schema("{}"), number)).isEqualTo(new Finding.Unknown(Doubt.ANSWER_NOT_READ));
        assertThat(look(schema("{\"multipleOf\":1e-300}"), "1e999999999")).isNotNull();
    }

    @Test
    void looksOnlyWhereSomethingIsDemanded() {
        assertThat(Inspector.applies(request("\"temperature\":1"))).isFalse();
        assertThat(Inspector.applies(request("\"response_format\":{\"type\":\"text\"}")))
                .isFalse();
        assertThat(Inspector.applies(request(OBJECT))).isTrue();
        assertThat(Inspector.applies(request(TOOLS))).isTrue();
        assertThat(inspect("\"temperature\":1", new Choice("anything", "", List.of(), Optional.empty())))
                .isEqualTo(new Finding.Kept());
    }

    private Finding look(String demand, String content) {
        return inspect(demand, choice(content == null ? "" : content));
    }

    private static Choice choice(String content) {
        return new Choice(content, "", List.of(), Optional.of("stop"));
    }

    private Finding inspect(String demand, Choice choice) {
        return inspector.inspect(request(demand), List.of(choice), Inspector.Cut.OTHERWISE);
    }

    private static Finding finding(Breach breach) {
        return breach == null ? new Finding.Kept() : new Finding.Broken(breach);
    }

    private static String schema(String schema) {
        return "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" + schema
                + "}}";
    }

    private static ChatRequest request(String demand) {
        String json = "{\"model\":\"m\",\"messages\":[]," + demand + "}";
        return (ChatRequest) ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
