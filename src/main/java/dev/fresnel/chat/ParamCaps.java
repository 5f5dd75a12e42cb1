package dev.fresnel.chat;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Parameters a worker profile adds to a request it takes over.
 *
 * @param maxTokens lowers the client's {@code max_completion_tokens} or {@code max_tokens}; added when the client set neither
 * @param temperature added when the client did not set one
 * @param reasoningEffort added when the client did not set one
 */
public record ParamCaps(OptionalLong maxTokens, Optional<BigDecimal> temperature, Optional<String> reasoningEffort) {
    public static final ParamCaps NONE = new ParamCaps(OptionalLong.empty(), Optional.empty(), Optional.empty());
}
