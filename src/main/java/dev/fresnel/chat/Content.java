package dev.fresnel.chat;

import java.util.List;

/** What the {@code content} key of a message holds, as far as the lens needs to know. */
sealed interface Content {
    /** {@code "content": "..."}. */
    record Text(JsonString text) implements Content {}

    /**
     * {@code "content": [...]}.
     *
     * @param array the array with its brackets
     * @param elements how many parts of any type
     * @param texts the text parts, in order
     */
    record Parts(Span array, int elements, List<JsonString> texts) implements Content {
        public Parts {
            texts = List.copyOf(texts);
        }
    }

    /** Null, absent, or a type that only the upstream can judge. */
    record None() implements Content {}
}
