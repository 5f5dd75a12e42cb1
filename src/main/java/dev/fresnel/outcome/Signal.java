package dev.fresnel.outcome;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;

/**
 * What one source says about the outcome of a decision.
 *
 * @param source who says so: the kind of an implicit signal, or the feedback endpoint
 * @param reward 0 to 1
 * @param weight how far the source is to be believed, 0 to 1; 0 takes back what it said before
 * @param attempt names this saying: repeated with the same name, because an answer was lost, it gets the same answer
 */
public record Signal(TenantId tenant, RequestId request, String source, double reward, double weight, String attempt) {
    public Signal {
        if (!(reward >= 0 && reward <= 1 && weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("reward and weight are 0 to 1: " + reward + ", " + weight);
        }
        if (source.isEmpty() || attempt.isEmpty() || (source + attempt).indexOf(' ') >= 0) {
            throw new IllegalArgumentException("source and attempt have no spaces and are not empty");
        }
    }
}
