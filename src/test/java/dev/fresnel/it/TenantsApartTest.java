package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.value.TenantId;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * T4 through the whole gateway: tenants whose ids are each other's beginnings send the same request in a session of the same name. Each gets its own
 * lens, and whatever is asked about one shows nothing of another.
 */
class TenantsApartTest {
    private static final List<TenantId> TENANTS =
            List.of("a", "A", "a.", "a-1", "a_1", "..", "lens", "1", "11", "a".repeat(64)).stream()
                    .map(TenantId::new)
                    .toList();
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities\"}]}";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final AtomicInteger lenses = new AtomicInteger();
    private final TestGateway gateway;

    TenantsApartTest(@TempDir Path folder) {
        assertThat(AdversarialNames.TENANTS).containsAll(TENANTS);
        smart.byDefault(LensScripts.byPurpose(
                Script.byRequest(_ -> LensScripts.lens(LensScripts.LENS.replace(
                        "Page every list", "Page every list of lens number " + lenses.incrementAndGet() + "."))),
                Script.chat("from smart", Usage.of(20, 300))));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
        gateway = TestGateway.start("events: { decision-log: \"" + folder.resolve("decisions.jsonl") + "\" }\n"
                + """
                upstreams:
                  smart: { base-url: "%s" }
                  cheap: { base-url: "%s" }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers: { fast: { model: cheap } }
                tenants:
                """.formatted(smart.baseUri(), cheap.baseUri())
                + TENANTS.stream()
                        .map(tenant -> """
                                  - id: "%s"
                                    keys: [{ key: %s, name: team, limits: { concurrent-requests: 5 } }]
                                    budget: { daily: 5 }
                                    routes:
                                      - { match: { model: smart }, mode: adaptive, arms: [direct, fast], lens: { build: inline } }
                                """.formatted(tenant, key(tenant)).indent(2))
                        .collect(Collectors.joining()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private static <T> T of(Map<TenantId, T> map, TenantId tenant) {
        return Objects.requireNonNull(map.get(tenant));
    }

    private static String key(TenantId tenant) {
        return "sk-" + TENANTS.indexOf(tenant);
    }

    /** @return its request id */
    private String asked(TenantId tenant) {
        HttpResponse<String> reply = gateway.chat(
                TASK,
                "authorization",
                "Bearer " + key(tenant),
                "x-fresnel-session",
                "the same: for all/of {them}*",
                "x-fresnel-arm",
                "fast");
        assertThat(reply.headers().firstValue("x-fresnel-decision")).hasValue("fast");
        String request = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        gateway.awaitLogged("request_finished", request);
        return request;
    }

    @Test
    void nothingOfOneIsSeenByAnother_whateverTheyAreCalled() throws IOException {
        Map<TenantId, EventReader> readers = new LinkedHashMap<>();
        for (TenantId tenant : TENANTS) {
            readers.put(tenant, new EventReader(tenant));
        }
        Map<TenantId, List<String>> requests = new LinkedHashMap<>();
        for (TenantId tenant : TENANTS) {
            requests.put(tenant, List.of(asked(tenant), asked(tenant)));
        }

        // The lens, and with it the conversation: what was written for the first tenant is given to no other.
        assertThat(lenses).hasValue(TENANTS.size());
        List<String> prompts =
                cheap.requests().stream().map(request -> request.bodyText()).toList();
        for (int i = 0; i < TENANTS.size(); i++) {
            int own = i + 1;
            for (String prompt : prompts.subList(2 * i, 2 * i + 2)) {
                assertThat(IntStream.rangeClosed(1, TENANTS.size())
                                .filter(number -> prompt.contains("lens number " + number + ".")))
                        .as("lenses in what %s sent", TENANTS.get(i))
                        .containsExactly(own);
            }
        }

        Map<TenantId, Map<String, String>> views = new LinkedHashMap<>();
        for (TenantId tenant : TENANTS) {
            Map<String, String> seen = new LinkedHashMap<>();
            for (String view : List.of("events", "decisions", "conversations", "lenses", "arms", "savings", "keys")) {
                String query = view.equals("lenses") ? "&text=true" : "";
                HttpResponse<String> reply = gateway.adminReply("/admin/" + view + "?tenant=" + tenant + query);
                assertThat(reply.statusCode()).as("%s of %s", view, tenant).isEqualTo(200);
                seen.put(view, reply.body());
            }
            seen.put("export", gateway.admin("/admin/export?tenant=" + tenant));
            seen.put("stream", of(readers, tenant).read(of(requests, tenant).getLast()));
            views.put(tenant, seen);
        }
        views.forEach((tenant, seen) -> {
            requests.forEach((owner, ids) -> {
                String lens = "lens number " + (TENANTS.indexOf(owner) + 1) + ".";
                if (owner.equals(tenant)) {
                    assertThat(seen.get("events")).contains(ids);
                    assertThat(seen.get("stream")).contains(ids);
                    assertThat(seen.get("decisions")).contains(ids);
                    assertThat(seen.get("lenses")).contains(lens);
                } else {
                    seen.forEach((view, text) -> {
                        assertThat(text)
                                .as("%s of %s, where %s has been", view, tenant, owner)
                                .doesNotContain(ids)
                                .doesNotContain(lens)
                                .doesNotContain("\"tenant\":\"" + owner + "\"");
                    });
                }
            });
            assertThat(seen.get("conversations")).contains("\"total\":1,");
        });

        // Whose request it is, feedback of another tenant neither changes nor finds out.
        for (TenantId tenant : TENANTS) {
            for (TenantId other : TENANTS) {
                if (!other.equals(tenant)) {
                    assertThat(feedback(other, of(requests, tenant).getFirst()))
                            .isEqualTo(feedback(other, "fr-000000000000-nobody"));
                }
            }
            assertThat(feedback(tenant, of(requests, tenant).getFirst())).isEqualTo("200 learned");
        }
    }

    private String feedback(TenantId tenant, String request) {
        HttpResponse<String> reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                .header("authorization", "Bearer " + key(tenant))
                .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\"" + request + "\",\"score\":0}"))
                .build());
        return reply.statusCode() + " " + reply.body().replaceFirst(".*\"status\":\"([a-z_]+)\".*", "$1");
    }

    /** One reader of the event stream, of one tenant. */
    private final class EventReader {
        private final Socket socket;

        EventReader(TenantId tenant) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), gateway.adminPort());
            socket.getOutputStream()
                    .write(("GET /admin/events/stream?tenant=" + tenant + " HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }

        /** All until there has been nothing for a moment after {@code last}. */
        String read(String last) throws IOException {
            StringBuilder text = new StringBuilder();
            byte[] bytes = new byte[64 * 1024];
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(10_000);
            while (true) {
                try {
                    int length = in.read(bytes);
                    if (length < 0) {
                        return text.toString();
                    }
                    text.append(new String(bytes, 0, length, StandardCharsets.UTF_8));
                    socket.setSoTimeout(text.indexOf(last) < 0 ? 10_000 : 50);
                } catch (SocketTimeoutException quiet) {
                    socket.close();
                    return text.toString();
                }
            }
        }
    }
}
