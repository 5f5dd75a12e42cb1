package dev.fresnel.upstream;

import static dev.fresnel.upstream.ForwardHeaders.ClientCredential.PASS_ON;
import static dev.fresnel.upstream.ForwardHeaders.ClientCredential.STRIP;
import static dev.fresnel.upstream.ForwardHeaders.ReplyEncoding.AS_CLIENT_ACCEPTS;
import static dev.fresnel.upstream.ForwardHeaders.ReplyEncoding.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.Secret;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardHeadersTest {
    private static final Upstream KEYED = upstream(new Credential.ApiKey(new Secret("sk-ours")));
    private static final Upstream OPEN = upstream(new Credential.Client());

    @Test
    void passesWhatIsForTheProvider_inOrderWithRepeats() {
        MultiMap client = headers(
                "OpenAI-Beta: a",
                "anthropic-version: 2023-06-01",
                "OpenAI-Beta: b",
                "Idempotency-Key: k",
                "traceparent: 00-1",
                "X-Stainless-Lang: java",
                "User-Agent: sdk");

        MultiMap up = ForwardHeaders.up(client, OPEN, PASS_ON, AS_CLIENT_ACCEPTS);

        assertThat(lines(up)).isEqualTo(lines(client));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: close",
                "Keep-Alive: timeout=5",
                "Proxy-Authorization: Basic x",
                "Proxy-Authenticate: Basic",
                "Proxy-Connection: keep-alive",
                "TE: trailers",
                "Trailer: x",
                "Transfer-Encoding: chunked",
                "Upgrade: h2c",
                "HTTP2-Settings: AAA",
                "Host: gateway",
                "Content-Length: 5",
                "Expect: 100-continue",
                "X-Fresnel-Mode: off",
                "x-fresnel-internal: lens",
            })
    void dropsWhatIsForUs(String line) {
        assertThat(lines(ForwardHeaders.up(headers(line, "x: 1"), OPEN, PASS_ON, AS_CLIENT_ACCEPTS)))
                .containsExactly("x: 1");
    }

    @Test
    void dropsWhatConnectionNominates_butNoCredential() {
        MultiMap client = headers(
                "Connection: close, X-Hop",
                "connection: x-other ,authorization",
                "x-hop: 1",
                "X-Other: 2",
                "x-stays: 3",
                "Authorization: Bearer sk-client");

        assertThat(lines(ForwardHeaders.up(client, OPEN, PASS_ON, AS_CLIENT_ACCEPTS)))
                .containsExactly("x-stays: 3", "Authorization: Bearer sk-client");
    }

    @Test
    void replacesEveryCredential_whenTheUpstreamHasAKey() {
        MultiMap client = headers("Authorization: Bearer sk-client", "api-key: a", "X-Api-Key: b", "x: 1");

        assertThat(lines(ForwardHeaders.up(client, KEYED, PASS_ON, AS_CLIENT_ACCEPTS)))
                .containsExactly("x: 1", "authorization: Bearer sk-ours");
    }

    @Test
    void showsNoCredential_whenTheUpstreamIsToBeShownNone() {
        MultiMap client = headers("Authorization: Bearer sk-client", "cookie: a=1", "x: 1");

        assertThat(lines(ForwardHeaders.up(client, upstream(new Credential.None()), PASS_ON, AS_CLIENT_ACCEPTS)))
                .containsExactly("x: 1");
    }

    @Test
    void keepsTenantKeysFromTheProvider() {
        MultiMap client = headers("Authorization: Bearer tenant-key", "x-api-key: tenant-key", "x: 1");

        assertThat(lines(ForwardHeaders.up(client, OPEN, STRIP, AS_CLIENT_ACCEPTS)))
                .containsExactly("x: 1");
    }

    @Test
    void offersNoCompression_whenTheReplyIsRead() {
        MultiMap client = headers("Accept-Encoding: gzip, br", "accept: */*");

        assertThat(lines(ForwardHeaders.up(client, OPEN, PASS_ON, PLAIN))).containsExactly("accept: */*");
        assertThat(ForwardHeaders.up(client, OPEN, PASS_ON, AS_CLIENT_ACCEPTS).get("accept-encoding"))
                .isEqualTo("gzip, br");
    }

    @Test
    void takesHeadersOfTheCaller_afterwards() {
        MultiMap up = ForwardHeaders.up(headers("x-fresnel-internal: forged"), OPEN, PASS_ON, PLAIN);

        up.add(ForwardHeaders.INTERNAL, "delegated");

        assertThat(lines(up)).containsExactly("x-fresnel-internal: delegated");
    }

    @Test
    void passesTheReplysHeaders_inOrderWithRepeats() {
        List<String> passed = List.of(
                "content-type: text/event-stream",
                "content-encoding: gzip",
                "x-request-id: req_1",
                "openai-processing-ms: 5",
                "x-ratelimit-remaining-tokens: 7",
                "retry-after: 1",
                "retry-after-ms: 900",
                "x-should-retry: true",
                "openai-version: 1",
                "openai-version: 2");
        MultiMap reply = headers(passed.toArray(String[]::new))
                .add("Connection", "keep-alive, X-Mine")
                .add("Keep-Alive", "timeout=5")
                .add("x-mine", "1")
                .add("Transfer-Encoding", "chunked")
                .add("Set-Cookie", "a=1")
                .add("alt-svc", "h3=\":443\"")
                .add("Strict-Transport-Security", "max-age=1")
                .add("x-fresnel-decision", "forged");

        assertThat(lines(ForwardHeaders.down(reply))).isEqualTo(passed);
    }

    private static Upstream upstream(Credential credential) {
        return new Upstream(
                "acme", URI.create("http://localhost/v1"), credential, Timeouts.DEFAULT, PoolLimits.DEFAULT);
    }

    private static MultiMap headers(String... lines) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String line : lines) {
            int colon = line.indexOf(": ");
            headers.add(line.substring(0, colon), line.substring(colon + 2));
        }
        return headers;
    }

    private static List<String> lines(MultiMap headers) {
        return headers.entries().stream()
                .map(header -> header.getKey() + ": " + header.getValue())
                .toList();
    }
}
