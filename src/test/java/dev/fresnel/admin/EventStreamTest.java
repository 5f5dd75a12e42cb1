package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The event stream on real sockets: what its readers get, miss and are told. */
class EventStreamTest {
    private static final String YAML = """
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }, { id: other, keys: ["key-of-other"] }]
            events: { ring-size: 4 }
            """;

    private static RawConnection open(int port, String query, String... headers) {
        return new RawConnection(port)
                .send("GET /admin/events/stream" + query + " HTTP/1.1\r\nhost: 127.0.0.1\r\n" + String.join("", headers)
                        + "\r\n");
    }

    private static void order(TestGateway gateway, String verb, String tenant) {
        assertThat(gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/"
                                        + verb + "?tenant=" + tenant))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void tellsOfWhatHappens_byTypeAndTenant_andEndsAtShutdown() {
        TestGateway gateway = TestGateway.start(YAML);
        try (RawConnection all = open(gateway.adminPort(), "");
                RawConnection some = open(gateway.adminPort(), "?tenant=other&type=admin_action")) {
            assertThat(all.readUntil("retry: ")).contains("content-type: text/event-stream", "cache-control: no-store");
            assertThat(some.readUntil("retry: ")).contains(" 200 ");

            order(gateway, "pause", "acme");
            order(gateway, "pause", "other");

            assertThat(all.readUntil("\"subject\":\"other\""))
                    .contains(
                            "event: delegation_paused\ndata: {\"type\":\"delegation_paused\"",
                            "\nevent: admin_action\ndata: {")
                    .containsPattern("id: [a-z0-9]+-1\n")
                    .contains("\"subject\":\"acme\"");
            assertThat(some.readUntil("\"subject\":\"other\""))
                    .contains("event: admin_action")
                    .doesNotContain("delegation_paused", "acme");
            gateway.close();
            assertThat(all.readUntil("shutdown")).contains("event: end\ndata: {\"reason\":\"shutdown\"}");
        }
    }

    @Test
    void givesWhatWasMissed_andSaysWhatIsNotKeptAnyMore() {
        try (TestGateway gateway = TestGateway.start(YAML)) {
            String first;
            try (RawConnection reader = open(gateway.adminPort(), "")) {
                reader.readUntil("retry: ");
                order(gateway, "pause", "acme");
                first = reader.readUntil("\"admin_action\"")
                        .replaceAll("(?s).*id: (\\S+)\nevent: delegation_paused.*", "$1");
            }
            order(gateway, "resume", "acme");

            try (RawConnection back = open(gateway.adminPort(), "", "last-event-id: " + first + "\r\n")) {
                assertThat(back.readUntil("\"resumed\""))
                        .contains("\"action\":\"paused\"", "delegation_resumed")
                        .doesNotContain("event: gap", "event: delegation_paused");
            }
            order(gateway, "pause", "acme");
            order(gateway, "resume", "acme");
            try (RawConnection late = open(gateway.adminPort(), "", "last-event-id: " + first + "\r\n")) {
                assertThat(late.readUntil("\"resumed\""))
                        .contains("event: gap\ndata: {\"last_event_id\":\"" + first + "\"}");
            }
            try (RawConnection stranger = open(gateway.adminPort(), "", "last-event-id: other-1\r\n")) {
                assertThat(stranger.readUntil("\"resumed\"")).contains("event: gap", "delegation_paused");
            }
        }
    }

    /** A feed that the test feeds. */
    private static final class OwnFeed implements EventFeed {
        final List<Consumer<Event>> followers = new CopyOnWriteArrayList<>();
        long last;

        void tell(String json) {
            Event event = new Event(++last, json);
            followers.forEach(follower -> follower.accept(event));
        }

        @Override
        public List<String> recent() {
            return List.of();
        }

        @Override
        public Subscription follow(long after, Consumer<Event> follower) {
            followers.add(follower);
            return new Subscription() {
                @Override
                public List<Event> missed() {
                    return List.of();
                }

                @Override
                public void end() {
                    followers.remove(follower);
                }
            };
        }

        @Override
        public long last() {
            return last;
        }
    }

    @Test
    void keepsQuietReaders_tellsSlowOnesThatTheyAreTooSlow_andTakesSixteen() {
        Vertx vertx = Vertx.vertx();
        OwnFeed feed = new OwnFeed();
        AdminListener listener = new AdminListener(new AdminListener.Setup(
                "127.0.0.1",
                0,
                Optional.empty(),
                new OperationTable(List.of(new EventRequests(vertx, feed, "run", Duration.ofMillis(20)))),
                _ -> {}));
        Await.result(vertx.deployVerticle(listener));
        List<RawConnection> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                readers.add(open(listener.port(), "", "connection: close\r\n"));
                readers.get(i).readUntil("retry: ");
            }
            try (RawConnection oneMore = open(listener.port(), "")) {
                assertThat(oneMore.readUntil("problems")).contains(" 429 ", "too_many", "16 readers");
            }
            assertThat(readers.getFirst().readUntil(": keep-alive\n\n")).isNotEmpty();
            readers.subList(1, 16).forEach(RawConnection::close);
            Await.until("they are gone", () -> feed.followers.size() == 1);

            String event = "{\"type\":\"large\",\"text\":\"" + "x".repeat(20_000) + "\"}";
            Await.until("the one that does not read is let go", () -> {
                for (int i = 0; i < 500; i++) {
                    feed.tell(event);
                }
                return feed.followers.isEmpty();
            });

            assertThat(readers.getFirst().readToEnd()).contains("event: end\ndata: {\"reason\":\"too_slow");
        } finally {
            readers.forEach(RawConnection::close);
            Await.result(vertx.close());
        }
    }
}
