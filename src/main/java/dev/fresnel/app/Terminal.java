package dev.fresnel.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command talks to: the process's streams and environment, or a test's.
 *
 * @param out results; UTF-8, flushed at each line
 * @param err problems and progress, the same
 * @param log what a serving gateway writes its event lines to: standard output, unwrapped
 * @param env what {@code ${NAME}} in a config looks up
 */
record Terminal(PrintWriter out, PrintWriter err, OutputStream log, InputStream in, Map<String, String> env) {
    static Terminal ofProcess() {
        return new Terminal(
                writer(FileDescriptor.out),
                writer(FileDescriptor.err),
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
                System.in,
                System.getenv());
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }
}
