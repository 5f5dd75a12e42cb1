package dev.fresnel.pause;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What was last ordered for a {@link PauseScope}. Of two orders the later stands, and of two of the same millisecond the one that
 * pauses; so replicas that hear of orders in any sequence agree.
 *
 * @param at to the millisecond
 * @param by who gave it, for the record; 1 to {@value #MAX_CHARS} characters without control characters
 * @param reason in the words of whoever gave it, the same way bounded
 */
public record PauseOrder(State state, Instant at, String by, Optional<String> reason) {
    public static final int MAX_CHARS = 200;

    private static final String SEPARATOR = "\t";
    private static final int FIELDS = 4;

    /** The last millisecond of the year 9999: what is later is damage, and could not be overruled. */
    private static final long LATEST = 253_402_300_799_999L;

    /** Whether requests may be delegated. */
    public enum State {
        ACTIVE,
        PAUSED;

        /** The name in events, replies and stores. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public PauseOrder {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        if (!isText(by) || !reason.map(PauseOrder::isText).orElse(true)) {
            throw new IllegalArgumentException("by and reason are 1 to " + MAX_CHARS + " printable characters");
        }
    }

    /** Whether {@code text} may stand as a reason. */
    public static boolean isText(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_CHARS
                && text.chars().noneMatch(Character::isISOControl)
                // A lone surrogate would not come back from a store as it went.
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether this order stands when both are known. */
    public boolean overrules(PauseOrder other) {
        int later = at.compareTo(other.at);
        return later > 0 || (later == 0 && state.compareTo(other.state) > 0);
    }

    /** One line for stores: milliseconds in 15 digits, state, by and reason between tabs. */
    public String text() {
        return String.join(
                SEPARATOR,
                String.format(Locale.ROOT, "%015d", Math.max(0, at.toEpochMilli())),
                state.key(),
                by,
                reason.orElse(""));
    }

    /** Empty for what {@link #text} cannot have written. */
    public static Optional<PauseOrder> parse(String text) {
        String[] fields = text.split(SEPARATOR, -1);
        if (fields.length != FIELDS || !fields[0].matches("[0-9]{15}") || !isText(fields[2])) {
            return Optional.empty();
        }
        Optional<String> reason = Optional.of(fields[3]).filter(given -> !given.isEmpty());
        if (!reason.map(PauseOrder::isText).orElse(true)) {
            return Optional.empty();
        }
        long millis = Long.parseLong(fields[0]);
        return Arrays.stream(State.values())
                .filter(state -> state.key().equals(fields[1]) && millis <= LATEST)
                .findFirst()
                .map(state -> new PauseOrder(state, Instant.ofEpochMilli(millis), fields[2], reason));
    }
}
