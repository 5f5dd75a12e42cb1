package dev.fresnel.chat;

import static dev.fresnel.chat.ChatRequestReaderTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.ModelName;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewriteTest {
    private static final ModelName MODEL = new ModelName("m");

    private static RewritePlan lens(String block) {
        return new RewritePlan(MODEL, Optional.of(block), UsageAsk.KEEP, Optional.empty());
    }

    private static RewritePlan params(ParamCaps caps) {
        return new RewritePlan(MODEL, Optional.empty(), UsageAsk.KEEP, Optional.of(caps));
    }

    private static final RewritePlan ASK = new RewritePlan(MODEL, Optional.empty(), UsageAsk.ASK, Optional.empty());

    /** Applies the plan, checks that a second time changes nothing, and gives the text. */
    private static String applied(String json, RewritePlan plan) {
        byte[] once = Rewrite.apply(read(json), plan);

        String text = new String(once, StandardCharsets.UTF_8);
        assertThat(text.getBytes(StandardCharsets.UTF_8)).as("valid UTF-8").isEqualTo(once);
        ChatRequest again = read(text);
        assertThat(Rewrite.apply(again, plan)).as("twice is once").isSameAs(again.bytes());
        return text;
    }

    @Nested
    class ToModel {
        @Test
        void changesOnlyTheModelsBytes() {
            ChatRequest request = read(
                    "{ \"mod\\u0065l\" :\t\"a\\u0062\" , \"messages\":[ ],\"x\":1E2,\"y\":1e400,\"z\":1.0000000000000000000001}\n");

            byte[] rewritten = Rewrite.toModel(request, new ModelName("neu\"é\ud83d"));

            assertThat(new String(rewritten, StandardCharsets.UTF_8))
                    .isEqualTo(
                            "{ \"mod\\u0065l\" :\t\"neu\\\"é\\ud83d\" , \"messages\":[ ],\"x\":1E2,\"y\":1e400,\"z\":1.0000000000000000000001}\n");
        }

        @Test
        void returnsTheOriginal_whenTheModelIsNamedAlready() {
            ChatRequest request = read("{\"model\":\"\\u006d\",\"messages\":[]}");

            assertThat(Rewrite.toModel(request, MODEL)).isSameAs(request.bytes());
        }
    }

    @Nested
    class LensBlock {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                [{"role":"system","content":"op"},{"role":"user"}]                 | [{"role":"system","content":"op\\n\\nL"},{"role":"user"}]
                [{"content":"op","role":"system"}]                                 | [{"content":"op\\n\\nL","role":"system"}]
                [{"role":"developer","content":""}]                                | [{"role":"developer","content":"L"}]
                [{"role":"system","content":"a"},{"role":"developer","content":"b\\u0022"},{"role":"user"},{"role":"system","content":"c"}] | [{"role":"system","content":"a"},{"role":"developer","content":"b\\u0022\\n\\nL"},{"role":"user"},{"role":"system","content":"c"}]
                [{"role":"system","content":[{"type":"text","text":"op"} ] }]      | [{"role":"system","content":[{"type":"text","text":"op"} ,{"type":"text","text":"L"}] }]
                [{"role":"system","content":[ ]}]                                  | [{"role":"system","content":[ {"type":"text","text":"L"}]}]
                [{"role":"system","content":[{"type":"novel"}]}]                   | [{"role":"system","content":[{"type":"novel"},{"type":"text","text":"L"}]}]
                [{"role":"system","content":null},{"role":"user"}]                 | [{"role":"system","content":null},{"role":"system","content":"L"},{"role":"user"}]
                [ {"role":"developer"} ]                                           | [ {"role":"developer"},{"role":"developer","content":"L"} ]
                [{"role":"system","content":7}]                                    | [{"role":"system","content":7},{"role":"system","content":"L"}]
                [{"role":"user","content":"u"},{"role":"system","content":"late"}] | [{"role":"system","content":"L"},{"role":"user","content":"u"},{"role":"system","content":"late"}]
                [ {"role":"user"}]                                                 | [{"role":"system","content":"L"}, {"role":"user"}]
                []                                                                 | [{"role":"system","content":"L"}]
                [ ]                                                                | [{"role":"system","content":"L"} ]
                """)
        void standsAfterTheOperatorsText(String messages, String expected) {
            assertThat(applied("{\"messages\":" + messages + ",\"model\":\"m\"}", lens("L")))
                    .isEqualTo("{\"messages\":" + expected + ",\"model\":\"m\"}");
        }

        @Test
        void survives_whenItHoldsEverythingThatNeedsEscaping() {
            String block =
                    "\"q\" \\ / \n\r\t\b\f\0\u001f\u007f\u2028 é日🙂 lone \ud800 and \udc00, reversed \udc00\ud800";

            String text =
                    applied("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}", lens(block));
            String part = applied("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":[]}]}", lens(block));

            assertThat(read(text).systemText()).isEqualTo("x\n\n" + block);
            assertThat(read(part).systemText()).isEqualTo(block);
        }

        @Test
        void isRecognised_whenSomebodyEscapedItDifferently() {
            ChatRequest request = read(
                    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"op\\n\\n\\u004c\\u00e9\"}]}");

            assertThat(Rewrite.apply(request, lens("Lé"))).isSameAs(request.bytes());
        }

        @Test
        void isNotSought_whenItIsEmpty() {
            ChatRequest request = read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}");

            assertThat(Rewrite.apply(request, lens(""))).isSameAs(request.bytes());
        }
    }

    @Nested
    class Usage {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"stream":true,M}                                            | {"stream":true,M,"stream_options":{"include_usage":true}}
                { "stream":true, M \t}                                       | { "stream":true, M,"stream_options":{"include_usage":true} \t}
                {"stream":true,"stream_options":null,M}                      | {"stream":true,"stream_options":{"include_usage":true},M}
                {"stream":true,"stream_options":{ },M}                       | {"stream":true,"stream_options":{"include_usage":true },M}
                {"stream":true,"stream_options":{"x":1},M}                   | {"stream":true,"stream_options":{"include_usage":true,"x":1},M}
                {"stream":true,"stream_options":{"include_usage":false},M}   | {"stream":true,"stream_options":{"include_usage":true},M}
                {"stream":true,"stream_options":{"include_usage" : null},M}  | {"stream":true,"stream_options":{"include_usage" : true},M}
                {"stream":true,"stream_options":{"include_usage":true},M}    | {"stream":true,"stream_options":{"include_usage":true},M}
                {"stream":true,"stream_options":{"include_usage":"y"},M}     | {"stream":true,"stream_options":{"include_usage":"y"},M}
                {"stream":true,"stream_options":"odd",M}                     | {"stream":true,"stream_options":"odd",M}
                {"stream":false,M}                                           | {"stream":false,M}
                {"stream":null,M}                                            | {"stream":null,M}
                {M}                                                          | {M}
                """)
        void isAskedFor_onlyWhereAStreamDoesNotAskAlready(String json, String expected) {
            String members = "\"model\":\"m\",\"messages\":[]";

            assertThat(applied(json.replace("M", members), ASK)).isEqualTo(expected.replace("M", members));
        }
    }

    @Nested
    class Params {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {M}                                                | {M,"max_tokens":100}
                {"max_tokens":null,M}                              | {"max_tokens":100,M}
                {"max_completion_tokens":null,M}                   | {"max_completion_tokens":100,M}
                {"max_completion_tokens":null,"max_tokens":null,M} | {"max_completion_tokens":null,"max_tokens":100,M}
                {"max_tokens":101,M}                               | {"max_tokens":100,M}
                {"max_tokens":1e400,M}                             | {"max_tokens":100,M}
                {"max_tokens":1e99999999999,M}                     | {"max_tokens":100,M}
                {"max_tokens":100,M}                               | {"max_tokens":100,M}
                {"max_tokens":1E2,M}                               | {"max_tokens":1E2,M}
                {"max_tokens":5,M}                                 | {"max_tokens":5,M}
                {"max_tokens":-5,M}                                | {"max_tokens":-5,M}
                {"max_tokens":"900",M}                             | {"max_tokens":"900",M}
                {"max_completion_tokens":900,M}                    | {"max_completion_tokens":100,M}
                {"max_completion_tokens":900,"max_tokens":50,M}    | {"max_completion_tokens":100,"max_tokens":50,M}
                {"max_completion_tokens":90,"max_tokens":500,M}    | {"max_completion_tokens":90,"max_tokens":100,M}
                """)
        void capTheOutput(String json, String expected) {
            String members = "\"model\":\"m\",\"messages\":[]";
            ParamCaps caps = new ParamCaps(OptionalLong.of(100), Optional.empty(), Optional.empty());

            assertThat(applied(json.replace("M", members), params(caps))).isEqualTo(expected.replace("M", members));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {M}                                             | {M,"temperature":0.20,"reasoning_effort":"low"}
                {"temperature":null,"reasoning_effort":null,M}  | {"temperature":0.20,"reasoning_effort":"low",M}
                {"temperature":1,"reasoning_effort":"high",M}   | {"temperature":1,"reasoning_effort":"high",M}
                {"temperature":"odd","reasoning":{"effort":"high"},M} | {"temperature":"odd","reasoning":{"effort":"high"},M}
                {"temperature":2,"reasoning":null,M}            | {"temperature":2,"reasoning":null,M,"reasoning_effort":"low"}
                """)
        void areAdded_whereTheClientSetNone(String json, String expected) {
            String members = "\"model\":\"m\",\"messages\":[]";
            ParamCaps caps =
                    new ParamCaps(OptionalLong.empty(), Optional.of(new BigDecimal("0.20")), Optional.of("low"));

            assertThat(applied(json.replace("M", members), params(caps))).isEqualTo(expected.replace("M", members));
        }

        @Test
        void changeNothing_whenThereAreNone() {
            ChatRequest request = read("{\"model\":\"m\",\"messages\":[]}");

            assertThat(Rewrite.apply(request, params(ParamCaps.NONE))).isSameAs(request.bytes());
        }
    }

    @Test
    void doesAllAtOnce() {
        String json =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],\"n\":1e0,\"stream\":true,\"model\":\"big\",\"max_tokens\":900 }";
        RewritePlan plan = new RewritePlan(
                new ModelName("small"),
                Optional.of("L"),
                UsageAsk.ASK,
                Optional.of(new ParamCaps(OptionalLong.of(100), Optional.of(BigDecimal.ZERO), Optional.empty())));

        assertThat(applied(json, plan))
                .isEqualTo(
                        "{\"messages\":[{\"role\":\"system\",\"content\":\"L\"},{\"role\":\"user\",\"content\":\"u\"}],\"n\":1e0,\"stream\":true,\"model\":\"small\",\"max_tokens\":100,\"stream_options\":{\"include_usage\":true},\"temperature\":0 }");
    }
}
