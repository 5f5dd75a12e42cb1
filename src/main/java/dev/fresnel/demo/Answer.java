package dev.fresnel.demo;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One whole reply of a stand-in, before it is paced: pieces, the reason it ends, and what it bills.
 *
 * @param id of the completion
 * @param created Unix seconds
 * @param model as the request names it
 * @param pieces of every choice alike
 * @param finishReason {@code stop}, or {@code length} when the request's token limit cut it
 * @param choices {@code n}
 */
record Answer(
        String id,
        long created,
        String model,
        List<String> pieces,
        String finishReason,
        int choices,
        long promptTokens) {
    Answer {
        pieces = List.copyOf(pieces);
    }

    static Answer to(AskedChat asked, String text, String id, long created) {
        ChatRequest request = asked.request();
        List<String> all = Pieces.of(text);
        long limit = request.maxOutputTokens().orElse(Long.MAX_VALUE);
        boolean cut = all.size() > limit;
        return new Answer(
                id,
                created,
                request.model().value(),
                cut ? all.subList(0, (int) limit) : all,
                cut ? "length" : "stop",
                request.choices(),
                asked.promptTokens());
    }

    /** Tokens billed for the output, all choices together. */
    long completionTokens() {
        return (long) pieces.size() * choices;
    }

    /** The body of a reply that is not streamed. */
    String completion() {
        String content = JsonText.quote(String.join("", pieces));
        String all = IntStream.range(0, choices)
                .mapToObj(index -> "{\"index\":" + index + ",\"message\":{\"role\":\"assistant\",\"content\":" + content
                        + ",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"" + finishReason + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{" + head("chat.completion") + ",\"choices\":" + all + ",\"usage\":" + usage() + "}";
    }

    /** The events of a streamed reply before its first piece: one per choice, with the role. */
    List<String> opening() {
        return eachChoice("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null");
    }

    /** The events that carry one piece: one per choice. */
    List<String> delta(String piece) {
        return eachChoice("{\"content\":" + JsonText.quote(piece) + "}", "null");
    }

    /** The events after the last piece, the terminal marker included. */
    List<String> closing(UsageEvent usageEvent) {
        List<String> events = new ArrayList<>(eachChoice("{}", "\"" + finishReason + "\""));
        if (usageEvent == UsageEvent.ASKED) {
            events.add(event("{" + head("chat.completion.chunk") + ",\"choices\":[],\"usage\":" + usage() + "}"));
        }
        events.add(event("[DONE]"));
        return events;
    }

    /** Whether {@code stream_options.include_usage} asked for a usage event. */
    enum UsageEvent {
        ASKED,
        NOT_ASKED
    }

    private List<String> eachChoice(String delta, String finish) {
        return IntStream.range(0, choices)
                .mapToObj(index -> event("{" + head("chat.completion.chunk") + ",\"choices\":[{\"index\":" + index
                        + ",\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finish + "}]}"))
                .toList();
    }

    private String head(String object) {
        return "\"id\":" + JsonText.quote(id) + ",\"object\":\"" + object + "\",\"created\":" + created + ",\"model\":"
                + JsonText.quote(model);
    }

    private String usage() {
        return "{\"prompt_tokens\":" + promptTokens + ",\"completion_tokens\":" + completionTokens()
                + ",\"total_tokens\":" + (promptTokens + completionTokens())
                + ",\"prompt_tokens_details\":{\"cached_tokens\":0}"
                + ",\"completion_tokens_details\":{\"reasoning_tokens\":0}}";
    }

    private static String event(String payload) {
        return "data: " + payload + "\n\n";
    }
}
