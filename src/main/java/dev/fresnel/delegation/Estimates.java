package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.estimate.OutputEstimate;

/**
 * What a request is expected to consume.
 *
 * @param inputTokens as the client sent it, without a lens
 * @param output quantiles of the answer's length, all choices together
 */
public record Estimates(long inputTokens, OutputEstimate output) {
    private static final long MAX_OUTPUT_TOKENS = 1_000_000_000;

    /**
     * What a request can reasonably consume at most: a tenth more input than estimated; as output the client's own cap for every
     * choice, else twice the 90 % quantile, which is about the 99 % one for the spread assumed.
     */
    public Usage atMost(ChatRequest request) {
        long longest = request.maxOutputTokens().isPresent()
                ? Math.min(request.maxOutputTokens().getAsLong(), MAX_OUTPUT_TOKENS) * request.choices()
                : 2 * output.l90();
        return Usage.of(inputTokens + inputTokens / 10, longest);
    }
}
