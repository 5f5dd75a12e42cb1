package dev.fresnel.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code fresnel serve} as a process of its own. Not thread-safe; closing it kills it. */
public final class ServingProcess implements AutoCloseable {
    private static final Pattern SERVING = Pattern.compile("serving (http://\\S+)/v1, admin (http://[^,\\s]+)");

    private final Process process;
    private final BufferedReader progress;
    private final StringBuilder said = new StringBuilder();
    private URI data = URI.create("");
    private URI admin = URI.create("");

    private ServingProcess(Process process) {
        this.process = process;
        this.progress = process.errorReader();
    }

    /**
     * Begins to start one.
     *
     * @param folder for its config and its log
     * @param yaml whole, with ports 0
     * @param options of the JVM
     */
    public static ServingProcess launch(Path folder, String yaml, String... options) {
        return launch(folder, yaml, Map.of(), options);
    }

    /** @param env that its config refers to */
    public static ServingProcess launch(Path folder, String yaml, Map<String, String> env, String... options) {
        try {
            Path config = Files.createDirectories(folder).resolve("fresnel.yaml");
            Files.writeString(config, yaml);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(List.of(options));
            command.addAll(List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.fresnel.app.Fresnel",
                    "serve",
                    "--config",
                    config.toString()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(folder.resolve("events").toFile());
            builder.environment().putAll(env);
            Process process = builder.start();
            // A test that dies must not leave its processes behind.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new ServingProcess(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves; an {@link AssertionError} with what it said when it ends before. */
    public void awaitServing() {
        try {
            for (String line = progress.readLine(); line != null; line = progress.readLine()) {
                said.append(line).append('\n');
                Matcher serving = SERVING.matcher(line);
                if (serving.find()) {
                    data = URI.create(serving.group(1));
                    admin = URI.create(serving.group(2));
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("it ended before it served: " + said);
    }

    /** All that it wrote to standard error, once it has ended. */
    public String said() {
        try {
            for (String line = progress.readLine(); line != null; line = progress.readLine()) {
                said.append(line).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said.toString();
    }

    /** Of the data listener, without a path. */
    public URI data() {
        return data;
    }

    /** Of the admin listener, without a path. */
    public URI admin() {
        return admin;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@code SIGTERM}, then waits for the end. */
    public int terminate() {
        // Process.destroy() would close what it still has to say.
        process.toHandle().destroy();
        return ended(45);
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        int ignored = ended(10);
    }

    private int ended(int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            progress.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
