package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where traces go, as the config says it. */
class TelemetryConfigTest {
    @Test
    void exportsNothing_byDefault() {
        assertThat(Configs.valid(Configs.MINIMAL).telemetry().traces()).isEmpty();
    }

    @Test
    void isOnePlainValue_orABlock() {
        assertThat(Configs.valid("telemetry: { otlp: \"http://localhost:4318\" }\n" + Configs.MINIMAL)
                        .telemetry()
                        .traces())
                .contains(new GatewayConfig.Otlp(
                        URI.create("http://localhost:4318"), Map.of(), 1, Duration.ofSeconds(10)));
    }

    @Test
    void takesHeadersFromTheEnvironment_andShowsThemNowhere() {
        ConfigResult.Valid result = (ConfigResult.Valid) Configs.load(
                "telemetry: { otlp: { endpoint: \"https://otel.example.com\", headers: { Authorization: \"${OTLP_AUTH}\" } } }\n"
                        + Configs.MINIMAL,
                Map.of("OTLP_AUTH", "Bearer hunter2 and more"));

        assertThat(result.config().telemetry().traces().orElseThrow().headers())
                .containsExactly(Map.entry("Authorization", new Secret("Bearer hunter2 and more")));
        assertThat(result.inForce() + result.config() + result.warnings())
                .contains("telemetry.otlp.headers.Authorization")
                .doesNotContain("hunter2");
    }

    @Test
    void warnsOfASecretInTheFile() {
        assertThat(Configs.warnings(
                        "telemetry: { otlp: { endpoint: \"https://otel.example.com\", headers: { x-key: hunter2 } } }\n"
                                + Configs.MINIMAL))
                .singleElement()
                .asString()
                .contains("is a secret written into this file")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    endpoint: "http://169.254.169.254"                                                   | endpoint: must not be a link-local address
                    endpoint: "http://[fe80::1]:4318"                                                    | endpoint: must not be a link-local address
                    endpoint: "ftp://h"                                                                  | endpoint: must be an absolute http or https URL with a host; write for example http://localhost:4318
                    endpoint: "a b"                                                                      | endpoint: must be a URL; write for example http://localhost:4318
                    endpoint: "http://u:hunter2@h"                                                       | endpoint: must
                    endpoint: "http://h:4318/v1/traces"                                                  | endpoint: must not end in /v1/traces, which is added to it; leave that out
                    endpoint: "http://h:4318", headers: { x-key: hunter2 }                               | endpoint: must be https: the headers would cross the network unencrypted; use https, or write allow-plain-http: true
                    sample: 0.5                                                                          | has no endpoint; add endpoint
                    endpoint: "https://h", headers: { Content-Type: text }                               | headers.Content-Type: is set by the exporter itself; remove it
                    endpoint: "https://h", headers: { "a b": hunter2 }                                   | is no name of an HTTP header; use letters, digits and hyphens
                    endpoint: "https://h", headers: { x-key: "hunter2\\n" }                              | headers.x-key: must be printable ASCII
                    endpoint: "https://h", headers: { x-key: one, X-Key: hunter2 }                       | headers.X-Key: is the header x-key in other letters; keep one of them
                    endpoint: "https://h", sample: 1.5                                                   | sample: must be
                    endpoint: "https://h", timeout: 1h                                                   | timeout: must be
                    """)
    void saysWhatIsWrong(String otlp, String expected) {
        List<String> problems = Configs.problems("telemetry: { otlp: { " + otlp + " } }\n" + Configs.MINIMAL);

        assertThat(problems)
                .singleElement()
                .asString()
                .contains("telemetry.otlp", expected)
                .doesNotContain("hunter2");
    }

    @Test
    void plainHttpIsFine_withoutHeaders_orOnThisMachine_orWhenAccepted() {
        assertThat(Configs.warnings("telemetry: { otlp: \"http://otel-collector:4318\" }\n" + Configs.MINIMAL))
                .isEmpty();
        assertThat(Configs.valid("telemetry: { otlp: { endpoint: \"http://localhost:4318\", headers: { a: b } } }\n"
                                + Configs.MINIMAL)
                        .telemetry()
                        .traces())
                .isPresent();
        assertThat(Configs.valid(
                                "telemetry: { otlp: { endpoint: \"http://otel:4318\", headers: { a: b }, allow-plain-http: true } }\n"
                                        + Configs.MINIMAL)
                        .telemetry()
                        .traces())
                .isPresent();
    }

    @Test
    void isTakenOverByAStartOnly() {
        GatewayConfig now = Configs.valid(Configs.MINIMAL);
        GatewayConfig next = Configs.valid("telemetry: { otlp: \"http://localhost:4318\" }\n" + Configs.MINIMAL);

        assertThat(now.needingRestart(next)).containsExactly("telemetry");
        assertThat(now.takingOver(next).telemetry().traces()).isEmpty();
    }
}
