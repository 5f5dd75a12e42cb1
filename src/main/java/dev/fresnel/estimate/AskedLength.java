package dev.fresnel.estimate;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length that the request itself names: "in 200 words", "five bullet points", "a 3-page report", "in one sentence". */
final class AskedLength {
    private static final Pattern STATED = Pattern.compile(
            Counts.NUMBER + "[\\s-]+(?:(?:short|long|brief|detailed|concise|main|key|single|simple|very|full|new|"
                    + "different|unique|rhyming|well-written)\\s+){0,2}"
                    + "(tokens?|words?|sentences?|lines?|verses?|bullet points?|bullets?|points?|items?|paragraphs?|pages?|"
                    + "stanzas?|tweets?|sections?|chapters?|characters?|letters?|ideas?|examples?|tips|suggestions?|"
                    + "names?|titles?|headlines?|questions?|facts|reasons|ways|steps)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern K = Pattern.compile("\\b(\\d{1,3})k[\\s-]words?\\b", Pattern.CASE_INSENSITIVE);
    /** "the last 3 lines", "these 5 items": talk of what is there, not an order. */
    private static final Pattern REFERENCE = Pattern.compile(
            "\\b(?:the|these|those|last|first|following|your|my|our|has|have|contains|with|than)\\s+$",
            Pattern.CASE_INSENSITIVE);

    private AskedLength() {}

    /** Tokens of the largest length asked for; empty when none is. */
    static OptionalDouble tokens(String text) {
        double most = -1;
        Matcher thousands = K.matcher(text);
        while (thousands.find()) {
            most = Math.max(most, 1000 * perUnit("words") * Integer.parseInt(thousands.group(1)));
        }
        Matcher stated = STATED.matcher(text);
        while (stated.find()) {
            if (!isReference(text, stated.toMatchResult())) {
                most = Math.max(most, Counts.valueOf(stated.group(1)) * perUnit(stated.group(2)));
            }
        }
        return most < 0 ? OptionalDouble.empty() : OptionalDouble.of(most);
    }

    private static boolean isReference(String text, MatchResult match) {
        String before = text.substring(Math.max(0, match.start() - 12), match.start());
        return REFERENCE.matcher(before).find();
    }

    /** Tokens of one unit, English prose. */
    private static double perUnit(String unit) {
        String u = unit.toLowerCase(Locale.ROOT);
        return switch (u.charAt(0) == 't' && u.startsWith("token") ? "token" : u.replaceAll("s$", "")) {
            case "token" -> 1;
            case "character", "letter" -> 0.25;
            case "word" -> 1.35;
            case "name", "title" -> 10;
            case "line", "verse", "headline" -> 14;
            case "sentence", "question", "fact" -> 26;
            case "stanza", "tweet" -> 45;
            case "bullet", "bullet point", "point", "item", "idea", "tip", "suggestion", "way", "reason" -> 35;
            case "example", "step" -> 55;
            case "paragraph" -> 110;
            case "section" -> 250;
            case "page" -> 600;
            case "chapter" -> 1500;
            default -> throw new AssertionError("a unit of the pattern without a length: " + unit);
        };
    }
}
