package dev.fresnel.chat;

/**
 * One change of a body: the bytes of {@code span} give way to {@code text}. An empty span is an insertion.
 *
 * @param text JSON, encoded as UTF-8 when it is written; has no lone surrogates
 */
record Edit(Span span, String text) {
    static Edit insert(int offset, String text) {
        return new Edit(new Span(offset, offset), text);
    }
}
