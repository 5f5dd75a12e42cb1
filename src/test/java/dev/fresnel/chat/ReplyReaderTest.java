package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
    private static ReplyFacts read(String json) {
        return ReplyReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void findsEveryFact_whenTheReplyIsOrdinary() {
        ReplyFacts facts = read("""
                {"id":"x","model":"gpt-x","choices":[
                  {"index":0,"message":{"role":"assistant","content":"Hé🙂","refusal":null,"tool_calls":[
                      {"id":"1","function":{"name":"f","arguments":"{}"}},7]},"finish_reason":"stop"},
                  {"index":1,"message":{"content":"b","reasoning_content":"cd"},"finish_reason":"length"}],
                 "usage":{"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":4}}}
                """);

        assertThat(facts)
                .isEqualTo(new ReplyFacts(
                        true,
                        Optional.of(new Usage(9, 4, 12, 0)),
                        Optional.of("gpt-x"),
                        Optional.of("stop"),
                        false,
                        true,
                        false,
                        8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"error":{"message":"x"}}                                                   | true  | true  | 0
            {"error":"x"}                                                               | true  | true  | 0
            {"error":null,"choices":[]}                                                 | true  | false | 0
            {"choices":[{"message":{"function_call":{"name":"f","arguments":"abc"}}}]}  | true  | false | 3
            {"choices":[{"message":null},5],"model":7,"usage":[]}                       | true  | false | 0
            {"choices":[{"message":{"content":[1],"tool_calls":null,"function_call":""}}],"model":""} | true | false | 0
            {"choices":{},"x":[{}]}                                                     | true  | false | 0
            {"choices":[{"message":{"content":"ab                                       | false | false | 0
            {"choices":[{"message":{"content":"ab"}                                     | false | false | 2
            {"choices":[]} {}                                                           | false | false | 0
            []                                                                          | false | false | 0
            `"x"`                                                                       | false | false | 0
            """)
    void readsWhatIsThere(String json, boolean readable, boolean error, long chars) {
        ReplyFacts facts = read(json);

        assertThat(facts.readable()).isEqualTo(readable);
        assertThat(facts.error()).isEqualTo(error);
        assertThat(facts.contentChars()).isEqualTo(chars);
        assertThat(facts.usage()).isEmpty();
        assertThat(facts.model()).isEmpty();
    }

    @Test
    void tellsARefusalAndAToolCall() {
        assertThat(read("{\"choices\":[{\"message\":{\"refusal\":\"no\"}}]}").refused())
                .isTrue();
        assertThat(read("{\"choices\":[{\"message\":{\"refusal\":null,\"content\":\"no\"}}]}")
                        .refused())
                .isFalse();
        assertThat(read("{\"choices\":[{\"message\":{\"tool_calls\":[{}]}}]}").toolCalls())
                .isTrue();
        assertThat(read("{\"choices\":[{\"message\":{\"function_call\":{\"name\":\"f\"}}}]}")
                        .toolCalls())
                .isTrue();
        assertThat(read("{\"choices\":[{\"message\":{\"tool_calls\":[]}}]}").toolCalls())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "<html>502</html>", "data: {}\n\n", "\u0000", "{\"a\"", "nul", "{\"a\":\"\\x\"}"})
    void findsNothing_whenTheBodyIsNoJson(String body) {
        assertThat(read(body))
                .isEqualTo(new ReplyFacts(
                        false, Optional.empty(), Optional.empty(), Optional.empty(), false, false, false, 0));
    }

    @Test
    void findsNothing_whenTheBodyIsHostile() {
        assertThat(read("\0\0\0{\u007f\u007f\u007f\u007f").readable())
                .as("UTF-32 out of range")
                .isFalse();
        assertThat(read("\0{\0\0").readable()).as("UTF-32 of odd byte order").isFalse();
        assertThat(read("[".repeat(100_000)).readable()).isFalse();
        assertThat(read("{\"x\":" + "[".repeat(100_000)).readable()).isFalse();
        assertThat(ReplyReader.read("{\"choices\":[]}".getBytes(StandardCharsets.UTF_16))
                        .usage())
                .isEmpty();
        assertThat(ReplyReader.read(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"'})
                        .readable())
                .isFalse();
    }
}
