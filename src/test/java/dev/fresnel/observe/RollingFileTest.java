package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RollingFileTest {
    @TempDir
    private Path directory;

    @Test
    void setsTheFileAside_whenALineWouldNotFit() throws IOException {
        Path file = directory.resolve("deep/log");
        try (RollingFile out = new RollingFile(file, 10, 2)) {
            for (String line : new String[] {"one\n", "two\n", "three\n", "four\n", "a line of its own\n", "six\n"}) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        }

        assertThat(file).hasContent("six");
        assertThat(directory.resolve("deep/log.1")).hasContent("a line of its own");
        assertThat(directory.resolve("deep/log.2")).hasContent("three\nfour".substring(6));
        assertThat(directory.resolve("deep/log.3")).doesNotExist();
    }

    @Test
    void goesOnWhereItStopped() throws IOException {
        Path file = directory.resolve("log");
        Files.writeString(file, "12345678");
        try (RollingFile out = new RollingFile(file, 10, 1)) {
            out.write("abc".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(file).hasContent("abc");
        assertThat(directory.resolve("log.1")).hasContent("12345678");
    }

    @Test
    void keepsNothing_whenNothingIsToBeKept() throws IOException {
        Path file = directory.resolve("log");
        try (RollingFile out = new RollingFile(file, 4, 0)) {
            out.write("abcd".getBytes(StandardCharsets.UTF_8));
            out.write("efgh".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(file).hasContent("efgh");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void saysSo_whenItCannotBeWritten() {
        assertThatThrownBy(() -> new RollingFile(directory, 10, 1).close()).isInstanceOf(IOException.class);
    }
}
