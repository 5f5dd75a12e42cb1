package dev.fresnel.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** {@code kubectl kustomize} as a user runs it. Without a kubectl on the path tests are skipped; where CI is true they fail. */
final class Kubectl {
    private static final Path HOME = Path.of("k8s");
    private static final Map<Path, String> RENDERED = new ConcurrentHashMap<>();

    private Kubectl() {}

    /** What is shipped under {@code k8s/overlays}, by name. */
    static Stream<String> overlays() {
        try (Stream<Path> folders = Files.list(HOME.resolve("overlays"))) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rendered YAML of an overlay; once per JVM. */
    static String overlay(String name) {
        requireKubectl();
        return RENDERED.computeIfAbsent(HOME.resolve("overlays").resolve(name), Kubectl::kustomize);
    }

    private static void requireKubectl() {
        if (onPath().isEmpty()) {
            String missing =
                    "kubectl is not on the path, so no manifest was rendered: install it, or run .ci/run, which brings one";
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(missing);
            }
            Assumptions.abort(missing);
        }
    }

    private static Optional<Path> onPath() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String kustomize(Path directory) {
        try {
            Path errors = Files.createTempFile("kubectl", ".err");
            Process process = new ProcessBuilder("kubectl", "kustomize", directory.toString())
                    .redirectError(errors.toFile())
                    .start();
            String yaml = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String said = process.waitFor() + " " + Files.readString(errors);
            Files.delete(errors);
            // Also what it merely warns of, such as a field of kustomize that is going away.
            if (!said.equals("0 ")) {
                throw new AssertionError("kubectl kustomize " + directory + " ended with " + said);
            }
            return yaml;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
