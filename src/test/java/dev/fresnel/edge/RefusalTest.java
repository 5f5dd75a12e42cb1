package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that is refused at the door leaves a line in the log by which an operator finds it, and no credential. */
class RefusalTest {
    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.start("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                limits: { max-body: 1KiB }
                tenants: [{ id: acme, keys: ["sk-acme"], budget: { daily: 1.00 } }]
                """);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void namesTheRequest_whenTheKeyIsWrong() {
        HttpResponse<String> reply = gateway.chat("{}", "authorization", "Bearer sk-canary");

        String line = gateway.awaitLogged("request_refused");
        assertThat(line)
                .contains("\"request_id\":\""
                        + reply.headers().firstValue("x-fresnel-request-id").orElseThrow())
                .contains("\"tenant\":null,\"key_name\":null,\"method\":\"POST\",\"path\":\"/v1/chat/completions\"")
                .contains("\"status\":401,\"error\":\"invalid_api_key\"");
        assertThat(gateway.log()).doesNotContain("sk-canary");
        assertThat(gateway.admin("/admin/events")).as("not for the window").isEqualTo("[]");
    }

    @Test
    void namesTheTenant_whenItsRequestIsRefused() {
        gateway.chat("x".repeat(2000), "authorization", "Bearer sk-acme");
        assertThat(gateway.awaitLogged("\"status\":413")).contains("\"tenant\":\"acme\"", "request_too_large");
    }

    @Test
    void saysTheLimitAsTheConfigDoes() {
        assertThat(gateway.chat("x".repeat(2000), "authorization", "Bearer sk-acme")
                        .body())
                .contains("larger than 1KiB");
    }

    @Test
    void cutsLongPaths_andTellsWhatIsNoHttp() throws IOException {
        gateway.get("/nowhere/" + "a".repeat(3000) + "?key=sk-canary");
        try (RawConnection raw = new RawConnection(gateway.port())) {
            raw.send("this is not http\r\n\r\n").readToEnd();
        }

        assertThat(gateway.awaitLogged("\"status\":404")).hasSizeLessThan(500).doesNotContain("canary");
        assertThat(gateway.awaitLogged("\"status\":400")).contains("\"method\":null,\"path\":null", "bad_request");
    }

    @Test
    void saysWhatToAskFor_belowTheBarePrefix() {
        assertThat(gateway.get("/v1").body()).contains("below it").doesNotContain("Use a base URL");
    }
}
