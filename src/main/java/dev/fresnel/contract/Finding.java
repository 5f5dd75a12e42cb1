package dev.fresnel.contract;

import java.util.Locale;

/** Whether an answer is what its request demanded. */
public sealed interface Finding {
    /** Every choice is. */
    record Kept() implements Finding {}

    /** At least one is not, for certain. */
    record Broken(Breach breach) implements Finding {}

    /** Nobody can tell, so nothing is held against the answer. */
    record Unknown(Doubt doubt) implements Finding {}

    /** The name in metrics. */
    default String key() {
        return switch (this) {
            case Kept _ -> "kept";
            case Broken(Breach breach) -> breach.key();
            case Unknown(Doubt doubt) -> doubt.key();
        };
    }

    /** What is wrong with an answer; the first fault counts. */
    enum Breach {
        /** JSON was demanded. */
        NOT_JSON,
        /** {@code json_object} was demanded, and it is another kind of JSON. */
        NOT_AN_OBJECT,
        /** It breaks the schema of {@code response_format}. */
        BREAKS_SCHEMA,
        /** It calls a tool that was not offered. */
        UNKNOWN_TOOL,
        /** A call's arguments are no JSON object. */
        ARGUMENTS_NOT_JSON,
        /** A call's arguments break the tool's {@code parameters}. */
        ARGUMENTS_BREAK_SCHEMA;

        /** The name in logs and metrics. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why nobody can tell. */
    enum Doubt {
        /** The answer was not read to its end, is too long, or is in a form that is not understood. */
        ANSWER_NOT_READ,
        /** The schema is too large, is none, or refers to something outside itself, which is never fetched. */
        SCHEMA_NOT_USABLE,
        /** The check took more steps than it may. */
        TOO_COSTLY,
        /** Too many answers wait to be checked. */
        BUSY,
        /** Our fault. */
        INTERNAL;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
