package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H29 from the command line: what it says and with which exit code. */
class PauseCommandTest {
    private static final String CONFIG = """
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """;
    private static final String LOCKED =
            "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", admin-token: secret }\n" + CONFIG;

    private static String url(TestGateway gateway) {
        return "http://127.0.0.1:" + gateway.adminPort();
    }

    @Test
    void pausesAndResumes_andPrintsWhatTheGatewaySays() {
        try (TestGateway gateway = TestGateway.start(CONFIG)) {
            Shell paused = Shell.run(
                    "pause", "--admin", url(gateway) + "/", "--tenant", "acme", "--reason", "a \"quoted\" reason");

            assertThat(paused.code()).as(paused.err()).isZero();
            assertThat(paused.out()).contains("\"tenant\":\"acme\"", "\"state\":\"paused\"", "a \\\"quoted\\\" reason");
            assertThat(gateway.admin("/admin/status")).contains("\"delegation_paused\":true");

            Shell resumed = Shell.run("resume", "--admin", url(gateway), "--tenant", "acme");
            assertThat(resumed.code()).isZero();
            assertThat(gateway.admin("/admin/status")).contains("\"delegation_paused\":false");
        }
    }

    @Test
    void sendsTheToken_ofAFileOrTheEnvironment(@TempDir Path folder) throws IOException {
        Path token = folder.resolve("token");
        Files.writeString(token, "secret\n");
        try (TestGateway gateway = TestGateway.start(LOCKED)) {
            assertThat(Shell.run("pause", "--admin", url(gateway), "--token-file", token.toString())
                            .code())
                    .isZero();
            assertThat(Shell.runWithInput(
                                    "", Map.of("FRESNEL_ADMIN_TOKEN", "secret"), "resume", "--admin", url(gateway))
                            .code())
                    .isZero();

            Shell without = Shell.run("pause", "--admin", url(gateway));
            assertThat(without.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(without.err()).contains("401", "admin token").doesNotContain("secret");
        }
    }

    @Test
    void saysWhatIsWrong_whenItIsRefusedOrNobodyAnswers(@TempDir Path folder) {
        try (TestGateway gateway = TestGateway.start(CONFIG)) {
            Shell unknown = Shell.run("pause", "--admin", url(gateway), "--tenant", "acne");
            assertThat(unknown.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(unknown.err()).contains("400", "tenant names no tenant; there are acme");
        }
        Shell nobody = Shell.run("pause", "--admin", "http://127.0.0.1:" + RedisServer.freePort());
        assertThat(nobody.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(nobody.err()).contains("no gateway answers", "--admin");
        assertThat(Shell.run("pause", "--admin", "localhost:9090").code()).isEqualTo(ExitCode.PROBLEM);
        Shell noFile = Shell.run("pause", "--token-file", folder.resolve("none").toString());
        assertThat(noFile.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(noFile.err()).contains("token file");
    }

    @Test
    void endsWith3_whenTheStoreDoesNotKnow() {
        try (RedisServer redis = RedisServer.start()) {
            redis.freeze();
            try (TestGateway gateway = TestGateway.withStore(
                    "store: { redis: { url: \"" + redis.uri() + "\", connect-timeout: 300ms } }", CONFIG)) {
                Shell shell = Shell.run("pause", "--admin", url(gateway));

                assertThat(shell.code()).isEqualTo(PauseCommand.NOT_STORED);
                assertThat(shell.err()).contains("only", "store does not answer");
                assertThat(gateway.admin("/admin/status")).contains("\"delegation_paused\":true");
                redis.thaw();
            }
        }
    }
}
