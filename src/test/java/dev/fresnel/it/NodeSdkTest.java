package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official openai package of Node gets the same through the gateway as from the provider, except the model that answered. The
 * calls and the comparison are in {@code src/test/node/run.mjs}; what reached the provider is compared here. Without Node the test
 * is skipped with a message, unless {@code CI=true}.
 */
class NodeSdkTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);
    private final TestGateway gateway = SdkGateway.start(provider);

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
        Await.result(vertx.close());
    }

    @Test
    void resultsEqualThoseWithoutTheGateway(@TempDir Path folder) throws Exception {
        String node = nodeOrSkip();
        ScriptedProvider.teach(provider);
        Path lanes = Files.writeString(folder.resolve("lanes.json"), lanes());

        NodeInstall.Run run = NodeInstall.run(
                        LIMIT,
                        List.of(
                                node,
                                "run.mjs",
                                provider.baseUri().toString(),
                                gateway.baseUrl().toString(),
                                lanes.toString()))
                .orElseThrow();

        assertThat(run.output())
                .filteredOn(line -> !line.contains("\"same\":true"))
                .isEmpty();
        assertThat(run.exit()).as(String.join("\n", run.output())).isZero();
        assertTheProviderSawTheSame(run.output().size());
        Await.until("no stream stays open at the provider", () -> provider.openStreams() == 0);
    }

    @Test
    void lockFileNamesNoRegistry() throws IOException {
        String lock = Files.readString(NodeInstall.home().resolve("package-lock.json"), StandardCharsets.UTF_8);

        assertThat(lock).contains("\"integrity\": \"sha512-").doesNotContain("\"resolved\"", "://");
    }

    private void assertTheProviderSawTheSame(int calls) {
        Map<String, List<RecordedRequest>> runs = provider.requests().stream()
                .filter(request -> request.header(ScriptedProvider.RUN).startsWith("node/"))
                .collect(Collectors.groupingBy(request -> request.header(ScriptedProvider.RUN)));
        assertThat(runs).hasSize(2 * calls);
        runs.keySet().stream().filter(run -> run.endsWith("/gateway")).forEach(run -> {
            Lane lane = Stream.of(Lane.values())
                    .filter(each -> run.endsWith("/" + each.key() + "/gateway"))
                    .findFirst()
                    .orElseThrow();
            RecordedRequest through = of(runs, run).getFirst();
            RecordedRequest direct = of(runs, run.substring(0, run.length() - "gateway".length()) + "direct")
                    .getFirst();
            Likeness.assertSameRequest(lane, direct, through);
            assertThat(through.model())
                    .as(run)
                    .isEqualTo(through.uri().equals("/v1/chat/completions") ? lane.answeredBy() : direct.model());
        });
    }

    private static List<RecordedRequest> of(Map<String, List<RecordedRequest>> runs, String run) {
        return runs.getOrDefault(run, List.of());
    }

    private static String lanes() {
        return Stream.of(Lane.values())
                .map(lane -> "{\"name\":" + ChatJson.quote(lane.key()) + ",\"model\":" + ChatJson.quote(lane.model())
                        + ",\"prompt\":" + ChatJson.quote(lane.prompt()) + ",\"headers\":{"
                        + lane.headers().entrySet().stream()
                                .map(header ->
                                        ChatJson.quote(header.getKey()) + ":" + ChatJson.quote(header.getValue()))
                                .collect(Collectors.joining(","))
                        + "}}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String nodeOrSkip() throws IOException, InterruptedException {
        NodeInstall.Node node = NodeInstall.ready();
        if (node.program().isPresent()) {
            return node.program().get();
        }
        String message = "THE NODE SDK TESTS DID NOT RUN: " + node.missing();
        // Surefire counts a skipped test and keeps the reason to itself.
        System.err.println(message);
        return "true".equals(System.getenv("CI")) ? fail(message) : abort(message);
    }
}
