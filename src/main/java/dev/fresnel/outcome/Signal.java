package dev.fresnel.outcome;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.util.Locale;

/**
 * What one source says about the outcome of a decision.
 *
 * @param request of the decision, or of a turn that joined it
 * @param source who says so, such as an implicit signal and its turn; one voice per source
 * @param reward 0 to 1
 * @param weight how far the source is to be believed, 0 to 1; 0 takes back what it said before
 * @param attempt names this saying: repeated with the same name, because an answer was lost, it gets the same answer
 */
public record Signal(
        TenantId tenant, RequestId request, String source, Kind kind, double reward, double weight, String attempt) {
    /** How much is known by who says it. */
    public enum Kind {
        /** Somebody looked at the outcome: feedback, a test, a judge. */
        LABEL,
        /** Something that goes with good or bad outcomes. */
        SIGN;

        /** As stored. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Signal {
        if (!(reward >= 0 && reward <= 1 && weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("reward and weight are 0 to 1: " + reward + ", " + weight);
        }
        if (source.isEmpty() || attempt.isEmpty() || (source + attempt).indexOf(' ') >= 0) {
            throw new IllegalArgumentException("source and attempt have no spaces and are not empty");
        }
    }
}
