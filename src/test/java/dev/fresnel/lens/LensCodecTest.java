package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** R8: what a store gives back is believed only when everything about it fits. */
class LensCodecTest {
    private static final LensKey KEY = LensFixtures.key("acme", "k");
    private final LensCodec codec = new LensCodec();

    @Test
    void readsWhatItWrote() {
        StoredLens stored = LensFixtures.stored("scope \"quoted\" \ud83d\ude00");

        assertThat(codec.decode(KEY, codec.encode(KEY, stored))).isEqualTo(new LensCodec.Decoded.Valid(stored));
    }

    @Test
    void refusesAnotherKeysValue() {
        byte[] value = codec.encode(KEY, LensFixtures.stored("s"));

        assertThat(codec.decode(LensFixtures.key("other", "k"), value)).isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(codec.decode(new LensKey(LensFixtures.key("other", "k").tenant(), KEY.hash()), value))
                .isInstanceOf(LensCodec.Decoded.Invalid.class);
    }

    @Test
    void refusesAnyDamage() {
        byte[] value = codec.encode(KEY, LensFixtures.stored("s"));
        Random random = new Random(8);

        for (int i = 0; i < 500; i++) {
            byte[] damaged = value.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(codec.decode(KEY, damaged)).isInstanceOf(LensCodec.Decoded.Invalid.class);
        }
        for (int length = 0; length < value.length; length += 7) {
            assertThat(codec.decode(KEY, java.util.Arrays.copyOf(value, length)))
                    .isInstanceOf(LensCodec.Decoded.Invalid.class);
        }
    }

    @Test
    void refusesOtherVersionsAndShapes_evenWithAGoodChecksum() {
        String good = new String(codec.encode(KEY, LensFixtures.stored("s")), StandardCharsets.UTF_8).substring(65);

        assertThat(decoded(good)).isInstanceOf(LensCodec.Decoded.Valid.class);
        assertThat(decoded(good.replace("\"v\":1", "\"v\":2"))).isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded(good.replace("\"task_scope\"", "\"x\""))).isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded(good.replace("\"heuristics\":[", "\"heuristics\":[1,")))
                .isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded(good.replace("2026-11-22T12:00:00Z", "yesterday")))
                .isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded(good.replace("REPORTED", "GUESSED"))).isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded("[]")).isInstanceOf(LensCodec.Decoded.Invalid.class);
        assertThat(decoded("{\"v\":true}")).isInstanceOf(LensCodec.Decoded.Invalid.class);
    }

    private LensCodec.Decoded decoded(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String sum = dev.fresnel.value.Fingerprint.builder()
                .add("stored-lens")
                .add(KEY.tenant().value())
                .add(KEY.hash().hex())
                .add(bytes, 0, bytes.length)
                .build()
                .hex();
        return codec.decode(KEY, (sum + "\n" + body).getBytes(StandardCharsets.UTF_8));
    }
}
