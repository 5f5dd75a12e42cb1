package dev.fresnel.lens;

import java.util.Locale;

/** Something the parser had to put right in an answer that it could still use. */
public enum Repair {
    /** A Markdown fence stood around the JSON. */
    FENCE_REMOVED,
    /** Words stood before or after the JSON. */
    PROSE_REMOVED,
    /** {@code //} or {@code /* *}{@code /} comments. */
    COMMENTS_REMOVED,
    /** A comma before a closing bracket. */
    TRAILING_COMMA_REMOVED,
    /** Strings or names in single quotes. */
    SINGLE_QUOTES_READ,
    /** Another departure from JSON, such as unquoted names, raw line breaks in strings or odd escapes. */
    LENIENT_SYNTAX_READ,
    /** The lens object stood inside an array. */
    ARRAY_UNWRAPPED,
    /** The lens object stood inside another object. */
    WRAPPER_REMOVED,
    /** The answer broke off; complete items were kept. */
    TRUNCATED_KEPT,
    /** A name was spelt another way. */
    FIELD_RENAMED,
    /** Unknown fields were left out. */
    UNKNOWN_FIELD_DROPPED,
    /** The same field came twice; their items were put together. */
    DUPLICATE_FIELD_MERGED,
    /** A single string where a list was asked for; its lines are the items. */
    STRING_SPLIT,
    /** An object or a list stood where one string was asked for. */
    ITEM_FLATTENED,
    /** A number, boolean or null stood where a string was asked for. */
    WRONG_TYPE_DROPPED,
    /** An item was cut to its allowed length. */
    ITEM_CUT,
    /** A snippet was too long to keep. */
    EXAMPLE_DROPPED,
    /** An item tried to overrule instructions or to speak as somebody else. */
    OVERRIDE_DROPPED,
    /** An item held something shaped like a credential. */
    SECRET_DROPPED,
    /** A link to an unknown place was taken out of an item. */
    LINK_REMOVED,
    /** The same item came twice. */
    DUPLICATE_ITEM_DROPPED,
    /** More items than a list may have. */
    EXCESS_TRIMMED,
    /** Fewer items than asked for; what is there is used. */
    SHORTFALL_ACCEPTED;

    /** The name in events. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
