package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatStreamTest {
    private static final String HELLO = """
            data: {"id":"1","model":"gpt-x","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

            data: {"model":"gpt-x","choices":[{"index":0,"delta":{"content":"Hé🙂\\n\\ud83d\\ude42\\""},"finish_reason":null}],"usage":null}

            data: {"model":"gpt-x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

            """;
    private static final String USAGE =
            "data: {\"model\":\"gpt-x\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21,\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":3}}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    /** What went out, and what was known at the end. */
    private record Run(String out, StreamFacts facts) {}

    private static Run run(UsageChunk usageChunk, byte[] bytes, int chunkSize) {
        ChatStream stream = new ChatStream(usageChunk);
        Buffer out = Buffer.buffer();
        for (int i = 0; i < bytes.length; i += chunkSize) {
            Buffer chunk = Buffer.buffer(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + chunkSize)));
            Buffer forwarded = stream.push(chunk);
            if (usageChunk == UsageChunk.KEEP) {
                assertThat(forwarded).isSameAs(chunk);
            }
            out.appendBuffer(forwarded);
        }
        out.appendBuffer(stream.finish());
        return new Run(out.toString("ISO-8859-1"), stream.facts());
    }

    /** Runs at chunk sizes 1, 7, 1460 and whole, and insists that they agree. */
    private static Run run(UsageChunk usageChunk, String text) {
        byte[] bytes = Buffer.buffer(text).getBytes();
        Run whole = run(usageChunk, bytes, Math.max(1, bytes.length));
        for (int size : new int[] {1, 7, 1460}) {
            assertThat(run(usageChunk, bytes, size)).as("chunks of %d", size).isEqualTo(whole);
        }
        return new Run(
                Buffer.buffer(whole.out().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
                        .toString(),
                whole.facts());
    }

    private static StreamFacts facts(String text) {
        return run(UsageChunk.KEEP, text).facts();
    }

    private static StreamFacts factsOf(String json) {
        return facts("data: " + json + "\n\n");
    }

    @Nested
    class Facts {
        @Test
        void areComplete_whenAReplyIsOrdinary() {
            StreamFacts facts = facts(HELLO + USAGE + DONE);

            assertThat(facts)
                    .isEqualTo(new StreamFacts(
                            true,
                            true,
                            Optional.of(new dev.fresnel.chat.Usage(9, 4, 12, 3)),
                            Optional.of("gpt-x"),
                            Optional.of("stop"),
                            false,
                            5,
                            true,
                            6));
        }

        @Test
        void areNone_whenNothingCame() {
            assertThat(new ChatStream(UsageChunk.KEEP).facts())
                    .isEqualTo(new StreamFacts(
                            false, false, Optional.empty(), Optional.empty(), Optional.empty(), false, 0, true, 0));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"choices":[{"delta":{"content":"a"}}]}                                             | true  | 1
                {"choices":[{"delta":{"content" : "a\\u00e9\\\\"}}]}                                | true  | 3
                {"choices":[{"delta":{"content":""}}]}                                              | false | 0
                {"choices":[{"delta":{"content":null}}]}                                            | false | 0
                {"choices":[{"delta":{"refusal":"no"}}]}                                            | true  | 2
                {"choices":[{"delta":{"reasoning_content":"hmm"}}]}                                 | true  | 3
                {"choices":[{"delta":{"reasoning":"hmm"}}]}                                         | true  | 3
                {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":""}}]}}]}    | true  | 0
                {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a"}}]}}]} | true | 3
                {"choices":[{"delta":{"tool_calls":[]}}]}                                           | false | 0
                {"choices":[{"delta":{"tool_calls":null}}]}                                         | false | 0
                {"choices":[{"delta":{"function_call":{"name":"f"}}}]}                              | true  | 0
                {"choices":[{"delta":{"function_call":null}}]}                                      | false | 0
                {"choices":[{"delta":{},"logprobs":{"content":[{"token":"x"}]}}]}                   | false | 0
                {"content":"top","choices":[]}                                                      | false | 0
                {"choices":[{"delta":{"role":"content","x":"\\"content\\":\\"no\\""}}]}             | false | 0
                """)
        void noteContent(String json, boolean seen, long chars) {
            StreamFacts facts = factsOf(json);

            assertThat(facts.contentSeen()).isEqualTo(seen);
            assertThat(facts.contentChars()).isEqualTo(chars);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"error":{"message":"x"}}                | true
                {"error" : {"message":"x"},"choices":[]} | true
                {"error":"overloaded"}                   | true
                {"error":null,"choices":[]}              | false
                {"choices":[{"error":{"x":1}}]}          | false
                """)
        void noteErrors(String json, boolean expected) {
            assertThat(factsOf(json).errorEvent()).isEqualTo(expected);
        }

        @Test
        void noteErrors_whenOnlyTheEventsNameSaysSo() {
            assertThat(facts("event: error\ndata: {\"message\":\"x\"}\n\n").errorEvent())
                    .isTrue();
            assertThat(facts("event: errors\ndata: {}\n\n").errorEvent()).isFalse();
            assertThat(facts("event: error\n\n").errorEvent()).isFalse();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
                {"usage":{"prompt_tokens":1,"completion_tokens":2}}                            | 1 | 0 | 2 | 0
                {"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1}}            | 1 | 0 | 0 | 0
                {"usage":{"prompt_tokens":5,"prompt_cache_hit_tokens":3,"completion_tokens":1}} | 5 | 3 | 1 | 0
                {"usage":{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9,"x":[]},"completion_tokens":1,"completion_tokens_details":null}} | 5 | 5 | 1 | 0
                {"usage":{"prompt_tokens":-5,"completion_tokens":1e3,"x":{"y":[1]}}}           | 0 | 0 | 0 | 0
                {"usage":{"prompt_tokens":99999999999999999999,"completion_tokens":1}}         | 0 | 0 | 1 | 0
                """)
        void readUsage(String json, long input, long cached, long output, long reasoning) {
            assertThat(factsOf(json).usage()).contains(new dev.fresnel.chat.Usage(input, cached, output, reasoning));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"usage\":null}",
                    "{\"usage\":{}}",
                    "{\"usage\":{\"total_tokens\":3}}",
                    "{\"usage\":[1]}",
                    "{\"x\":{\"usage\":{\"prompt_tokens\":1}}}",
                    "{\"usage\":{\"prompt_tokens\":1",
                    "{\"usage\":{\"prompt_tokens\":x}}",
                    "{\"usage\":{\0\0\0\u007f\u007f\u007f\u007f}}",
                    "{\"usage\"",
                    "{\"usage\":",
                    "{\"model\":\"unterminated",
                    "{\"model\":\"\\",
                    "{\"choices\":[{\"delta\":{\"content\":\"",
                    "\"",
                    "garbage",
                    "]]]]}}}}",
                    "{\"model\":\"\"}",
                    "{\"model\":5}"
                })
        void haveNoUsageAndNoModel_whenThereIsNone(String json) {
            assertThat(factsOf(json).usage()).isEmpty();
            assertThat(factsOf(json).model()).isEmpty();
        }

        @Test
        void keepTheLastUsage_whenEveryChunkReportsIt() {
            String chunks =
                    "data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\ndata: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";

            assertThat(facts(chunks).usage()).contains(dev.fresnel.chat.Usage.of(1, 2));
        }

        @Test
        void forgetNoName_whenItIsTooLongToBeOne() {
            assertThat(factsOf("{\"model\":\"" + "x".repeat(300) + "\"}").model())
                    .isEmpty();
        }
    }

    @Nested
    class Lines {
        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n", "\r"})
        void mayEndInAnyOfThreeWays(String lineEnd) {
            String text = (": hi\n\n" + HELLO + USAGE + DONE).replace("\n", lineEnd);

            Run kept = run(UsageChunk.KEEP, text);
            Run dropped = run(UsageChunk.DROP, text);

            assertThat(kept.out()).isEqualTo(text);
            assertThat(kept.facts().done()).isTrue();
            assertThat(kept.facts().events()).isEqualTo(5);
            assertThat(dropped.out()).isEqualTo((": hi\n\n" + HELLO + DONE).replace("\n", lineEnd));
            assertThat(dropped.facts()).isEqualTo(kept.facts());
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
                data:[DONE]\\n\\n|true|1
                data: [DONE]\\n\\n|true|1
                data:  [DONE]  \\n\\n|true|1
                data: [DONE]|true|1
                data: [DONE]\\n|true|1
                : ping\\ndata: [DONE]\\n\\n|true|1
                data: [DONE]\\nid: 4\\nretry: 1\\nunknown\\n\\n|true|1
                \\n\\n\\ndata: [DONE]\\n\\n|true|1
                \\ufeffdata: [DONE]\\n\\n|true|1
                : [DONE]\\n\\n|false|0
                data: "[DONE]"\\n\\n|false|1
                data: [DONE\\ndata: ]\\n\\n|false|1
                datax: [DONE]\\n\\n|false|0
                 data: [DONE]\\n\\n|false|0
                data\\n\\n|false|0
                data:\\n\\n|false|0
                event: x\\n\\n|false|0
                dat|false|0
                """)
        void areReadAsTheStandardSays(String text, boolean done, long events) {
            String unescaped = text.replace("\\ufeff", "\ufeff").replace("\\n", "\n");

            StreamFacts facts = facts(unescaped);

            assertThat(facts.done()).isEqualTo(done);
            assertThat(facts.events()).isEqualTo(events);
        }

        @Test
        void areJoined_whenDataComesInSeveral() {
            String text =
                    "data: {\"model\":\ndata: \"m\",\ndata:\"choices\":[{\"delta\":\ndata: {\"content\":\"ab\"}}]}\n\n";

            assertThat(facts(text).model()).contains("m");
            assertThat(facts(text).contentChars()).isEqualTo(2);
        }
    }

    @Nested
    class Dropping {
        @Test
        void takesTheUsageChunkOut_andNothingElse() {
            String azure = "data: {\"choices\":[],\"model\":\"\",\"prompt_filter_results\":[{}]}\n\n";
            String continuous = "data: {\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":1}}\n\n";

            Run run = run(UsageChunk.DROP, azure + HELLO + ": ping\n\n" + continuous + USAGE + DONE + "trailing");

            assertThat(run.out()).isEqualTo(azure + HELLO + ": ping\n\n" + continuous + DONE + "trailing");
            assertThat(run.facts().usage()).contains(new dev.fresnel.chat.Usage(9, 4, 12, 3));
            assertThat(run.facts().events()).isEqualTo(7);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"choices":[],"usage":{"prompt_tokens":1}}            | true
                {"usage":{"prompt_tokens":1}, "choices" : [ ]}        | true
                {"choices":[],"usage":{}}                             | true
                {"choices":[],"usage":null}                           | false
                {"choices":[]}                                        | false
                {"usage":{"prompt_tokens":1}}                         | false
                {"choices":[{}],"usage":{"prompt_tokens":1}}          | false
                {"choices":null,"usage":{"prompt_tokens":1}}          | false
                {"choices":[],"usage":{"prompt_tokens":1},"error":{}} | false
                {"choices":[],"usage":{"prompt_tokens":1}             | false
                {"x":{"choices":[]},"usage":{"prompt_tokens":1}}      | false
                """)
        void knowsTheUsageChunk(String json, boolean isOne) {
            String event = "data: " + json + "\n\n";

            assertThat(run(UsageChunk.DROP, event).out()).isEqualTo(isOne ? "" : event);
        }

        @Test
        void withholdsOnlyAnUnfinishedEvent() {
            ChatStream stream = new ChatStream(UsageChunk.DROP);

            Buffer first = stream.push(Buffer.buffer("data: 1\n\ndata: 2"));
            Buffer second = stream.push(Buffer.buffer("2\n"));
            Buffer third = stream.push(Buffer.buffer("\ndata: 3"));
            boolean boundary = stream.facts().atEventBoundary();
            Buffer last = stream.finish();

            assertThat(first.toString()).isEqualTo("data: 1\n\n");
            assertThat(second.length()).isZero();
            assertThat(third.toString()).isEqualTo("data: 22\n\n");
            assertThat(boundary).isTrue();
            assertThat(last.toString()).isEqualTo("data: 3");
            assertThat(stream.facts().atEventBoundary()).isFalse();
            assertThat(stream.finish().length()).isZero();
        }

        @Test
        void forwardsTheVeryChunk_whenItHoldsWholeEvents() {
            Buffer chunk = Buffer.buffer(HELLO);

            assertThat(new ChatStream(UsageChunk.DROP).push(chunk)).isSameAs(chunk);
        }

        @Test
        void dropsTheUsageChunk_whenTheStreamEndsWithoutItsBlankLine() {
            Run run = run(UsageChunk.DROP, HELLO + USAGE.stripTrailing());

            assertThat(run.out()).isEqualTo(HELLO);
            assertThat(run.facts().usage()).isPresent();
            assertThat(run.facts().atEventBoundary()).isTrue();
        }
    }

    @Nested
    class Boundary {
        @Test
        void isKnownUnderKeep() {
            ChatStream stream = new ChatStream(UsageChunk.KEEP);

            List<Boolean> boundaries = new ArrayList<>();
            for (String chunk : List.of("da", "ta: 1\n", "\n", ": x\n\n", "data: 2\r\n\r", "\n", "d")) {
                assertThat(stream.push(Buffer.buffer(chunk)).toString()).isEqualTo(chunk);
                boundaries.add(stream.facts().atEventBoundary());
            }

            assertThat(boundaries).containsExactly(false, false, true, true, true, true, false);
        }

        @Test
        void isNone_whenTheStreamEndedInsideAnEvent() {
            assertThat(facts("data: 1\n\ndata: 2").atEventBoundary()).isFalse();
            assertThat(facts("data: 1\n\n").atEventBoundary()).isTrue();
        }
    }

    @Nested
    class HugeEvents {
        @ParameterizedTest
        @EnumSource(UsageChunk.class)
        void passUnread_andWhatFollowsIsReadAgain(UsageChunk usageChunk) {
            String huge = "data: " + "x".repeat(ChatStream.MAX_EVENT) + "\r\n\r\n";
            byte[] bytes = Buffer.buffer(HELLO + huge + USAGE + DONE).getBytes();
            String forwarded = HELLO + huge + (usageChunk == UsageChunk.DROP ? "" : USAGE) + DONE;

            for (int size : new int[] {7, 1460, 300_000, bytes.length}) {
                Run run = run(usageChunk, bytes, size);

                assertThat(run.out()).isEqualTo(Buffer.buffer(forwarded).toString("ISO-8859-1"));
                assertThat(run.facts().done()).isTrue();
                assertThat(run.facts().atEventBoundary()).isTrue();
                assertThat(run.facts().usage()).isPresent();
                assertThat(run.facts().events())
                        .isEqualTo(facts(HELLO + USAGE + DONE).events() + 1);
                assertThat(run.facts().contentSeen()).isTrue();
            }
        }

        @ParameterizedTest
        @EnumSource(UsageChunk.class)
        void leaveTheStreamInsideAnEvent_whenItEndsThere(UsageChunk usageChunk) {
            byte[] bytes = Buffer.buffer(HELLO + "data: " + "x".repeat(ChatStream.MAX_EVENT) + "\n")
                    .getBytes();

            for (int size : new int[] {1460, bytes.length}) {
                Run run = run(usageChunk, bytes, size);

                assertThat(run.out()).isEqualTo(Buffer.buffer(bytes).toString("ISO-8859-1"));
                assertThat(run.facts().done()).isFalse();
                assertThat(run.facts().atEventBoundary()).isFalse();
            }
        }

        @Test
        void areReadUpToTheLimit() {
            String json = "{\"choices\":[{\"delta\":{\"content\":\"\"}}]}";
            int room = ChatStream.MAX_EVENT - "data: \n\n".length() - json.length();
            String event = "data: " + json.replace("\"\"", "\"" + "x".repeat(room) + "\"") + "\n\n";
            byte[] bytes = Buffer.buffer(event + DONE).getBytes();

            for (int size : new int[] {1000, 65536, bytes.length}) {
                StreamFacts facts = run(UsageChunk.DROP, bytes, size).facts();

                assertThat(facts.done()).isTrue();
                assertThat(facts.contentChars()).isEqualTo(room);
            }
        }
    }

    static java.util.stream.LongStream seeds() {
        return java.util.stream.LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void chunkBordersMakeNoDifference_whateverComes(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> pieces = List.of(
                HELLO,
                USAGE,
                DONE,
                "\n",
                "\r",
                "\r\n",
                "data",
                "data:",
                ": c\n",
                "x",
                "\"",
                "{",
                "é🙂",
                "event: error\n",
                "data: {\"error\":{}}\n\n",
                "data: {\"choices\":[],\"usage\":{}}",
                "\\",
                "\ufeff");
        StringBuilder text = new StringBuilder();
        for (int i = 0, n = 1 + random.nextInt(30); i < n; i++) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }

        Run kept = run(UsageChunk.KEEP, text.toString());
        Run dropped = run(UsageChunk.DROP, text.toString());

        assertThat(kept.out()).isEqualTo(text.toString());
        assertThat(dropped.facts().usage()).isEqualTo(kept.facts().usage());
        assertThat(dropped.facts().events()).isEqualTo(kept.facts().events());
        Run again = run(UsageChunk.DROP, dropped.out());
        assertThat(again.out())
                .as("what was dropped once leaves nothing to drop")
                .isEqualTo(dropped.out());
    }
}
