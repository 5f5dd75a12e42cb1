package dev.fresnel.lens;

import java.util.List;

/**
 * One of the five lists of a lens, most important first: when the block must shrink, the last section loses its items first.
 * Counts are those of RFC-137 (S8).
 */
enum LensSection {
    CONSTRAINTS("constraints", "Hard constraints", 1, 3),
    ANTI_PATTERNS("anti_patterns", "Avoid", 2, 4),
    HEURISTICS("heuristics", "Guidelines", 3, 7),
    PATTERNS("patterns", "Patterns to follow", 3, 5),
    EXAMPLES("examples", "Style examples", 0, 2);

    private final String field;
    private final String heading;
    private final int minimum;
    private final int maximum;

    LensSection(String field, String heading, int minimum, int maximum) {
        this.field = field;
        this.heading = heading;
        this.minimum = minimum;
        this.maximum = maximum;
    }

    /** The property name in the smart model's answer and in the stored form. */
    String field() {
        return field;
    }

    String heading() {
        return heading;
    }

    /** Fewer items than this is a shortfall; items. */
    int minimum() {
        return minimum;
    }

    /** More items than this are trimmed from the end; items. */
    int maximum() {
        return maximum;
    }

    List<String> of(LensDraft draft) {
        return switch (this) {
            case CONSTRAINTS -> draft.constraints();
            case ANTI_PATTERNS -> draft.antiPatterns();
            case HEURISTICS -> draft.heuristics();
            case PATTERNS -> draft.patterns();
            case EXAMPLES -> draft.examples();
        };
    }

    List<String> of(Lens lens) {
        return switch (this) {
            case CONSTRAINTS -> lens.constraints();
            case ANTI_PATTERNS -> lens.antiPatterns();
            case HEURISTICS -> lens.heuristics();
            case PATTERNS -> lens.patterns();
            case EXAMPLES -> lens.examples();
        };
    }
}
