package dev.fresnel.tenant;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key opens nothing any more, wherever it is declared. Never taken back: who is to have access again gets another key.
 *
 * @param at to the millisecond
 * @param by who revoked it, for the record
 */
public record Revocation(Instant at, String by) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,15})\t([!-~]{0,2000})");
    private static final String UNKNOWN = "unknown";

    public Revocation {
        at = Instant.ofEpochMilli(at.toEpochMilli());
    }

    /** One line for stores, without the hash, under which it is kept. */
    public String text() {
        return Math.max(0, at.toEpochMilli()) + "\t" + URLEncoder.encode(by, StandardCharsets.UTF_8);
    }

    /** Of damaged text too: that it is there says that the key was revoked. */
    public static Revocation parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        try {
            return matcher.matches()
                    ? new Revocation(
                            Instant.ofEpochMilli(Long.parseLong(matcher.group(1))),
                            URLDecoder.decode(matcher.group(2), StandardCharsets.UTF_8))
                    : new Revocation(Instant.EPOCH, UNKNOWN);
        } catch (IllegalArgumentException damaged) {
            return new Revocation(Instant.EPOCH, UNKNOWN);
        }
    }
}
