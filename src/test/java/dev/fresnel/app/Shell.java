package dev.fresnel.app;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One run of the command line, its output kept.
 *
 * @param code exit code
 */
record Shell(int code, String out, String err) {
    static Shell run(String... args) {
        return runWithInput("", Map.of(), args);
    }

    static Shell runWithInput(String input, Map<String, String> env, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Fresnel.run(
                new Terminal(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        OutputStream.nullOutputStream(),
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        env),
                args);
        return new Shell(code, out.toString(), err.toString());
    }
}
