package dev.fresnel.outcome;

import dev.fresnel.policy.Context;
import java.util.Optional;

/** The name of a leaf's cell in a store: {@code LENGTH-OF-TASK:TASK LEAF}, unambiguous whatever the two are. */
public final class CellName {
    private CellName() {}

    public static String of(Context context) {
        return context.task().length() + ":" + context.task() + " " + context.leaf();
    }

    /** The context that is meant; empty: no name of a cell. */
    static Optional<Context> context(String population, String name) {
        int colon = name.indexOf(':');
        if (colon < 1 || colon > 4 || !name.chars().limit(colon).allMatch(digit -> digit >= '0' && digit <= '9')) {
            return Optional.empty();
        }
        int end = colon + 1 + Integer.parseInt(name.substring(0, colon));
        if (end >= name.length() || name.charAt(end) != ' ') {
            return Optional.empty();
        }
        return Optional.of(new Context(population, name.substring(colon + 1, end), name.substring(end + 1)));
    }
}
