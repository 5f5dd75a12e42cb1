package dev.fresnel.chat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** JSON string literals: text to literal and back. Stateless. */
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    /** What an escape of one letter stands for, by that letter; 0 for {@code \\u} and what is no escape. */
    private static final byte[] SINGLE = new byte[128];

    static {
        String letters = "\"\\/bfnrt";
        String meanings = "\"\\/\b\f\n\r\t";
        for (int i = 0; i < letters.length(); i++) {
            SINGLE[letters.charAt(i)] = (byte) meanings.charAt(i);
        }
    }

    private JsonText() {}

    /**
     * The JSON literal of a text, quotes included. Half of a surrogate pair becomes an escape, since it has no UTF-8 form; encoding the
     * result in UTF-8 is therefore always lossless.
     */
    public static String quote(String text) {
        StringBuilder literal = new StringBuilder(text.length() + 16).append('"');
        appendEscaped(text, literal);
        return literal.append('"').toString();
    }

    /** {@link #quote(String)} without the quotes: what goes between them. */
    static String escape(String text) {
        StringBuilder literal = new StringBuilder(text.length() + 16);
        appendEscaped(text, literal);
        return literal.toString();
    }

    private static void appendEscaped(String text, StringBuilder literal) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> literal.append("\\\"");
                case '\\' -> literal.append("\\\\");
                case '\n' -> literal.append("\\n");
                case '\r' -> literal.append("\\r");
                case '\t' -> literal.append("\\t");
                case '\b' -> literal.append("\\b");
                case '\f' -> literal.append("\\f");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        literal.append(c).append(text.charAt(++i));
                    } else if (c < 0x20 || Character.isSurrogate(c)) {
                        appendUnicodeEscape(c, literal);
                    } else {
                        literal.append(c);
                    }
                }
            }
        }
    }

    private static void appendUnicodeEscape(char c, StringBuilder literal) {
        literal.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            literal.append(HEX.charAt((c >> shift) & 0xf));
        }
    }

    /**
     * Decodes the inside of a JSON string. Never fails: a cut or unknown escape, which only a sample can contain, is dropped or read
     * as its letter.
     *
     * @param from first byte after the opening quote
     * @param to the closing quote
     */
    static String unescape(byte[] body, int from, int to) {
        int escape = ByteSearch.backslash(body, from, to);
        if (escape < 0) {
            return new String(body, from, to - from, StandardCharsets.UTF_8);
        }
        return unescapedBytes(body, from, to, escape).orElseGet(() -> unescapedChars(body, from, to, escape));
    }

    /** In UTF-8, without an object for each run between escapes; empty when half of a surrogate pair is escaped, which has no UTF-8. */
    private static Optional<String> unescapedBytes(byte[] body, int from, int to, int firstEscape) {
        byte[] text = new byte[to - from];
        int length = 0;
        int run = from;
        for (int escape = firstEscape; escape >= 0; escape = ByteSearch.backslash(body, run, to)) {
            System.arraycopy(body, run, text, length, escape - run);
            length += escape - run;
            byte plain = escape + 1 < to ? SINGLE[body[escape + 1] & 0x7f] : 0;
            if (plain != 0 && body[escape + 1] > 0) {
                text[length++] = plain;
                run = escape + 2;
            } else {
                StringBuilder decoded = new StringBuilder(1);
                run = appendUnescaped(body, escape, to, decoded);
                if (!decoded.isEmpty() && Character.isSurrogate(decoded.charAt(0))) {
                    return Optional.empty();
                }
                byte[] utf8 = decoded.toString().getBytes(StandardCharsets.UTF_8);
                System.arraycopy(utf8, 0, text, length, utf8.length);
                length += utf8.length;
            }
        }
        System.arraycopy(body, run, text, length, to - run);
        return Optional.of(new String(text, 0, length + to - run, StandardCharsets.UTF_8));
    }

    private static String unescapedChars(byte[] body, int from, int to, int firstEscape) {
        StringBuilder text = new StringBuilder(to - from);
        int run = from;
        for (int escape = firstEscape; escape >= 0; escape = ByteSearch.backslash(body, run, to)) {
            text.append(new String(body, run, escape - run, StandardCharsets.UTF_8));
            run = appendUnescaped(body, escape, to, text);
        }
        return text.append(new String(body, run, to - run, StandardCharsets.UTF_8))
                .toString();
    }

    /** Decodes the escape at {@code backslash} and returns the offset after it. */
    private static int appendUnescaped(byte[] body, int backslash, int to, StringBuilder text) {
        if (backslash + 1 >= to) {
            return to;
        }
        byte letter = body[backslash + 1];
        switch (letter) {
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 'r' -> text.append('\r');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'u' -> {
                int code = hex(body, backslash + 2, Math.min(backslash + 6, to));
                if (code >= 0) {
                    text.append((char) code);
                    return backslash + 6;
                }
            }
            // A quote, a backslash or a slash stands for itself. A multi-byte letter cannot follow in valid JSON: leave
            // it to the run.
            default -> {
                if (letter < 0) {
                    return backslash + 1;
                }
                text.append((char) letter);
            }
        }
        return backslash + 2;
    }

    private static int hex(byte[] body, int from, int to) {
        if (to - from != 4) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(body[i], 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }
}
