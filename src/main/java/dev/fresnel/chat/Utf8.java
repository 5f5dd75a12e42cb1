package dev.fresnel.chat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Whether bytes are UTF-8 in the strict sense of RFC 3629. The JSON parser does not check this where it skips a string, and accepts
 * overlong forms and encoded surrogates elsewhere; two parsers that disagree on a text must not both decide on it.
 */
final class Utf8 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    static boolean isValid(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            if (bytes[i] >= 0) {
                i = afterAscii(bytes, i);
            } else {
                int length = sequenceLength(bytes, i);
                if (length == 0) {
                    return false;
                }
                i += length;
            }
        }
        return true;
    }

    /** Offset of the first non-ASCII byte at or after {@code from}; eight bytes at a time, most bodies being ASCII. */
    private static int afterAscii(byte[] bytes, int from) {
        int i = from;
        while (i + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
            i += Long.BYTES;
        }
        while (i < bytes.length && bytes[i] >= 0) {
            i++;
        }
        return i;
    }

    /** Length of the well-formed sequence that starts at {@code i}, 2 to 4; 0 when it is not well formed. */
    private static int sequenceLength(byte[] bytes, int i) {
        int lead = bytes[i] & 0xff;
        int second = at(bytes, i + 1);
        if (lead >= 0xc2 && lead <= 0xdf) {
            return isTail(second) ? 2 : 0;
        }
        if (lead >= 0xe0 && lead <= 0xef) {
            // E0 below A0 is overlong, ED from A0 on is a surrogate.
            boolean legal = isTail(second) && (lead != 0xe0 || second >= 0xa0) && (lead != 0xed || second < 0xa0);
            return legal && isTail(at(bytes, i + 2)) ? 3 : 0;
        }
        if (lead >= 0xf0 && lead <= 0xf4) {
            // F0 below 90 is overlong, F4 from 90 on lies past U+10FFFF.
            boolean legal = isTail(second) && (lead != 0xf0 || second >= 0x90) && (lead != 0xf4 || second < 0x90);
            return legal && isTail(at(bytes, i + 2)) && isTail(at(bytes, i + 3)) ? 4 : 0;
        }
        return 0;
    }

    private static boolean isTail(int b) {
        return b >= 0x80 && b <= 0xbf;
    }

    private static int at(byte[] bytes, int i) {
        return i < bytes.length ? bytes[i] & 0xff : -1;
    }

    /** What the bytes are, if not UTF-8 as JSON should be; empty if they are. */
    static Optional<String> foreign(byte[] body) {
        if (body.length >= 3 && body[0] == (byte) 0xef && body[1] == (byte) 0xbb && body[2] == (byte) 0xbf) {
            return Optional.of("starts with a byte order mark");
        }
        // The first two characters of a JSON object are ASCII, so a NUL among the first four bytes means two or four
        // bytes each.
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0) {
                return Optional.of("UTF-16 or UTF-32");
            }
        }
        return isValid(body) ? Optional.empty() : Optional.of("not valid UTF-8");
    }
}
