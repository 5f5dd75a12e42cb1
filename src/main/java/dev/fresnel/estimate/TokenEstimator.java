package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;

/** Counts the input tokens a provider would bill for a request, before it is sent. Thread-safe. */
@FunctionalInterface
public interface TokenEstimator {
    /**
     * Input tokens, 1 or more: messages, tool definitions, response schema, images. Never fails; the work is bounded, however large the
     * request is, so that it may run on an event loop.
     */
    long inputTokens(ChatRequest request);
}
