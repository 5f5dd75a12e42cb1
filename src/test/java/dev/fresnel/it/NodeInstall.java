package dev.fresnel.it;

import dev.fresnel.value.Fingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The npm packages of {@code src/test/node}, installed when missing or older than the lock file. A Node of the version that the
 * openai package wants is among them on Linux; elsewhere the one on the path must do.
 */
final class NodeInstall {
    private static final Path HOME = Path.of("src", "test", "node").toAbsolutePath();
    private static final Path MODULES = HOME.resolve("node_modules");
    private static final Path STAMP = MODULES.resolve(".installed-from");
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(4);

    /** What a program printed and how it ended. */
    record Run(int exit, List<String> output) {}

    /** Either a program to run scripts with, or the reason why there is none. */
    record Node(Optional<String> program, String missing) {
        private static Node without(String reason) {
            return new Node(Optional.empty(), reason);
        }
    }

    private NodeInstall() {}

    static Path home() {
        return HOME;
    }

    static Node ready() throws IOException, InterruptedException {
        String lock = Fingerprint.of(Files.readString(HOME.resolve("package-lock.json")))
                .toString();
        boolean installed = Files.exists(STAMP) && Files.readString(STAMP).equals(lock);
        if (!installed) {
            Optional<Run> npm = run(
                    INSTALL_LIMIT,
                    List.of(
                            "npm",
                            "ci",
                            "--no-audit",
                            "--no-fund",
                            "--ignore-scripts",
                            "--prefer-offline",
                            "--fetch-retries=1",
                            "--loglevel=error"));
            if (npm.isEmpty()) {
                return Node.without("npm is not on the path");
            }
            if (npm.get().exit() != 0) {
                return Node.without(
                        "npm ci failed: " + String.join("\n", npm.get().output()));
            }
            Files.writeString(STAMP, lock);
        }
        for (String program : List.of(MODULES.resolve(".bin").resolve("node").toString(), "node")) {
            Optional<Run> version = run(Duration.ofSeconds(20), List.of(program, "--version"));
            if (version.isPresent() && major(version.get()) >= 22) {
                return new Node(Optional.of(program), "");
            }
        }
        return Node.without("no Node of version 22 or newer: neither in node_modules nor on the path");
    }

    /** Empty when there is no such program. Output is standard output and standard error, line by line. */
    static Optional<Run> run(Duration limit, List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(HOME.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException notFound) {
            return Optional.empty();
        }
        process.getOutputStream().close();
        List<String> output = new ArrayList<>();
        Thread reader = Thread.ofVirtual().start(() -> read(process, output));
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        reader.join();
        if (!ended) {
            output.add("ended by the test after " + limit);
        }
        return Optional.of(new Run(ended ? process.exitValue() : -1, output));
    }

    private static void read(Process process, List<String> output) {
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(output::add);
        } catch (IOException | java.io.UncheckedIOException gone) {
            output.add("output ended early: " + gone.getMessage());
        }
    }

    private static int major(Run version) {
        if (version.exit() != 0 || version.output().isEmpty()) {
            return 0;
        }
        String text = version.output().getFirst().strip();
        return text.matches("v\\d+\\..*") ? Integer.parseInt(text.substring(1, text.indexOf('.'))) : 0;
    }
}
