package dev.fresnel.replay.log;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One decision of a gateway and what came of it: one line of the decision log. The line is a JSON object; fields that are not named here
 * (snapshot age, tokens, lens, guard and lease state, seed) are for people and are passed over.
 *
 * <pre>
 * {"v":1,"id":"req-7","t":1764000000.25,"tenant":"acme","conversation":"c-3","population":"gpt-4o","task":"debug|512|flagship",
 *  "leaf":"acme|api|debug|512|flagship","arms":["direct","fast"],"p":[0.27,0.73],"arm":"fast","cost_expected_usd":[0.0041,0.0006],
 *  "cost_usd":0.0007,"outcomes":[{"signal":"clean","y":1,"w":0.15,"t":1764000600},{"signal":"feedback","y":0,"w":1,"t":1764003000}]}
 * </pre>
 *
 * <ul>
 *   <li>{@code p} is the vector the arm was really drawn from, after floor, guard, budget and stickiness; 1 for a forced arm.
 *   <li>{@code outcomes} are revisions in the order they came: the last one stands; none = ignored.
 *   <li>{@code "inherited":true} marks a later turn of a conversation that kept its arm: no decision, hence no propensity.
 *   <li>{@code cost_expected_usd} and {@code cost_usd} may be null where a price or the usage is unknown.
 * </ul>
 *
 * @param time seconds since 1970
 * @param conversation rows of one conversation are not independent; the request's own id where there is none
 * @param probabilities one per arm, sum 1
 * @param chosen index into {@code arms}
 * @param expectedUsd expected dollars per arm; not a number where unknown
 * @param costUsd dollars really paid; empty where unknown
 * @param reward y in [0,1]; empty where no outcome stands
 */
public record LogRow(
        String id,
        double time,
        String tenant,
        String conversation,
        String task,
        List<String> arms,
        List<Double> probabilities,
        int chosen,
        Turn turn,
        List<Double> expectedUsd,
        OptionalDouble costUsd,
        OptionalDouble reward) {
    private static final double ROUNDING = 1e-6;

    /** Whether the row is a decision. */
    public enum Turn {
        DECIDED,
        /** The arm was kept from an earlier turn. */
        INHERITED
    }

    public LogRow {
        arms = List.copyOf(arms);
        probabilities = List.copyOf(probabilities);
        expectedUsd = List.copyOf(expectedUsd);
        if (arms.isEmpty() || probabilities.size() != arms.size() || expectedUsd.size() != arms.size()) {
            throw new BadLogRow("'arms', 'p' and 'cost_expected_usd' are not equally long");
        }
        double sum = 0;
        for (double p : probabilities) {
            if (!(p >= 0 && p <= 1)) {
                throw new BadLogRow("'p' holds " + p + ", which is no probability");
            }
            sum += p;
        }
        if (Math.abs(sum - 1) > ROUNDING) {
            throw new BadLogRow("'p' sums to " + sum + ", not to 1");
        }
        if (!(probabilities.get(chosen) > 0)) {
            throw new BadLogRow("the arm that was chosen has probability 0");
        }
        if (reward.isPresent() && !(reward.getAsDouble() >= 0 && reward.getAsDouble() <= 1)) {
            throw new BadLogRow("y is from 0 to 1, not " + reward.getAsDouble());
        }
    }

    /** Probability that the logging policy gave to the arm it chose, above 0. */
    public double propensity() {
        return probabilities.get(chosen);
    }

    /** True when no other arm could have been chosen: such a row says nothing about other policies. */
    public boolean isForced() {
        return propensity() > 1 - 1e-9;
    }
}
