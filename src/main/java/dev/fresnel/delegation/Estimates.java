package dev.fresnel.delegation;

import dev.fresnel.estimate.OutputEstimate;

/**
 * What a request is expected to consume.
 *
 * @param inputTokens as the client sent it, without a lens
 * @param output quantiles of the answer's length, all choices together
 */
public record Estimates(long inputTokens, OutputEstimate output) {}
