package dev.fresnel.contract;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions of schemas, with a limit on the characters that all matches {@link #within} one piece of work may look at: a short pattern can
 * need time exponential in the text, and a schema can have many. Thread-safe.
 *
 * <p>Patterns are JSON Schema's (ECMA 262) read by {@link Pattern}: the two differ in corners, and what Java cannot read makes the schema unusable.
 */
final class BoundedPatterns implements RegularExpressionFactory {
    /** Some ten milliseconds. */
    static final int MAX_LOOKS = 1_000_000;

    /**
     * Most that all counted repetitions of a pattern may multiply to: {@code (?:^){2000000000}} needs time and looks at nothing.
     */
    private static final long MAX_REPETITIONS = 100_000;

    private static final Pattern COUNTED_REPETITION = Pattern.compile("\\{(\\d{1,18})(?:,(\\d{0,18}))?}");

    private static final ScopedValue<Looks> LOOKS = ScopedValue.newInstance();

    /** How often texts have been looked at. Used by one thread. */
    static final class Looks {
        private int taken;

        private void take() {
            if (taken == MAX_LOOKS) {
                throw new Spent();
            }
            taken++;
        }

        /** At most {@value #MAX_LOOKS}. */
        int taken() {
            return taken;
        }
    }

    /** Does the work; all matches in it together take their looks from {@code looks}. Outside of any, each match has its own. */
    static <T> T within(Looks looks, Supplier<T> work) {
        return ScopedValue.where(LOOKS, looks).call(work::get);
    }

    /** A match that was given up. */
    static final class Spent extends RuntimeException {
        Spent() {
            super("the pattern needs more than is left of " + MAX_LOOKS + " looks", null, false, false);
        }
    }

    /** @throws PatternSyntaxException for a pattern that Java cannot read, or that repeats too often */
    @Override
    public RegularExpression getRegularExpression(String regex) {
        if (repetitions(regex) > MAX_REPETITIONS) {
            throw new PatternSyntaxException("its repetitions multiply to more than " + MAX_REPETITIONS, regex, -1);
        }
        Pattern pattern = Pattern.compile(regex);
        return text -> {
            Matcher matcher = pattern.matcher(new Counted(text, LOOKS.orElse(new Looks())));
            return matcher.find();
        };
    }

    private static long repetitions(String regex) {
        long product = 1;
        Matcher counts = COUNTED_REPETITION.matcher(regex);
        while (counts.find() && product <= MAX_REPETITIONS) {
            String most = counts.group(2) == null || counts.group(2).isEmpty() ? counts.group(1) : counts.group(2);
            product *= Math.clamp(Long.parseLong(most), 1, MAX_REPETITIONS + 1);
        }
        return product;
    }

    /** A text that says so when it has been looked at too often. Used by one match. */
    private static final class Counted implements CharSequence {
        private final String text;
        private final Looks looks;

        Counted(String text, Looks looks) {
            this.text = text;
            this.looks = looks;
        }

        @Override
        public char charAt(int index) {
            looks.take();
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
