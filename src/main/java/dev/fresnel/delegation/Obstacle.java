package dev.fresnel.delegation;

/**
 * Something that keeps an arm from answering this request.
 *
 * @param detail what exactly, for a person: the feature, the model without a price, the tokens that do not fit
 */
public record Obstacle(Reason reason, String detail) {}
