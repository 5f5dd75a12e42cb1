package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceCollectorTest {
    private static final String STREAM = """
            data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

            data: {"choices":[{"index":0,"delta":{"content":"Hé"}},{"index":1,"delta":{"content":"other"}}]}

            data: {"choices":[{"delta":{"content":"\\n🙂"},"index":0}]}

            data: {"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":"add","arguments":""}}]}}]}

            data: {"choices":[{"index":1,"delta":{"tool_calls":[{"index":1,"function":{"name":"now","arguments":"{}"}},{"index":0,"function":{"arguments":"{\\"a\\":"}}]}}]}

            data: {"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"choices":[],"usage":{"prompt_tokens":1}}

            data: [DONE]

            """;

    @Test
    void putsAStreamTogether_whereverItsChunksEnd() {
        byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int size : new int[] {1, 7, 100, bytes.length}) {
            ChatStream stream = new ChatStream(UsageChunk.KEEP, Optional.of(new ChoiceCollector(1000)));
            for (int i = 0; i < bytes.length; i += size) {
                var _ = stream.push(Buffer.buffer(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size))));
            }

            assertThat(stream.choices())
                    .as("chunks of %d", size)
                    .contains(List.of(
                            new Choice("Hé\n🙂", "", List.of(), Optional.of("stop")),
                            new Choice(
                                    "other",
                                    "",
                                    List.of(new ToolCall("add", "{\"a\":1}"), new ToolCall("now", "{}")),
                                    Optional.of("tool_calls"))));
        }
    }

    @Test
    void readsAWholeReply_theOlderFunctionCallAndARefusalToo() {
        String reply = """
                {"id":"x","choices":[
                 {"message":{"content":null,"function_call":{"arguments":"{}","name":"f"}},"finish_reason":"function_call"},
                 {"message":{"content":null,"refusal":"No.","tool_calls":[{"type":"custom","custom":{"name":"sh","input":"ls"}}]}}]}
                """;

        assertThat(read(reply, 1000))
                .contains(List.of(
                        new Choice("", "", List.of(new ToolCall("f", "{}")), Optional.of("function_call")),
                        new Choice("", "No.", List.of(new ToolCall("sh", "ls")), Optional.empty())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":[5]}",
                "{\"choices\":[{\"message\":{\"content\":\"ab",
                "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}]}",
                "{\"choices\":[{\"index\":99999999999,\"message\":{\"content\":\"a\"}}]}",
                "{\"choices\":[{\"message\":{\"tool_calls\":[7]}}]}",
                "{\"choices\":[{\"message\":{\"content\":\"a\"}}]} trailing"
            })
    void hasNothing_whereItDoesNotUnderstand(String reply) {
        assertThat(read(reply, 1000)).isEmpty();
    }

    @Test
    void holdsNothing_onceThereIsTooMuch() {
        ChatStream stream = new ChatStream(UsageChunk.KEEP, Optional.of(new ChoiceCollector(8)));

        var _ = stream.push(Buffer.buffer("data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\n"));
        assertThat(stream.choices()).isPresent();
        var _ = stream.push(Buffer.buffer("data: {\"choices\":[{\"delta\":{\"content\":\"9\"}}]}\n\n"));
        var _ = stream.push(Buffer.buffer("data: {\"choices\":[{\"delta\":{\"content\":\"0\"}}]}\n\n"));

        assertThat(stream.choices()).isEmpty();
    }

    @Test
    void holdsNothing_onceAnEventWasTooLargeToBeRead() {
        ChatStream stream = new ChatStream(UsageChunk.KEEP, Optional.of(new ChoiceCollector(100)));

        var _ = stream.push(Buffer.buffer("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"));
        var _ = stream.push(Buffer.buffer("data: " + "x".repeat(ChatStream.MAX_EVENT) + "\n\n"));

        assertThat(stream.choices()).isEmpty();
    }

    private static Optional<List<Choice>> read(String json, int maxChars) {
        return ChoiceCollector.read(json.getBytes(StandardCharsets.UTF_8), maxChars);
    }
}
