package dev.fresnel.chat;

import java.util.Optional;

/**
 * What a streamed reply has shown so far.
 *
 * @param done {@code [DONE]} was seen; an end without it is a broken stream
 * @param contentSeen the model's first own output was seen: text, reasoning, refusal or a tool call
 * @param usage the last usage reported
 * @param model the model the upstream says it is
 * @param finishReason the last one reported, for example {@code stop}
 * @param errorEvent the upstream reported an error inside the stream
 * @param events dispatched events, {@code [DONE]} included, comments not; one above 1 MiB counts, and says nothing to the other facts
 * @param atEventBoundary what was forwarded ends with a whole event, so that a comment or an event of our own may follow
 * @param contentChars code points of text, reasoning, refusals and tool arguments, for estimating output when usage is missing
 */
public record StreamFacts(
        boolean done,
        boolean contentSeen,
        Optional<Usage> usage,
        Optional<String> model,
        Optional<String> finishReason,
        boolean errorEvent,
        long events,
        boolean atEventBoundary,
        long contentChars) {}
