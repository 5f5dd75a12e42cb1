package dev.fresnel.upstream;

import dev.fresnel.chat.Usage;
import java.time.Duration;
import java.util.Optional;

/**
 * A whole answer of a model to one of our own calls.
 *
 * @param text the first choice's content
 * @param model as the provider reports it
 * @param usage empty when the provider sent none
 * @param finishReason as sent, for example {@code stop} or {@code length}
 * @param took from the call to the last byte
 */
public record Completion(
        String text, String model, Optional<Usage> usage, Optional<String> finishReason, Duration took) {}
