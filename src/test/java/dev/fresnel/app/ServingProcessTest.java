package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code fresnel serve} as a process of its own: what a supervisor sees of it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "ends processes by SIGTERM")
class ServingProcessTest {
    private static final String CONFIG = """
            listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0" }
            store: { embedded: "STORE" }
            upstreams:
              nobody: { base-url: "http://127.0.0.1:1/v1" }
            tenants:
              - id: open
            """;
    private static final Pattern SERVING = Pattern.compile("serving (http://\\S+)/v1, admin (http://[^,\\s]+)");

    @TempDir
    private Path folder;

    @Test
    void servesUntilSigterm_thenExitsWithSuccess() throws Exception {
        Path config = folder.resolve("fresnel.yaml");
        Files.writeString(
                config, CONFIG.replace("STORE", folder.resolve("store").toString()));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fresnel.class.getName(),
                        "serve",
                        "--config",
                        config.toString())
                .redirectOutput(folder.resolve("events").toFile())
                .start();

        try (BufferedReader progress = process.errorReader();
                HttpClient http = HttpClient.newHttpClient()) {
            Matcher serving = firstLineWith(SERVING, progress);

            assertThat(get(http, serving.group(2) + "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(http, serving.group(1) + "/v1/models").statusCode()).isEqualTo(200);

            process.destroy();

            assertThat(process.waitFor(45, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).isEqualTo(ExitCode.OK);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Matcher firstLineWith(Pattern pattern, BufferedReader lines) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("it ended before it served: " + said);
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
