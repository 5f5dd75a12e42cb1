package dev.fresnel.testing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A real {@code redis-server} process on a free port of 127.0.0.1, with a directory of its own. It can be killed, frozen and started
 * again on the same port with the same directory. Not thread-safe.
 */
public final class RedisServer implements AutoCloseable {
    /** A cluster node listens on its port plus this, too. */
    private static final int BUS_OFFSET = 10_000;

    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 3_000;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final int port;
    private final Path directory;
    private final List<String> command;
    private Process process;

    private RedisServer(int port, Path directory, List<String> command, Process process) {
        this.port = port;
        this.directory = directory;
        this.command = command;
        this.process = process;
    }

    /** Keeps nothing on disk unless the arguments say so, for example {@code --appendonly yes}. */
    public static RedisServer start(String... arguments) {
        List<String> options = new ArrayList<>(List.of("--save", ""));
        options.addAll(List.of(arguments));
        return start(freePort(), Path.of(""), options);
    }

    /** One that keeps what it acknowledged, whatever kills it. */
    public static RedisServer startDurable() {
        return start("--appendonly", "yes", "--appendfsync", "always");
    }

    /** Sentinels read and rewrite a config file. */
    static RedisServer startSentinel(String config) {
        int port = freePort();
        try {
            Path file = Files.createTempFile("sentinel", ".conf");
            Files.writeString(file, config);
            return start(port, file, List.of("--sentinel"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RedisServer start(int port, Path config, List<String> arguments) {
        try {
            Path directory = Files.createTempDirectory("redis");
            List<String> command = new ArrayList<>();
            command.add(RedisBinary.path().toString());
            if (!config.toString().isEmpty()) {
                command.add(config.toString());
            }
            command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
            command.addAll(List.of("--dir", directory.toString()));
            command.addAll(arguments);
            RedisServer server = new RedisServer(port, directory, command, launch(directory, command));
            server.awaitAnswer();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process launch(Path directory, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        // A test that dies must not leave its servers behind.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private void awaitAnswer() {
        Await.until(() -> "redis-server answers; its log: " + log(), () -> {
            if (!process.isAlive()) {
                throw new AssertionError("redis-server ended at once: " + log());
            }
            return answers();
        });
    }

    private boolean answers() {
        try {
            return !RespClient.send(port, List.of("PING".getBytes(StandardCharsets.US_ASCII)))
                    .startsWith("-LOADING");
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** The reply to one command as text, an error with its leading minus; see {@link RespClient}. */
    @CanIgnoreReturnValue
    public String command(String... words) {
        return command(Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    @CanIgnoreReturnValue
    public String command(List<byte[]> words) {
        try {
            return RespClient.send(port, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9}; the port refuses afterwards. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("redis-server does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** After {@link #kill}: same port, same directory. */
    public void restart() {
        try {
            process = launch(directory, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitAnswer();
    }

    /** {@code SIGSTOP}: connections stay open, and connect, and nothing answers. */
    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill " + name + " failed with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return "(none)";
        }
    }

    /**
     * Free now, together with the port of the cluster bus. Below the ports that systems give to connections, and of other ones in each process
     * that runs tests: nobody takes it before the server does.
     */
    public static int freePort() {
        for (int attempt = 0; attempt < PORTS; attempt++) {
            int port =
                    FIRST_PORT + Integer.getInteger("surefire.forkNumber", 0) * PORTS + NEXT.getAndIncrement() % PORTS;
            if (isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
        throw new AssertionError("no free port from " + FIRST_PORT);
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                if (!file.toFile().delete()) {
                    file.toFile().deleteOnExit();
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
