package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.ServingProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    @TempDir
    private Path folder;

    @Test
    void servesUntilSigterm_thenExitsWithSuccess_andLoadsNothingLargeOnAnEventLoop() throws Exception {
        String yaml = CONFIG.replace("STORE", folder.resolve("store").toString());
        Path loaded = folder.resolve("loaded");
        try (ServingProcess process = ServingProcess.launch(folder, yaml, "-Xlog:class+init=info:file=" + loaded);
                HttpClient http = HttpClient.newHttpClient()) {
            process.awaitServing();

            assertThat(get(http, process.admin() + "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(http, process.data() + "/v1/models").statusCode()).isEqualTo(200);

            assertThat(process.terminate()).isEqualTo(ExitCode.OK);
        }
        // They hold a thread for seconds where the machine is busy, so no event loop may load them.
        for (String large : List.of("com/knuddels/jtokkit/", "com/networknt/schema/")) {
            assertThat(Files.readAllLines(loaded))
                    .filteredOn(line -> line.contains(" Initializing '" + large))
                    .as(large)
                    .isNotEmpty()
                    .allMatch(line -> line.contains("by thread \"vert.x-worker-thread-"));
        }
    }

    /** X1: secrets of the environment and of the config are in neither output of the process. */
    @Test
    void writesNoSecret_whateverGoesWrong() throws Exception {
        String fromEnv = "sk-canary-env-5f1e9c02d7";
        String fromFile = "sk-canary-file-5f1e9c02d7";
        String shown = "sk-canary-shown-5f1e9c02d7";
        String yaml = """
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: "${CANARY}" }
                store: { embedded: "%s" }
                upstreams:
                  nobody: { base-url: "http://127.0.0.1:1/v1", api-key: "${CANARY}" }
                tenants:
                  - { id: acme, keys: ["%s"] }
                  - { id: open }
                """.formatted(folder.resolve("store"), fromFile);
        try (ServingProcess process = ServingProcess.launch(folder, yaml, Map.of("CANARY", fromEnv));
                HttpClient http = HttpClient.newHttpClient()) {
            process.awaitServing();
            for (String path : List.of("/v1/models?api-key=" + shown, "/v1/files?key=" + shown, "/x?key=" + shown)) {
                assertThat(get(http, process.data() + path, "authorization", "Bearer " + shown)
                                .statusCode())
                        .isIn(200, 404, 502);
                assertThat(get(http, process.admin() + path, "authorization", "Bearer " + shown)
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(get(http, process.data() + "/v1/files", "authorization", "Bearer " + fromFile)
                            .statusCode())
                    .isEqualTo(502);
            Files.writeString(
                    folder.resolve("fresnel.yaml"),
                    yaml.replace("[\"" + fromFile + "\"]", "[{ " + fromFile + ": team }]"));
            Await.until("the new config is rejected", () -> read("events").contains("config_rejected"));

            assertThat(process.terminate()).isEqualTo(ExitCode.OK);
            assertThat(read("events")).contains("tenants[0].keys[0]", "upstream_unavailable");
            assertThat(read("events") + process.said()).doesNotContain(fromEnv, fromFile, shown);
            assertThat(process.said()).contains("serving ");
        }
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
