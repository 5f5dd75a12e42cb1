package dev.fresnel.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis under the config of the component and the users that the documentation makes: enough for a gateway, and for nobody else. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no redis-server")
class RedisComponentTest {
    private static final String PASSWORD = "correct-horse-battery-staple";
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";

    /** The command of the documentation that makes the file of users; the shell puts a hash in the place of {@code $(...)}. */
    private static final Pattern USERS =
            Pattern.compile("users\\.acl=\"([^\"]+)\\$\\((?:[^()]|\"\\$password\")+\\)([^\"]+)\"");

    @TempDir
    private Path folder;

    private RedisServer redis;

    @BeforeEach
    void start() throws IOException {
        List<String> options = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("k8s/components/redis/redis.conf"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                List<String> words = Arrays.asList(line.split(" ", -1));
                switch (words.getFirst()) {
                    // The test's own, as it starts any server.
                    case "port", "bind", "dir" -> {}
                    case "aclfile" -> options.addAll(List.of("--aclfile", users().toString()));
                    case "save" -> assertThat(line).isEqualTo("save \"\"");
                    default -> {
                        options.add("--" + words.getFirst());
                        options.addAll(words.subList(1, words.size()));
                    }
                }
            }
        }
        redis = RedisServer.start(options.toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private Path users() throws IOException {
        Matcher command = USERS.matcher(Files.readString(Path.of("docs/kubernetes.md")));
        assertThat(command.find()).as("the command that makes users.acl").isTrue();
        return Files.writeString(
                folder.resolve("users.acl"), command.group(1) + sha256(PASSWORD) + command.group(2) + "\n");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isEnoughForAGateway() {
        Vertx vertx = Vertx.vertx();
        String store =
                "store: { redis: { url: \"%s\", user: fresnel, password: \"%s\", command-timeout: 5s, connect-timeout: 30s } }"
                        .formatted(redis.uri(), PASSWORD);
        try (FakeUpstream smart = FakeUpstream.start(vertx);
                FakeUpstream cheap = FakeUpstream.start(vertx)) {
            smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
            cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
            String yaml = TestGateway.twoModels(
                    smart.baseUri(), cheap.baseUri(), "mode: adaptive\narms: [direct, fast-worker]");
            try (TestGateway gateway = TestGateway.withStore(store, yaml)) {
                // Everything that is kept: a lens and its record, spend, evidence, an awaited decision, an order.
                assertThat(gateway.chat(TASK, "x-fresnel-arm", "fast-worker").body())
                        .contains("from cheap");
                var reply = gateway.chat(TASK);
                String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
                Await.until(
                        "feedback is taken",
                        () -> gateway.post("/v1/feedback", "{\"request_id\":\"" + id + "\",\"succeeded\":true}")
                                        .statusCode()
                                < 300);
                assertThat(gateway.send(HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/pause"))
                                        .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"test\"}"))
                                        .build())
                                .body())
                        .contains("\"stored\":true");

                Await.until(
                        () -> "keys of every kind: " + as(PASSWORD, "SCAN 0 COUNT 1000"),
                        () -> List.of("}:lens", "}:spend", "}:arms", "{pauses}").stream()
                                .allMatch(as(PASSWORD, "SCAN 0 COUNT 1000")::contains));
                assertThat(gateway.admin("/metrics")
                                .lines()
                                .filter(line -> line.startsWith("fresnel_redis_failures_total")))
                        .allSatisfy(line -> assertThat(line).endsWith(" 0.0"));
                assertThat(gateway.admin("/metrics")).contains("fresnel_redis_up 1.0");
            }
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void isClosedToEverybodyElse() {
        assertThat(redis.command("GET", "fresnel:x")).startsWith("-NOAUTH");
        assertThat(as("wrong", "GET fresnel:x")).contains("-WRONGPASS", "-NOAUTH");
        assertThat(as(PASSWORD, "SET other 1")).contains("+OK", "-NOPERM");
        for (String command :
                List.of("CONFIG GET dir", "FLUSHALL", "KEYS *", "ACL LIST", "DEBUG SLEEP 0", "PUBLISH a b")) {
            assertThat(as(PASSWORD, command)).as(command).contains("+OK", "-NOPERM");
        }
    }

    /** Both replies, to the password and to the command. */
    private String as(String password, String command) {
        try (RawConnection connection = new RawConnection(redis.port())) {
            connection.send("AUTH fresnel \"" + password + "\"\r\n" + command + "\r\nQUIT\r\n");
            return connection.readToEnd();
        }
    }
}
