package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.net.JksOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** X2: an {@code https} upstream must prove its name. */
final class TlsTest {
    private static final String PASSWORD = "changeit";

    private final UpstreamFixture fixture = new UpstreamFixture();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void talksToATrustedUpstream() throws Exception {
        Path store = certificateFor("localhost");
        FakeUpstream fake = secure(store);
        fake.byDefault(Script.json("{\"secure\":true}"));
        UpstreamClient client = trusting(store);

        assertThat(fixture.text(client.call(fixture.chat(at(fake.baseUri()))))).isEqualTo("{\"secure\":true}");
        assertThat(fake.lastRequest().header("host")).isEqualTo("localhost:" + fake.port());
        Await.result(client.close());
    }

    @Test
    void refusesACertificateOfAnotherName() throws Exception {
        Path store = certificateFor("other.example");
        FakeUpstream fake = secure(store);
        UpstreamClient client = trusting(store);

        UpstreamCall call = client.call(fixture.chat(at(fake.baseUri())));

        assertThat(UpstreamFixture.failure(call.reply())).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
        assertThat(UpstreamFixture.failure(call.reply()).publicMessage()).contains("certificate");
        assertThat(call.attempts()).as("trying again does not help").isEqualTo(1);
        assertThat(fake.startedRequests()).isZero();
        Await.result(client.close());
    }

    @Test
    void refusesACertificateNobodyVouchesFor() throws Exception {
        FakeUpstream fake = secure(certificateFor("localhost"));

        UpstreamCall call = fixture.client.call(fixture.chat(at(fake.baseUri())));

        assertThat(UpstreamFixture.failure(call.reply()).publicMessage()).contains("certificate");
        assertThat(fake.startedRequests()).isZero();
    }

    private Upstream at(URI base) {
        return fixture.upstreamAt(base, UpstreamFixture.PATIENT, PoolLimits.DEFAULT);
    }

    private UpstreamClient trusting(Path store) {
        TrustOptions trust = new PfxOptions().setPath(store.toString()).setPassword(PASSWORD);
        return new UpstreamClient(fixture.vertx, UpstreamFixture.retryRule(), fixture.nanos::get, Optional.of(trust));
    }

    private FakeUpstream secure(Path store) {
        return FakeUpstream.start(
                fixture.vertx,
                new NetServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(
                                new JksOptions().setPath(store.toString()).setPassword(PASSWORD)));
    }

    /** A key pair and self-signed certificate, made by the JDK's own tool. */
    private Path certificateFor(String host) throws IOException, InterruptedException {
        Path store = folder.resolve(host + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
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
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        return store;
    }
}
