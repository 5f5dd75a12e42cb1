package dev.fresnel.chat;

import java.util.List;
import java.util.Optional;

/**
 * One choice of a reply, decoded: for checks against what the request demands. Client text: never to be logged.
 *
 * @param content the answer's text; empty where there is none
 * @param refusal the model's own words where it refuses
 * @param calls in order
 * @param finishReason the last one reported
 */
public record Choice(String content, String refusal, List<ToolCall> calls, Optional<String> finishReason) {
    public Choice {
        calls = List.copyOf(calls);
    }

    /** Sizes only: this may end up in a log. */
    @Override
    public String toString() {
        return "Choice[chars=" + content.length() + ", calls=" + calls.size() + "]";
    }
}
