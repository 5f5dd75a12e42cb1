package dev.fresnel.delegation;

import dev.fresnel.value.ModelName;
import java.time.Duration;

/**
 * Who names the kind of a task in place of the rules of {@link TaskKind} ({@code routes[].learned.classifier}).
 *
 * @param model a declared model or an alias, with a price
 * @param timeout longest that a request waits for its answer; what comes later serves the next request with the same words
 */
public record ClassifierRules(ModelName model, Duration timeout) {}
