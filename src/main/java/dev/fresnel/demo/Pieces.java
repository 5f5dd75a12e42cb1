package dev.fresnel.demo;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Cuts text into pieces about as long as a model's tokens: a word of up to eight letters with the blank before it, three digits, a
 * run of punctuation. The stand-ins stream these pieces and bill them, so a stream's length and its {@code usage} agree. On
 * English and code the count is within a fifth of what a tokenizer says. Pure.
 */
final class Pieces {
    private static final Pattern PIECE = Pattern.compile(
            " ?\\p{IsLatin}{1,8}| ?\\p{IsDigit}{1,3}|\\n+| ?[\\p{P}\\p{S}]{1,4}|\\s{1,16}|.", Pattern.DOTALL);

    private Pieces() {}

    /** The pieces in order; joined they are the text. */
    static List<String> of(String text) {
        return PIECE.matcher(text).results().map(MatchResult::group).toList();
    }

    static long count(String text) {
        return PIECE.matcher(text).results().count();
    }
}
