package dev.fresnel.lens;

import java.util.List;
import java.util.Locale;

/** What {@link LensParser} made of an answer. */
public sealed interface ParseResult {
    /** @param repairs what was put right, each once, in the order of {@link Repair} */
    record Parsed(LensDraft draft, List<Repair> repairs) implements ParseResult {
        public Parsed {
            repairs = List.copyOf(repairs);
        }
    }

    /** No lens can be had from this answer. */
    record Unusable(Reason reason) implements ParseResult {}

    /** Why an answer is unusable. */
    enum Reason {
        /** Nothing but white space. */
        EMPTY,
        /** Longer than any answer we asked for. */
        TOO_LARGE,
        /** The model declined. */
        REFUSAL,
        /** No JSON object anywhere. */
        NO_JSON,
        /** JSON that breaks its own grammar beyond what is read leniently. */
        MALFORMED,
        /** Broke off before enough complete items. */
        TRUNCATED,
        /** JSON without any field of a lens. */
        WRONG_SHAPE,
        /** Not one usable heuristic, pattern or constraint. */
        NOTHING_USABLE,
        /** Written in a script that the task does not use. */
        WRONG_LANGUAGE;

        /** The name in events. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether asking once more, with the bad answer shown, can help. */
        boolean isRepairable() {
            return switch (this) {
                case NO_JSON, MALFORMED, TRUNCATED, WRONG_SHAPE, NOTHING_USABLE, WRONG_LANGUAGE -> true;
                case EMPTY, TOO_LARGE, REFUSAL -> false;
            };
        }
    }
}
