package dev.fresnel.delegation;

import dev.fresnel.delegation.RouteRules.Toggle;
import java.time.Duration;

/**
 * What is done with a worker's answer that is no good, before the client has seen a byte of it ({@code routes[].escalation}): repaired, asked for once more, and
 * at last asked of the requested model.
 *
 * @param escalate whether anything is done at all
 * @param repair whether JSON is taken out of a code fence where JSON was demanded
 * @param retry whether the worker is asked once more before the requested model is
 * @param hold how long a stream is held back, at most, until it shows how it begins
 */
public record Escalation(Toggle escalate, Toggle repair, Toggle retry, Duration hold) {
    public static final Escalation OFF = new Escalation(Toggle.OFF, Toggle.OFF, Toggle.OFF, Duration.ofSeconds(5));
}
