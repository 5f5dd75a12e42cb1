package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.KeyHash;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeysCommandTest {
    @Test
    void makesAKey_andTheHashThatOpensWithIt() {
        List<String> first = Shell.run("keys", "create").out().lines().toList();
        List<String> second = Shell.run("keys", "create").out().lines().toList();

        String key = first.getFirst().substring("key   ".length());
        assertThat(key).matches("fk-[A-Za-z0-9_-]{43}");
        assertThat(first.getLast()).isEqualTo("hash  " + KeyHash.of(key).written());
        assertThat(second).doesNotContainAnyElementsOf(first);
    }

    @Test
    void hashesAKeyFromStandardInput() {
        Shell shell = Shell.runWithInput("abc\n", Map.of(), "keys", "hash");

        assertThat(shell.code()).isZero();
        assertThat(shell.out()).isEqualToIgnoringNewLines(KeyHash.of("abc").written());
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(Shell.runWithInput("", Map.of(), "keys", "hash").err()).contains("must be one key on one line");
        assertThat(Shell.runWithInput("a\nb\n", Map.of(), "keys", "hash").code())
                .isEqualTo(1);
        assertThat(Shell.run("keys").err()).contains("name a command: create or hash");
        assertThat(Shell.run("keys").code()).isEqualTo(2);
    }
}
