package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies made to hurt, each with the one result it must have: {@code chat}, {@code opaque}, or the code of the refusal. */
class HostileJsonTest {
    private static final String HEAD = "{\"model\":\"m\",\"messages\":[],\"x\":";

    /** The body as Latin-1, so that any byte can be written. */
    record Case(String body, String result) {
        @Override
        public String toString() {
            return result + " " + (body.length() > 60 ? body.substring(0, 60) + "..." : body).replaceAll("[^ -~]", ".");
        }
    }

    private static Case value(String value, String result) {
        return new Case(HEAD + value + "}", result);
    }

    private static Case body(String body, String result) {
        return new Case(body, result);
    }

    static Stream<Case> cases() {
        return Stream.of(
                // Numbers: legal ones pass however long, illegal ones do not.
                value("1e400", "chat"),
                value("-0", "chat"),
                value("1E-99999999999", "chat"),
                value("9".repeat(50_000), "chat"),
                value("0." + "0".repeat(50_000) + "1", "chat"),
                value("01", "invalid_json"),
                value("+1", "invalid_json"),
                value(".5", "invalid_json"),
                value("1.", "invalid_json"),
                value("1e", "invalid_json"),
                value("0x10", "invalid_json"),
                value("NaN", "invalid_json"),
                value("Infinity", "invalid_json"),
                value("-", "invalid_json"),
                // Literals and structure.
                value("True", "invalid_json"),
                value("nul", "invalid_json"),
                value("'x'", "invalid_json"),
                value("[1,]", "invalid_json"),
                value("[,1]", "invalid_json"),
                value("[1 2]", "invalid_json"),
                value("{\"a\":1,}", "invalid_json"),
                value("{a:1}", "invalid_json"),
                value("{\"a\" 1}", "invalid_json"),
                value("{1:2}", "invalid_json"),
                value("[1}", "invalid_json"),
                value("{]", "invalid_json"),
                value("", "invalid_json"),
                value("/* c */ 1", "invalid_json"),
                value("1 // c\n", "invalid_json"),
                value("1 # c\n", "invalid_json"),
                value("\f1", "invalid_json"),
                value("\u00a01", "opaque"),
                // Strings.
                value("\"a\tb\"", "invalid_json"),
                value("\"a\nb\"", "invalid_json"),
                value("\"a\0b\"", "invalid_json"),
                value("\"\\x41\"", "invalid_json"),
                value("\"\\u12g4\"", "invalid_json"),
                value("\"\\u12\"", "invalid_json"),
                value("\"\\\"", "invalid_json"),
                value("\"\\ud800\"", "chat"),
                value("\"\\udc00\\ud800\"", "chat"),
                value("\"\u007f\"", "chat"),
                // Encodings: legal UTF-8 of every length, then what only looks like it.
                value("\"\u00c3\u00a9\u00e6\u0097\u00a5\u00f0\u009f\u0099\u0082\"", "chat"),
                value("\"\u00c0\u0080\"", "opaque"),
                value("\"\u00c1\u00bf\"", "opaque"),
                value("\"\u00e0\u0080\u0080\"", "opaque"),
                value("\"\u00ed\u00a0\u0080\"", "opaque"),
                value("\"\u00f0\u0080\u0080\u0080\"", "opaque"),
                value("\"\u00f4\u0090\u0080\u0080\"", "opaque"),
                value("\"\u00f5\u0080\u0080\u0080\"", "opaque"),
                value("\"\u0080\"", "opaque"),
                value("\"\u00ff\"", "opaque"),
                value("\"\u00e6\u0097\"", "opaque"),
                value("\"\u00f0\u009f\u0099\"", "opaque"),
                body(HEAD + "\"\u00c3", "opaque"),
                body("\u00ef\u00bb\u00bf{\"model\":\"m\",\"messages\":[]}", "opaque"),
                body("\u00ff\u00fe{\0}\0", "opaque"),
                body("\0{", "opaque"),
                // Ends and edges of the whole.
                body("{", "invalid_json"),
                body("{\"model\"", "invalid_json"),
                body("{\"model\":", "invalid_json"),
                body("{\"model\":\"m\",\"messages\":[", "invalid_json"),
                body("{\"model\":\"m\",\"messages\":[{", "invalid_json"),
                body("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}", "invalid_json"),
                body("{\"model\":\"m\",\"messages\":[]}}", "invalid_json"),
                body("{\"model\":\"m\",\"messages\":[]},", "invalid_json"),
                body("\t\r\n {\"model\":\"m\",\"messages\":[]}\t\r\n ", "chat"),
                body("{\"model\":\"m\",\"messages\":[]}\0", "invalid_json"),
                body("\r\n\t ", "invalid_json"),
                // Parser differentials: a second key that another parser would believe.
                body("{\"model\":\"m\",\"messages\":[],\"\\u006dodel\":\"big\"}", "duplicate_parameter"),
                body("{\"model\":\"m\",\"messages\":[],\"Model\":\"big\",\"model \":1,\"model\\u0000\":2}", "chat"),
                body("{\"model\":\"m\",\"messages\":[],\"stream\":false,\"stream\":true}", "duplicate_parameter"),
                body("{\"model\":\"m\",\"messages\":[],\"max_tokens\":1,\"max_tokens\":2}", "chat"),
                body("{\"model\":\"m\",\"messages\":[],\"\":1,\"\":2}", "chat"),
                // Depth and size.
                value("[".repeat(63) + "]".repeat(63), "chat"),
                value("[".repeat(64) + "]".repeat(64), "opaque"),
                value("{\"a\":".repeat(64) + "1" + "}".repeat(64), "opaque"),
                value("[".repeat(500_000), "opaque"),
                value("\"" + "\\u0041".repeat(100_000) + "\"", "chat"),
                value("[" + "{},".repeat(100_000) + "{}]", "chat"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasItsDefinedResult(Case hostile) {
        byte[] body = hostile.body().getBytes(StandardCharsets.ISO_8859_1);

        assertThat(resultOf(body)).isEqualTo(hostile.result());
    }

    private static String resultOf(byte[] body) {
        try {
            return switch (ChatRequestReader.read(body)) {
                case ChatRequest request -> {
                    assertThat(request.bytes()).isSameAs(body);
                    yield "chat";
                }
                case OpaqueChat opaque -> {
                    assertThat(opaque.reason()).isNotBlank();
                    yield "opaque";
                }
            };
        } catch (GatewayException e) {
            return ((InvalidRequest) e.failure()).code();
        }
    }
}
