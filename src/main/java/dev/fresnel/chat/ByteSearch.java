package dev.fresnel.chat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds quotes and backslashes, eight bytes at a time: message text is long and holds few of them. Stateless. */
final class ByteSearch {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long BACKSLASHES = ONES * '\\';
    private static final long QUOTES = ONES * '"';

    private ByteSearch() {}

    /** Offset of the first backslash in {@code [from, to)}, or -1. */
    static int backslash(byte[] bytes, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long found = zeroBytes((long) LONGS.get(bytes, i) ^ BACKSLASHES);
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            i += Long.BYTES;
        }
        while (i < to && bytes[i] != '\\') {
            i++;
        }
        return i < to ? i : -1;
    }

    /**
     * Offset after the closing quote of a JSON string; the array's length when there is none, which a parser that reads on will
     * complain about.
     *
     * @param from first byte after the opening quote
     */
    static int endOfString(byte[] bytes, int from) {
        int i = quoteOrBackslash(bytes, from);
        while (i < bytes.length && bytes[i] == '\\') {
            i = quoteOrBackslash(bytes, i + 2);
        }
        return Math.min(bytes.length, i + 1);
    }

    private static int quoteOrBackslash(byte[] bytes, int from) {
        int i = from;
        while (i + Long.BYTES <= bytes.length) {
            long word = (long) LONGS.get(bytes, i);
            long found = zeroBytes(word ^ QUOTES) | zeroBytes(word ^ BACKSLASHES);
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            i += Long.BYTES;
        }
        while (i < bytes.length && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** The high bit of every zero byte; bits above the lowest one may be wrong, and only the lowest is used. */
    private static long zeroBytes(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }
}
