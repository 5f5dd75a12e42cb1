package dev.fresnel.lens;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A task as near keys compare it: NFKC, lower case, words; what differs between two instances of one template is replaced by its type:
 * quotations, addresses, paths, ids and numbers. Long texts are cut to their head and tail. Pure.
 *
 * @param template words and slots
 * @param words every word of the cut text as it stands, those in slots too
 */
record TaskWords(List<String> template, List<String> words) {
    /** Characters looked at; beyond, three quarters from the head and one from the tail. */
    static final int MAX_CHARS = 8_000;

    private static final String QUOTED = "`[^`\\n]{1,200}`|\"[^\"\\n]{1,200}\"";
    private static final String URL = "https?://\\S{1,200}";
    private static final String PATH = "[\\w.~-]{0,64}(?:/[\\w.-]{1,64}){1,12}";
    private static final String ID = "\\b[0-9a-f]{8,64}\\b|\\b[a-z]{0,20}[0-9]{1,20}[a-z_-][\\w-]{0,40}\\b";
    private static final String NUMBER = "[0-9]{1,18}(?:[.,:][0-9]{1,18}){0,4}%?";
    private static final Pattern TOKEN = Pattern.compile("(?<quote>" + QUOTED + ")|(?<url>" + URL + ")|(?<path>" + PATH
            + ")|(?<id>" + ID + ")|(?<number>" + NUMBER + ")|(?<word>[\\p{L}\\p{N}_]{1,64})");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]{1,64}");
    private static final List<String> SLOTS = List.of("quote", "url", "path", "id", "number");

    TaskWords {
        template = List.copyOf(template);
        words = List.copyOf(words);
    }

    static TaskWords of(String text) {
        String plain = Normalizer.normalize(cut(text), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        List<String> template = new ArrayList<>();
        Matcher token = TOKEN.matcher(plain);
        while (token.find()) {
            String word = token.group("word");
            template.add(word != null ? word : slot(token));
        }
        return new TaskWords(template, words(plain));
    }

    /** The words of any text, as {@link #words} has them. */
    static List<String> words(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(java.util.regex.MatchResult::group)
                .toList();
    }

    private static String slot(Matcher token) {
        for (String name : SLOTS) {
            if (token.group(name) != null) {
                return "<" + name + ">";
            }
        }
        throw new IllegalStateException("a token is a word or a slot");
    }

    /** What is looked at of a text of any length. */
    static String cut(String text) {
        return text.length() <= MAX_CHARS
                ? text
                : text.substring(0, MAX_CHARS * 3 / 4) + " " + text.substring(text.length() - MAX_CHARS / 4);
    }
}
