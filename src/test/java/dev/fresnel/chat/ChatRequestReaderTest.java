package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestReaderTest {
    static ChatRequest read(String json) {
        return (ChatRequest) ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** A valid request with more members between the braces. */
    static ChatRequest with(String members) {
        return read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," + members + "}");
    }

    static ChatRequest withMessages(String messages) {
        return read("{\"model\":\"m\",\"messages\":" + messages + "}");
    }

    static String at(ChatRequest request, Span span) {
        return new String(request.bytes(), span.start(), span.length(), StandardCharsets.UTF_8);
    }

    static InvalidRequest refusal(String json) {
        GatewayException e = catchThrowableOfType(
                GatewayException.class, () -> ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8)));
        assertThat(e).as("refused: " + json).isNotNull();
        return (InvalidRequest) e.failure();
    }

    @Nested
    class Values {
        @Test
        void readsModelAndStream_whenKeysAreInAnyOrder() {
            ChatRequest request =
                    read("{\"messages\":[],\"stream\":true,\"x\":{\"model\":\"no\"},\"model\":\"gpt-4o\"}");

            assertThat(request.model().value()).isEqualTo("gpt-4o");
            assertThat(request.stream()).isTrue();
            assertThat(request.messages()).isEmpty();
            assertThat(request.choices()).isEqualTo(1);
            assertThat(request.maxOutputTokens()).isEmpty();
            assertThat(request.toString()).doesNotContain("messages\":").contains("gpt-4o");
        }

        @Test
        void readsKey_whenItIsWrittenWithEscapes() {
            ChatRequest request = read("{\"mod\\u0065l\":\"a\\u002fb\",\"messag\\u0065s\":[]}");

            assertThat(request.model().value()).isEqualTo("a/b");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                true  | true
                false | false
                null  | false
                """)
        void readsStream(String json, boolean expected) {
            assertThat(with("\"stream\":" + json).stream()).isEqualTo(expected);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                {"include_usage":true}         | true
                {"x":[1],"include_usage":true} | true
                {"include_usage":false}        | false
                {"include_usage":null}         | false
                {"include_usage":"yes"}        | true
                {}                             | false
                null                           | false
                "odd"                          | false
                """)
        void readsWhetherUsageWasAskedFor(String options, boolean expected) {
            assertThat(with("\"stream_options\":" + options).usageRequested()).isEqualTo(expected);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                "max_tokens":5                              | 5
                "max_completion_tokens":7,"max_tokens":5    | 7
                "max_completion_tokens":null,"max_tokens":5 | 5
                "max_tokens":1E2                            | 100
                "max_tokens":100.0                          | 100
                "max_tokens":1.5                            |
                "max_tokens":1e400                          |
                "max_tokens":1e99999999999                  |
                "max_tokens":-3                             |
                "max_tokens":0                              |
                "max_tokens":"5"                            |
                "max_tokens":{}                             |
                "max_tokens":99999999999999999999           |
                "max_tokens":1.0000000000000000000000000000000000000000000000000000000000000000001 |
                """)
        void readsMaxOutputTokens_onlyFromPositiveWholeNumbers(String members, Long expected) {
            assertThat(with(members).maxOutputTokens())
                    .isEqualTo(expected == null ? OptionalLong.empty() : OptionalLong.of(expected));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                1      | 1
                3      | 3
                null   | 1
                "3"    | 1
                0      | 1
                -1     | 1
                1.5    | 1
                99999999999 | 2147483647
                """)
        void readsChoices(String n, int expected) {
            assertThat(with("\"n\":" + n).choices()).isEqualTo(expected);
        }

        @Test
        void givesRawToolsAndFormat() {
            ChatRequest request = with(
                    "\"tools\": [ {\"type\":\"function\",\"function\":{\"x\":1E2,\"name\":\"f\\u0031\"}}, {\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}, 5, {\"name\":\"top\"} ], \"response_format\" : {\"type\":\"json_object\"}");

            assertThat(request.toolNames()).containsExactly("f1", "c", "top");
            assertThat(request.toolsJson().map(ChatRequestReaderTest::text).orElseThrow())
                    .startsWith("[ {\"type\"")
                    .contains("1E2")
                    .endsWith("} ]");
            assertThat(request.responseFormatJson().map(ChatRequestReaderTest::text))
                    .contains("{\"type\":\"json_object\"}");
            assertThat(with("\"x\":1").toolsJson()).isEmpty();
            assertThat(with("\"functions\":[{\"name\":\"g\"}]").toolNames()).containsExactly("g");
            assertThat(with("\"functions\":[{\"name\":\"g\"}]").toolsJson()).isPresent();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Nested
    class Messages {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                "plain"                                | plain
                ""                                     | ``
                "é日本🙂 \\n\\t\\"q\\" \\\\ \\/ \\ud83d\\ude42" | `é日本🙂 \n\t"q" \\\\ / 🙂`
                null                                   | ``
                12e400                                 | ``
                {"a":"b"}                              | ``
                []                                     | ``
                [ ]                                    | ``
                [{"type":"text","text":"a"},{"text":"b","type":"text"}]      | `a\nb`
                ["bare", {"type":"text","text":"b"}]   | `bare\nb`
                [{"type":"image_url","image_url":{"url":"x","text":"no"}},{"type":"text","text":"b"}] | b
                [{"type":"novel","text":"b"}]          | ``
                [{"type":"text","text":null}]          | ``
                [null, 3, [1], {"type":7}]             | ``
                """)
        void readsText(String content, String expected) {
            String wanted = expected.translateEscapes();

            ChatRequest before = withMessages("[{\"content\":" + content + ",\"role\":\"user\"}]");
            ChatRequest after = withMessages("[ {\"role\":\"user\" , \"content\" : " + content + " } ]");

            assertThat(before.messages().getFirst().text()).isEqualTo(wanted);
            assertThat(after.messages().getFirst().text()).isEqualTo(wanted);
        }

        @Test
        void pointsAtEveryMessage() {
            ChatRequest request = withMessages(
                    "[ {\"role\":\"system\",\"content\":\"é\"} ,\n {\"role\":\"assistant\",\"tool_calls\":[ {\"id\":\"1\"} ]},{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"r\"}, {\"role\":\"alien\"}]");

            assertThat(request.messages().stream().map(Message::role))
                    .containsExactly(Role.SYSTEM, Role.ASSISTANT, Role.TOOL, Role.OTHER);
            assertThat(at(request, request.messages().get(0).span()))
                    .isEqualTo("{\"role\":\"system\",\"content\":\"é\"}");
            assertThat(at(request, request.messages().get(1).toolCalls().orElseThrow()))
                    .isEqualTo("[ {\"id\":\"1\"} ]");
            assertThat(at(request, request.messages().get(0).texts().getFirst().span()))
                    .isEqualTo("\"é\"");
            assertThat(at(request, request.messages().get(3).span())).isEqualTo("{\"role\":\"alien\"}");
            assertThat(request.messages().get(3).toString()).contains("OTHER");
        }

        @Test
        void findsSystemAndUserTexts() {
            ChatRequest request = withMessages(
                    "[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"user\",\"content\":\"u1\"},{\"role\":\"system\",\"content\":\"late\"},{\"role\":\"user\",\"content\":\"u2\"},{\"role\":\"assistant\",\"content\":\"a\"}]");

            assertThat(request.systemText()).isEqualTo("s\nd");
            assertThat(request.firstUserText()).isEqualTo("u1");
            assertThat(request.lastUserText()).isEqualTo("u2");
            assertThat(request.texts().stream().map(JsonString::decode))
                    .containsExactly("s", "d", "u1", "late", "u2", "a");
            assertThat(withMessages("[]").firstUserText()).isEmpty();
            assertThat(withMessages("[]").lastUserText()).isEmpty();
            assertThat(withMessages("[]").systemText()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                [{"role":"user"}]                                                                              | false
                [{"role":"assistant","tool_calls":[]}]                                                         | false
                [{"role":"assistant","tool_calls":null}]                                                       | false
                [{"role":"assistant","tool_calls":[{"id":"a"}]}]                                               | true
                [{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"user"}]                               | true
                [{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"tool","tool_call_id":"a"}]            | true
                [{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"tool","tool_call_id":"a"},{"role":"assistant"}] | false
                [{"role":"assistant","tool_calls":[{"id":"a"},{"id":"b"}]},{"role":"tool","tool_call_id":"a"},{"role":"user"}] | true
                [{"role":"assistant","tool_calls":[{"id":"a"},{"id":"b"}]},{"tool_call_id":"b","role":"tool"},{"role":"tool","tool_call_id":"a"},{"role":"user"}] | false
                [{"role":"assistant","tool_calls":[{"id":"a"}]},{"role":"tool"},{"role":"user"}]               | false
                [{"role":"assistant","tool_calls":[4]},{"role":"user"}]                                        | false
                [{"role":"assistant","function_call":{"name":"f"}},{"role":"user"}]                            | true
                [{"role":"assistant","function_call":{"name":"f"}},{"role":"function"},{"role":"user"}]        | false
                [{"role":"function","content":"x"}]                                                            | true
                """)
        void knowsWhetherAToolLoopIsOpen(String messages, boolean expected) {
            assertThat(withMessages(messages).openToolLoop()).isEqualTo(expected);
        }

        @Test
        void samplesWithoutSplittingCharacters() {
            JsonString text = withMessages("[{\"role\":\"user\",\"content\":\"aé日🙂z\\\\n\"}]")
                    .texts()
                    .getFirst();

            for (int from = 0; from <= text.rawLength() + 2; from++) {
                for (int length = 0; length <= text.rawLength() + 2; length++) {
                    assertThat(text.sample(from, length)).doesNotContain("\ufffd");
                }
            }
            assertThat(text.sample(0, Integer.MAX_VALUE))
                    .isEqualTo(text.decode())
                    .isEqualTo("aé日🙂z\\n");
            assertThat(text.sample(2, 2)).isEmpty();
            assertThat(text.sample(1, 2)).isEqualTo("é");
            assertThat(text.toString()).doesNotContain("z");
        }
    }

    @Nested
    class Features {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                "tools":[{"type":"function","function":{"name":"f"}}]  | TOOLS
                "tools":[ ]                                            |
                "tools":null                                           |
                "functions":[{"name":"f"}]                             | TOOLS
                "audio":{"voice":"x"}                                  | AUDIO
                "audio":null                                           |
                "modalities":["text","audio"]                          | AUDIO
                "modalities":["text"]                                  |
                "modalities":"audio"                                   |
                "response_format":{"type":"json_object"}               | JSON_OBJECT
                "response_format":{"json_schema":{"type":"x"},"type":"json_schema"} | JSON_SCHEMA
                "response_format":{"type":"text"}                      |
                "response_format":"json_object"                        |
                "logprobs":true                                        | LOGPROBS
                "logprobs":false                                       |
                "top_logprobs":2                                       | LOGPROBS
                "n":2                                                  | MULTIPLE_CHOICES
                "n":1                                                  |
                "prediction":{"type":"content"}                        | PREDICTION
                "prediction":null                                      |
                "web_search_options":{}                                | WEB_SEARCH
                """)
        void namesWhatTheRequestAsksFor(String members, Feature expected) {
            assertThat(with(members).features())
                    .isEqualTo(expected == null ? java.util.Set.of() : java.util.Set.of(expected));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                {"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}        | VISION
                {"role":"user","content":[{"type":"video_url","video_url":{"url":"x"}}]}        | VISION
                {"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x"}}]}   | AUDIO
                {"role":"user","content":[{"type":"file","file":{"file_data":"x"}}]}            | FILES
                {"role":"tool","tool_call_id":"1","content":"x"}                                | TOOLS
                {"role":"assistant","tool_calls":[{"id":"1"}]}                                  | TOOLS
                {"role":"assistant","audio":{"id":"1"}}                                         | AUDIO
                {"role":"user","content":[{"type":"novel"}]}                                    |
                """)
        void namesWhatTheMessagesAskFor(String message, Feature expected) {
            assertThat(withMessages("[" + message + "]").features())
                    .isEqualTo(expected == null ? java.util.Set.of() : java.util.Set.of(expected));
        }

        @Test
        void countsImages() {
            ChatRequest request = withMessages(
                    "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"},{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image_url\"}]}]");

            assertThat(request.messages().getFirst().images()).isEqualTo(2);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                "store":true                    | true
                "store":false                   | false
                "store":"x"                     | false
                "previous_response_id":"r"      | true
                "previous_response_id":null     | false
                "conversation":{"id":"c"}       | true
                "metadata":{"store":true}       | false
                """)
        void knowsProviderState(String members, boolean expected) {
            assertThat(with(members).providerState()).isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"a\",\"file_id\":\"f\"}}]}",
                    "{\"role\":\"assistant\",\"audio\":{\"id\":\"a\"}}",
                    "{\"role\":\"assistant\",\"thinking_blocks\":[{}]}",
                    "{\"role\":\"assistant\",\"reasoning_details\":[{}]}"
                })
        void knowsProviderState_whenItIsInTheHistory(String message) {
            assertThat(withMessages("[" + message + "]").providerState()).isTrue();
        }
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                ``                                             |                  | invalid_json
                ` `                                            |                  | invalid_json
                []                                             |                  | invalid_type
                "x"                                            |                  | invalid_type
                null                                           |                  | invalid_type
                {}                                             | model            | missing_required_parameter
                {"messages":[]}                                | model            | missing_required_parameter
                {"model":"m"}                                  | messages         | missing_required_parameter
                {"model":5,"messages":[]}                      | model            | invalid_type
                {"model":null,"messages":[]}                   | model            | invalid_type
                {"model":" ","messages":[]}                    | model            | invalid_value
                {"model":"m","messages":{}}                    | messages         | invalid_type
                {"model":"m","messages":null}                  | messages         | invalid_type
                {"model":"m","messages":"hi"}                  | messages         | invalid_type
                {"model":"m","messages":[5]}                   | messages[0]      | invalid_type
                {"model":"m","messages":[{"role":"user"},[]]}  | messages[1]      | invalid_type
                {"model":"m","messages":[{}]}                  | messages[0].role | missing_required_parameter
                {"model":"m","messages":[{"role":5}]}          | messages[0].role | invalid_type
                {"model":"m","messages":[],"stream":1}         | stream           | invalid_type
                {"model":"m","messages":[],"stream":"true"}    | stream           | invalid_type
                {"model":"m","model":"m","messages":[]}        | model            | duplicate_parameter
                {"model":"m","mod\\u0065l":"n","messages":[]}  | model            | duplicate_parameter
                {"model":"m","messages":[],"messages":[]}      | messages         | duplicate_parameter
                {"stream":true,"model":"m","messages":[],"stream":true} | stream  | duplicate_parameter
                {"stream_options":{},"model":"m","messages":[],"stream_options":{}} | stream_options | duplicate_parameter
                {"model":"m","messages":[]} x                  |                  | invalid_json
                {"model":"m","messages":[]}{}                  |                  | invalid_json
                {"model":"m","messages":[{"role":"user","content":"x]}   | messages[0].content | invalid_json
                {"model":"m","messages":[{"role":"user",}]}    | messages[0].role | invalid_json
                """)
        void refuses(String json, String param, String code) {
            InvalidRequest refusal = refusal(json);

            assertThat(refusal.param()).isEqualTo(Optional.ofNullable(param));
            assertThat(refusal.code()).isEqualTo(code);
            assertThat(refusal.publicMessage()).matches(".{20,}[.?]");
        }

        @Test
        void tellsThePlaceButNotTheText_whenJsonIsBroken() {
            InvalidRequest refusal = refusal("{\"model\":\"m\",\n \"secret\": hunter2}");

            assertThat(refusal.publicMessage())
                    .contains("line 2")
                    .contains("secret")
                    .doesNotContain("hunter2");
            assertThat(refusal.param()).contains("secret");
        }

        @Test
        void tellsThatTheBodyWasCut_whenItEndsEarly() {
            assertThat(refusal("{\"model\":\"m\",\"messages\":[").publicMessage())
                    .contains("cut off");
        }
    }

    @Nested
    class Opaque {
        @Test
        void isOpaque_whenTheEncodingIsForeign() {
            String json = "{\"model\":\"m\",\"messages\":[]}";
            List<byte[]> bodies = List.of(
                    ("\ufeff" + json).getBytes(StandardCharsets.UTF_8),
                    json.getBytes(StandardCharsets.UTF_16),
                    json.getBytes(StandardCharsets.UTF_16LE),
                    json.getBytes(StandardCharsets.UTF_16BE),
                    json.getBytes(java.nio.charset.Charset.forName("UTF-32LE")),
                    json.getBytes(java.nio.charset.Charset.forName("UTF-32BE")),
                    "{\"model\":\"é\",\"messages\":[]}".getBytes(StandardCharsets.ISO_8859_1));

            assertThat(bodies)
                    .allSatisfy(body -> assertThat(ChatRequestReader.read(body)).isInstanceOf(OpaqueChat.class));
        }

        @Test
        void isOpaque_onlyWhenNestedDeeperThan64() {
            assertThat(nested(64)).isInstanceOf(ChatRequest.class);
            assertThat(nested(65)).isInstanceOf(OpaqueChat.class);
            assertThat(nested(100_000)).isInstanceOf(OpaqueChat.class);
        }

        private static ParsedChat nested(int depth) {
            String json =
                    "{\"model\":\"m\",\"messages\":[],\"x\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
            return ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
        }

        @Test
        void reads_whenStringsAndNumbersAndNamesAreHuge() {
            String huge = "x".repeat(25_000_000);

            ChatRequest request = read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + huge
                    + "\"}],\"" + "k".repeat(100_000) + "\":" + "9".repeat(100_000) + "}");

            assertThat(request.messages().getFirst().texts().getFirst().rawLength())
                    .isEqualTo(25_000_000);
        }
    }
}
