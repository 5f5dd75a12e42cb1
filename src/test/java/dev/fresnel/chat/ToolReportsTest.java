package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolReportsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"isError":true}                     | true
            {"x":1,"is_error":true}              | true
            {"error":"not found"}                | true
            {"error":{"code":5}}                 | true
            {"error":true}                       | true
            {"exit_code":1}                      | true
            {"stdout":"","exitCode":-1}          | true
            {"returncode":2}                     | true
              {"exit_status":127}                | true
            {"isError":false}                    | false
            {"isError":"true"}                   | false
            {"error":null}                       | false
            {"error":""}                         | false
            {"error":false}                      | false
            {"error":[]}                         | false
            {"exit_code":0}                      | false
            {"exit_code":"1"}                    | false
            {"result":{"error":"x"}}             | false
            Error: {"isError":true}              | false
            {"isError":true} and more            | false
            {"isError":true                      | false
            [{"isError":true}]                   | false
            ``                                   | false
            Traceback (most recent call last)    | false
            """)
    void believeOnlyWhatSaysSoInSoManyWords(String content, boolean error) {
        assertThat(ToolReports.tellsOfAnError(content)).isEqualTo(error);
    }

    @Test
    void lookOnlyAtTheEndOfTheConversation() {
        String bad = "{\"role\":\"tool\",\"content\":\"{\\\"isError\\\":true}\"}";
        String good = "{\"role\":\"tool\",\"content\":\"{}\"}";
        String user = "{\"role\":\"user\",\"content\":\"{\\\"isError\\\":true}\"}";

        assertThat(tell(bad)).isTrue();
        assertThat(tell(user, bad, good)).as("one of several").isTrue();
        assertThat(tell(bad, user)).isFalse();
        assertThat(tell(user)).isFalse();
        assertThat(tell()).isFalse();
    }

    private static boolean tell(String... messages) {
        String json = "{\"model\":\"m\",\"messages\":[" + String.join(",", messages) + "]}";
        return ToolReports.tellOfAnError((ChatRequest) ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8)));
    }
}
