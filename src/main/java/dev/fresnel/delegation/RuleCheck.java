package dev.fresnel.delegation;

/**
 * One rule applied to one request and arm.
 *
 * @param numbers what was compared, for a person: {@code 15000 > 2000 tokens}
 */
public record RuleCheck(Reason rule, Outcome outcome, String numbers) {
    public boolean fired() {
        return outcome == Outcome.FIRED;
    }

    /** What became of the rule. */
    public enum Outcome {
        FIRED,
        QUIET,
        /** Switched off in config, or without the numbers it needs. */
        OFF
    }
}
