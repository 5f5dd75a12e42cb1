package dev.fresnel.contract;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions of schemas, with a limit on the characters that one match may look at: a short pattern can need time exponential
 * in the text. Thread-safe.
 *
 * <p>Patterns are JSON Schema's (ECMA 262) read by {@link Pattern}: the two differ in corners, and what Java cannot read makes the schema unusable.
 */
final class BoundedPatterns implements RegularExpressionFactory {
    /** Some ten milliseconds. */
    static final int MAX_LOOKS = 1_000_000;

    /** A match that was given up. */
    static final class Spent extends RuntimeException {
        Spent() {
            super("the pattern needs more than " + MAX_LOOKS + " looks at a text", null, false, false);
        }
    }

    /** @throws PatternSyntaxException for a pattern that Java cannot read */
    @Override
    public RegularExpression getRegularExpression(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return text -> {
            Matcher matcher = pattern.matcher(new Counted(text));
            return matcher.find();
        };
    }

    /** A text that says so when it has been looked at too often. Used by one match. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int looks;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > MAX_LOOKS) {
                throw new Spent();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
