package dev.fresnel.replay.rule;

import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * A rule by name, ready to be set to work on any number of streams. Immutable.
 *
 * @param name for tables, and for {@code --rule}
 * @param start makes a fresh chooser from the setup and its own chance
 */
public record Rule(String name, BiFunction<Setup, RandomGenerator, Chooser> start) {
    public Chooser begin(Setup setup, RandomGenerator chance) {
        return start.apply(setup, chance);
    }
}
