package dev.fresnel.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command talks to: the process's streams and environment, or a test's.
 *
 * @param out results; UTF-8, flushed at each line
 * @param err problems and progress
 * @param env what {@code ${NAME}} in a config looks up
 */
record Terminal(PrintWriter out, PrintWriter err, InputStream in, Map<String, String> env) {
    static Terminal ofProcess() {
        return new Terminal(writer(FileDescriptor.out), writer(FileDescriptor.err), System.in, System.getenv());
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
    }
}
