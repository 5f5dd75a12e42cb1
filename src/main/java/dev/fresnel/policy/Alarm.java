package dev.fresnel.policy;

/**
 * An arm of a population no longer does what was learned about it.
 *
 * @param direction whether it got worse or better
 */
public record Alarm(String population, Arm arm, Direction direction) {
    /** Which of the two sums of {@link Cusum} ran over. */
    public enum Direction {
        WORSE,
        BETTER
    }
}
