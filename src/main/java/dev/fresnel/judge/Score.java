package dev.fresnel.judge;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a score out of what a judge wrote. */
final class Score {
    private static final int MAX_TEXT = 4_000;
    private static final double MOST = 10;
    private static final String NUMBER = "(-?\\d{1,3}(?:\\.\\d{1,6})?)";
    private static final Pattern NAMED =
            Pattern.compile("\"?score\"?\\s{0,4}[:=]\\s{0,4}\"?" + NUMBER, Pattern.CASE_INSENSITIVE);
    private static final Pattern BARE = Pattern.compile("\\s*" + NUMBER + "\\s*(?:/\\s*10)?\\s*\\.?\\s*");

    private Score() {}

    /**
     * From 0.0 to 1.0: a {@code score} that is named, in JSON or not, or a number that is all there is. Empty where there is none, none between 0 and 10, or
     * several that differ.
     */
    static OptionalDouble read(String text) {
        if (text.length() > MAX_TEXT) {
            return OptionalDouble.empty();
        }
        Matcher named = NAMED.matcher(text);
        OptionalDouble score = OptionalDouble.empty();
        while (named.find()) {
            double found = Double.parseDouble(named.group(1));
            if (score.isPresent() && score.getAsDouble() != found) {
                return OptionalDouble.empty();
            }
            score = OptionalDouble.of(found);
        }
        if (score.isEmpty()) {
            Matcher bare = BARE.matcher(text);
            score = bare.matches() ? OptionalDouble.of(Double.parseDouble(bare.group(1))) : score;
        }
        return score.isPresent() && score.getAsDouble() >= 0 && score.getAsDouble() <= MOST
                ? OptionalDouble.of(score.getAsDouble() / MOST)
                : OptionalDouble.empty();
    }
}
