package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteSearchTest {
    /** Neighbours of the bytes looked for, and bytes with the high bit, are what such arithmetic gets wrong. */
    private static final byte[] BYTES = {
        '\\', '"', 'a', '[', ']', '!', '#', 0, 1, -1, (byte) 0x80, (byte) 0xdc, (byte) 0xa2
    };

    @Test
    void findsWhatALoopFinds() {
        Random random = new Random(9);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = BYTES[
                        random.nextInt(3) == 0 ? random.nextInt(BYTES.length) : 2 + random.nextInt(BYTES.length - 2)];
            }
            int from = random.nextInt(bytes.length + 1);

            assertThat(ByteSearch.backslash(bytes, from, bytes.length)).isEqualTo(backslash(bytes, from));
            assertThat(ByteSearch.endOfString(bytes, from)).isEqualTo(endOfString(bytes, from));
        }
    }

    @Test
    void decodesEscapesOfEveryKind() {
        byte[] body = "a\\n\\\"\\\\\\/\\u00e9\\u5b57\\ud83d\\ude00\\ud83d|ü字".getBytes(StandardCharsets.UTF_8);

        assertThat(JsonText.unescape(body, 0, body.length)).isEqualTo("a\n\"\\/é字😀\ud83d|ü字");
    }

    private static int backslash(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\\') {
                return i;
            }
        }
        return -1;
    }

    private static int endOfString(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '"') {
                return i + 1;
            }
            if (bytes[i] == '\\') {
                i++;
            }
        }
        return bytes.length;
    }
}
