package dev.fresnel.testing;

import dev.fresnel.app.ConfigWatch;
import dev.fresnel.app.Gateway;
import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.exchange.RelayLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The real gateway, wired by the real composition root, on free ports with a store of its own. Thread-safe. */
public final class TestGateway implements AutoCloseable {
    private final Gateway gateway;
    private final Path store;
    private final ByteArrayOutputStream log;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestGateway(Gateway gateway, Path store, ByteArrayOutputStream log) {
        this.gateway = gateway;
        this.store = store;
        this.log = log;
    }

    /** @param yaml without {@code store}, and without {@code listen} or with it in front */
    public static TestGateway start(String yaml) {
        return start(yaml, RelayLimits.DEFAULT);
    }

    public static TestGateway start(String yaml, RelayLimits limits) {
        try {
            return start(yaml, limits, Files.createTempDirectory("fresnel-test"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TestGateway start(String yaml, RelayLimits limits, Path store) {
        return start(yaml, limits, store, "store: { embedded: \"" + store + "\" }\n");
    }

    /** On the Redis at {@code uri}, alone or as one of several replicas, with a time limit that a loaded machine keeps. */
    public static TestGateway onRedis(String uri, String yaml) {
        return withStore("store: { redis: { url: \"" + uri + "\", command-timeout: 5s } }", yaml);
    }

    /** @param storeYaml one line, the {@code store} section */
    public static TestGateway withStore(String storeYaml, String yaml) {
        try {
            return start(yaml, RelayLimits.DEFAULT, Files.createTempDirectory("fresnel-test"), storeYaml + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestGateway start(String yaml, RelayLimits limits, Path store, String storeYaml) {
        String listen = yaml.startsWith("listen:") ? "" : "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\" }\n";
        String whole = listen + storeYaml + withoutLot(yaml);
        return switch (ConfigLoader.load(whole, store, Map.of())) {
            case ConfigResult.Valid valid -> {
                ByteArrayOutputStream log = new ByteArrayOutputStream();
                yield new TestGateway(Await.result(Gateway.start(valid.config(), log, limits)), store, log);
            }
            case ConfigResult.Invalid invalid ->
                throw new AssertionError("the test's config is invalid: " + invalid.problems());
        };
    }

    /** One conversation in fifty would go another way by chance; a test that wants that says so. */
    private static String withoutLot(String yaml) {
        return yaml.contains("control-share") ? yaml : "defaults: { control-share: 0 }\n" + yaml;
    }

    /** On config files, whose changes it takes over. They say everything, store and free ports included. */
    public static TestGateway watching(Path config) {
        return watching(config, () -> {});
    }

    /** @param meanwhile runs when the files have been read, before the gateway looks at them again */
    public static TestGateway watching(Path config, Runnable meanwhile) {
        ConfigWatch files = new ConfigWatch(config, Map.of());
        return switch (files.read()) {
            case ConfigResult.Valid valid -> {
                ByteArrayOutputStream log = new ByteArrayOutputStream();
                Gateway gateway = Await.result(Gateway.start(valid.config(), log));
                meanwhile.run();
                gateway.watch(files);
                yield new TestGateway(gateway, valid.config().store().directory(), log);
            }
            case ConfigResult.Invalid invalid ->
                throw new AssertionError("the test's config is invalid: " + invalid.problems());
        };
    }

    /**
     * Two models, {@code smart} (large, dear) and {@code cheap} (small), at two upstreams, and an open tenant whose route for
     * {@code smart} is given.
     *
     * @param route the keys of the one route but for {@code match}, as flow or block YAML at indentation 8
     */
    public static String twoModels(URI smart, URI cheap, String route) {
        return """
                upstreams:
                  smart: { base-url: "%s", timeouts: { connect: 2s, first-byte: 2s, idle: 2s } }
                  cheap: { base-url: "%s", timeouts: { connect: 2s, first-byte: 2s, idle: 2s } }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers:
                  fast-worker: { model: cheap, lens: true }
                  fast-bare: { model: cheap, lens: false }
                  alone: { model: cheap, lens: false, fallback: [] }
                tenants:
                  - id: acme
                    routes:
                      - match: { model: "smart" }
                %s
                """.formatted(smart, cheap, route.indent(8).stripTrailing());
    }

    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + gateway.dataPort() + "/v1");
    }

    public int port() {
        return gateway.dataPort();
    }

    public int adminPort() {
        return gateway.adminPort();
    }

    /** POSTs a chat completion; {@code headers} are names and values in turn. */
    public HttpResponse<String> chat(String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl() + "/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    /** POSTs JSON to the data listener. */
    public HttpResponse<String> post(String path, String body) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.dataPort() + path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** GETs from the data listener. */
    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.dataPort() + path))
                .build());
    }

    public String admin(String path) {
        return adminReply(path).body();
    }

    /** GETs from the admin listener; {@code headers} are names and values in turn. */
    public HttpResponse<String> adminReply(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    public Gateway gateway() {
        return gateway;
    }

    /** The whole log so far. */
    public String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Log lines so far that hold {@code text}; events are written behind the reply, so await them. */
    public List<String> logged(String text) {
        return Arrays.stream(log.toString(StandardCharsets.UTF_8).split("\n"))
                .filter(line -> line.contains(text))
                .toList();
    }

    /** Waits for a log line that holds every one of {@code texts}, and gives it. */
    public String awaitLogged(String... texts) {
        Await.until(
                "a log line with " + Arrays.toString(texts),
                () -> !matching(texts).isEmpty());
        return matching(texts).getFirst();
    }

    private List<String> matching(String... texts) {
        return logged(texts[0]).stream()
                .filter(line -> Arrays.stream(texts).allMatch(line::contains))
                .toList();
    }

    public Path store() {
        return store;
    }

    /** Closes the gateway and keeps the store. */
    public void stop() {
        Await.result(gateway.close());
        http.close();
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(store)) {
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
