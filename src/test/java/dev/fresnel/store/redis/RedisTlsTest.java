package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A {@code rediss} server must prove its name; the real server stands behind a listener that ends TLS. */
class RedisTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    private Vertx vertx;
    private RedisServer server;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        server = RedisServer.start("--requirepass", "hunter2");
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
        server.close();
    }

    @Test
    void talksToAServerThatItsAuthorityVouchesFor() throws Exception {
        Path store = certificateFor("localhost");
        try (LinkUnderTest link = LinkUnderTest.open(settings(listen(store), Optional.of(pem(store))))) {
            assertThat(link.problems()).isEmpty();
            assertThat(Await.result(link.link().send(Request.cmd(Command.PING)))
                            .orElseThrow()
                            .toString())
                    .isEqualTo("PONG");
        }
    }

    @Test
    void refusesACertificateOfAnotherName() throws Exception {
        Path store = certificateFor("other.example");
        try (LinkUnderTest link = LinkUnderTest.open(settings(listen(store), Optional.of(pem(store))))) {
            assertThat(link.link().isUp()).isFalse();
        }
    }

    @Test
    void refusesACertificateNobodyVouchesFor() throws Exception {
        try (LinkUnderTest link = LinkUnderTest.open(settings(listen(certificateFor("localhost")), Optional.empty()))) {
            assertThat(link.link().isUp()).isFalse();
            assertThat(link.problems()).singleElement().isInstanceOf(RedisProblem.Away.class);
        }
    }

    private static RedisSettings settings(int port, Optional<Path> caFile) {
        return new RedisSettings(
                RedisSettings.Topology.STANDALONE,
                List.of("localhost:" + port),
                Optional.empty(),
                0,
                RedisSettings.Transport.TLS,
                Optional.empty(),
                Optional.of(new Secret("hunter2")),
                caFile,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }

    private int listen(Path store) {
        NetServer tls = vertx.createNetServer(new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword(PASSWORD)));
        tls.connectHandler(client -> {
            client.pause();
            vertx.createNetClient()
                    .connect(server.port(), "127.0.0.1")
                    .onFailure(_ -> client.close())
                    .onSuccess(behind -> {
                        client.pipeTo(behind);
                        behind.pipeTo(client);
                        client.resume();
                    });
        });
        return Await.result(tls.listen(0, "127.0.0.1")).actualPort();
    }

    /** A key pair and self-signed certificate, made by the JDK's own tool. */
    private Path certificateFor(String host) throws IOException, InterruptedException {
        Path store = folder.resolve(host + ".p12");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                "-validity",
                "2",
                "-storetype",
                "PKCS12");
        return store;
    }

    private Path pem(Path store) throws IOException, InterruptedException {
        Path pem = folder.resolve("ca.pem");
        keytool(store, "-exportcert", "-rfc", "-alias", "a", "-file", pem.toString());
        return pem;
    }

    private static void keytool(Path store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", PASSWORD, "-keystore", store.toString()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }
}
