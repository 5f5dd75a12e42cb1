package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.ServingProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private static HttpResponse<String> get(HttpClient http, String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
