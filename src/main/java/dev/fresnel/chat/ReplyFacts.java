package dev.fresnel.chat;

import java.util.Optional;

/**
 * What a whole (not streamed) reply says.
 *
 * @param readable the body is one JSON object; when false, the other facts are what was found before it broke
 * @param usage as the provider counted
 * @param model the model the upstream says it is
 * @param finishReason of the first choice
 * @param refused the model refused, in its own words
 * @param toolCalls the model called tools or functions
 * @param error the body carries an error, whatever the status said
 * @param contentChars code points of text, reasoning, refusals and tool arguments over all choices
 */
public record ReplyFacts(
        boolean readable,
        Optional<Usage> usage,
        Optional<String> model,
        Optional<String> finishReason,
        boolean refused,
        boolean toolCalls,
        boolean error,
        long contentChars) {}
