package dev.fresnel.lens;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;

/**
 * A text as lens keys compare it: Unicode NFKC, lower case, runs of white space as one space, trimmed; as UTF-8, ready to be hashed. One
 * pass over the text; the Unicode tables are asked only from the first character on that they might change. Used once, by one thread.
 */
final class FoldedText {
    /** What an ASCII character becomes: itself in lower case, 0 for white space. */
    private static final byte[] ASCII = new byte[128];

    static {
        for (int c = 0; c < ASCII.length; c++) {
            ASCII[c] = Character.isWhitespace(c) ? 0 : (byte) Character.toLowerCase(c);
        }
        // Its own lower case is 0 too; it is no white space.
        ASCII[0] = -1;
    }

    private byte[] bytes;
    private int length;
    private boolean gap;

    private FoldedText(int expected) {
        // Some letters of a European text take two bytes.
        bytes = new byte[expected + expected / 16 + 16];
    }

    static FoldedText of(String text) {
        FoldedText folded = new FoldedText(text.length());
        int plain = folded.plainStart(text);
        if (plain < text.length()) {
            String composed = Normalizer.normalize(text.substring(plain), Normalizer.Form.NFKC);
            composed.codePoints().forEach(folded::fold);
        }
        return folded;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Bytes in use. */
    int length() {
        return length;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * Folds the characters that NFKC leaves alone, and returns how many. The last one before a character that it might not leave alone
     * is not among them, because the two may compose.
     */
    private int plainStart(String text) {
        int size = text.length();
        int i = 0;
        char c = size == 0 ? 0 : text.charAt(0);
        while (i < size && isStable(c)) {
            char next = i + 1 < size ? text.charAt(i + 1) : 0;
            if (!isStable(next)) {
                break;
            }
            byte plain = c < 0x80 ? ASCII[c] : -1;
            if (plain > 0) {
                if (gap || length == bytes.length) {
                    separate();
                }
                bytes[length++] = plain;
            } else {
                fold(c);
            }
            c = next;
            i++;
        }
        return i;
    }

    /** ASCII and the Latin-1 letters: neither decomposed nor replaced by NFKC, nor composed with a character before them. */
    private static boolean isStable(char c) {
        return c < 0x80 || (c >= 0xc0 && c <= 0xff);
    }

    private void fold(int c) {
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            gap = length > 0;
            return;
        }
        separate();
        int lower = Character.toLowerCase(c);
        if (lower < 0x80) {
            put(lower);
        } else if (lower < 0x800) {
            put(0xc0 | (lower >> 6));
            put(0x80 | (lower & 0x3f));
        } else {
            for (byte b : Character.toString(lower).getBytes(StandardCharsets.UTF_8)) {
                put(b);
            }
        }
    }

    /** Makes room for one byte, after the space that is due. */
    private void separate() {
        if (gap) {
            gap = false;
            put(' ');
        }
        room();
    }

    private void put(int b) {
        room();
        bytes[length++] = (byte) b;
    }

    private void room() {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, length + length / 2);
        }
    }
}
