package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHashTest {
    /** FIPS 180-2, appendix B.1. */
    private static final String OF_ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void isWrittenAsItIsRead() {
        assertThat(KeyHash.of("abc").written()).isEqualTo(OF_ABC);
        assertThat(KeyHash.parse(OF_ABC)).contains(KeyHash.of("abc"));
        assertThat(KeyHash.parse("sha256:" + OF_ABC.substring(7).toUpperCase(java.util.Locale.ROOT)))
                .contains(KeyHash.of("abc"));
        assertThat(KeyHash.of("abd")).isNotEqualTo(KeyHash.of("abc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "sha256:",
                "sha256:ba7816bf",
                "SHA256:x",
                "sha256:zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            })
    void readsNothingElse(String text) {
        assertThat(KeyHash.parse(text)).isEmpty();
    }

    @Test
    void showsNothing() {
        assertThat(KeyHash.of("abc")).hasToString("[secret]");
    }
}
