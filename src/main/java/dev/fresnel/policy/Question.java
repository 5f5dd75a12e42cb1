package dev.fresnel.policy;

import java.time.Instant;
import java.util.List;

/**
 * One request as the policy sees it.
 *
 * @param options the arms that passed every hard filter, each once, at most {@link Policy#MAX_ARMS}; {@link Arm#DIRECT} among them
 * @param now time of the decision
 */
public record Question(Context context, List<Option> options, Stakes stakes, Instant now) {
    public Question {
        options = List.copyOf(options);
        if (options.isEmpty() || options.size() > Policy.MAX_ARMS) {
            throw new IllegalArgumentException(
                    "a question has 1 to " + Policy.MAX_ARMS + " options: " + options.size());
        }
    }

    double seconds() {
        return seconds(now);
    }

    static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() * 1e-9;
    }
}
