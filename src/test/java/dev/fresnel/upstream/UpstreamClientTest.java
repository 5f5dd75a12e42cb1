package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.SseScript;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamClientTest {
    private final UpstreamFixture fixture = new UpstreamFixture();
    private final FakeUpstream fake = fixture.fake;
    private final UpstreamClient client = fixture.client;

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Nested
    class Exchange {
        @Test
        void sendsBytesPathAndHeadersAsGiven() {
            fake.byDefault(Script.json("{\"ok\":1}"));
            MultiMap headers =
                    MultiMap.caseInsensitiveMultiMap().add("x-a", "1").add("x-a", "2");
            Buffer body = Buffer.buffer("{ \"temperature\" : 1.0000000000000000000001 }");

            UpstreamCall call = client.call(new UpstreamRequest(
                    fixture.upstream(), HttpMethod.POST, "/responses?beta=true&x=%20", headers, body));

            assertThat(fixture.text(call)).isEqualTo("{\"ok\":1}");
            assertThat(fake.lastRequest().method()).isEqualTo("POST");
            assertThat(fake.lastRequest().uri()).isEqualTo("/v1/responses?beta=true&x=%20");
            assertThat(fake.lastRequest().body()).isEqualTo(body);
            assertThat(fake.lastRequest().headerValues("x-a")).containsExactly("1", "2");
            assertThat(fake.lastRequest().headerValues("host")).containsExactly("127.0.0.1:" + fake.port());
            assertThat(fake.lastRequest().header("content-length")).isEqualTo(String.valueOf(body.length()));
            assertThat(call.attempts()).isEqualTo(1);
        }

        @Test
        void sendsNoBodyWithGet() {
            fake.byDefault(Script.json("{}"));

            UpstreamCall call = client.call(new UpstreamRequest(
                    fixture.upstream(),
                    HttpMethod.GET,
                    "/models",
                    MultiMap.caseInsensitiveMultiMap(),
                    Buffer.buffer()));

            assertThat(fixture.text(call)).isEqualTo("{}");
            assertThat(fake.lastRequest().header("content-length")).isEmpty();
            assertThat(fake.lastRequest().header("transfer-encoding")).isEmpty();
        }

        @Test
        void sendsAnEmptyBodyWithPost() {
            fake.byDefault(Script.json("{}"));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream(), ""));

            assertThat(fixture.text(call)).isEqualTo("{}");
            assertThat(fake.lastRequest().header("content-length")).isEqualTo("0");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 7, 1460, Integer.MAX_VALUE})
        void relaysTheSameBytes_whateverTheChunks(int size) {
            SseScript stream =
                    Script.sse(List.of("{\"a\":\"ä€😀\"}", "{\"b\":2}")).inChunksOf(size);
            fake.byDefault(stream);

            String text = fixture.text(client.call(fixture.chat(fixture.upstream())));

            assertThat(text).isEqualTo(stream.bytes());
        }

        @Test
        void keepsEverythingForAReaderThatComesLate() {
            fake.byDefault(Script.sse(List.of("{\"a\":1}")));
            UpstreamReply reply =
                    Await.result(client.call(fixture.chat(fixture.upstream())).reply());
            Await.until("the fake has sent all", () -> fake.openStreams() == 0);

            Buffer body = Await.result(fixture.read(reply));

            assertThat(body.toString()).isEqualTo("data: {\"a\":1}\n\ndata: [DONE]\n\n");
        }

        @Test
        void followsNoRedirect() {
            fake.byDefault(Script.status(307, Map.of("location", "http://127.0.0.1:1/steal"), ""));

            UpstreamReply reply =
                    Await.result(client.call(fixture.chat(fixture.upstream())).reply());

            assertThat(reply.status()).isEqualTo(307);
            assertThat(reply.headers().get("location")).isEqualTo("http://127.0.0.1:1/steal");
            assertThat(fake.calls()).isEqualTo(1);
        }

        @Test
        void decompressesNothing() {
            fake.byDefault(Script.status(200, Map.of("content-encoding", "gzip"), "not really gzip"));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(fixture.text(call)).isEqualTo("not really gzip");
            assertThat(fake.lastRequest().header("accept-encoding")).isEmpty();
        }

        @Test
        void reusesTheConnection() {
            fake.byDefault(Script.json("{}"));
            Upstream upstream = fixture.upstream();

            for (int i = 0; i < 5; i++) {
                assertThat(fixture.text(client.call(fixture.chat(upstream)))).isEqualTo("{}");
            }

            assertThat(fake.connectionsEver()).isEqualTo(1);
        }

        @Test
        void answersOnTheContextThatAsked() {
            fake.byDefault(Script.chat("hello", Usage.of(1, 1)));
            Upstream upstream = fixture.upstream();
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                io.vertx.core.Context context =
                        ((io.vertx.core.internal.VertxInternal) fixture.vertx).createEventLoopContext();
                io.vertx.core.Promise<Boolean> same = io.vertx.core.Promise.promise();
                context.runOnContext(turn -> fixture.body(client.call(fixture.chat(upstream)))
                        .map(body -> context.equals(io.vertx.core.Vertx.currentContext()))
                        .onComplete(same));
                all.add(same.future());
            }

            assertThat(Await.result(Future.all(all)).<Boolean>list()).hasSize(8).containsOnly(true);
        }
    }

    @Nested
    class Failures {
        @Test
        void namesTheUpstreamButNotItsAddress_whenRefused() {
            Upstream dead = fixture.upstreamAt(
                    URI.create("http://127.0.0.1:1/v1"), UpstreamFixture.PATIENT, PoolLimits.DEFAULT);

            UpstreamCall call = client.call(fixture.chat(dead));

            assertThat(UpstreamFixture.failure(call.reply()))
                    .isInstanceOfSatisfying(GatewayFailure.UpstreamUnavailable.class, failure -> {
                        assertThat(failure.upstream()).isEqualTo("acme");
                        assertThat(failure.publicMessage()).contains("'acme'").contains("refused");
                        assertThat(failure.publicMessage()).doesNotContain("127.0.0.1");
                    });
            assertThat(call.attempts()).as("one retry of a failed connect").isEqualTo(2);
        }

        @Test
        void saysSo_whenTheNameDoesNotResolve() {
            Upstream lost = fixture.upstreamAt(
                    URI.create("http://no-such-host.invalid/v1"), UpstreamFixture.PATIENT, PoolLimits.DEFAULT);

            GatewayFailure failure =
                    UpstreamFixture.failure(client.call(fixture.chat(lost)).reply());

            assertThat(failure).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
            assertThat(failure.publicMessage()).contains("does not resolve").doesNotContain("invalid");
        }

        @Test
        void timesOut_whenTheHeadDoesNotCome() {
            fake.byDefault(Script.hang());
            Upstream upstream = fixture.upstream(UpstreamFixture.shortFirstByte(), PoolLimits.DEFAULT);

            UpstreamCall call = client.call(fixture.chat(upstream));

            assertThat(UpstreamFixture.failure(call.reply()))
                    .isInstanceOfSatisfying(
                            GatewayFailure.UpstreamTimeout.class,
                            failure -> assertThat(failure.publicMessage())
                                    .contains("upstreams.acme.timeouts.first-byte")
                                    .contains("150 ms"));
            assertThat(call.attempts()).as("a timeout is not retried").isEqualTo(1);
            Await.until("the connection is closed", () -> fake.openStreams() == 0 && fake.connections() == 0);
        }

        @Test
        void timesOut_whenNoConnectionGetsFree() {
            fake.byDefault(Script.hang());
            Upstream upstream = fixture.upstream(UpstreamFixture.shortConnect(), new PoolLimits(1, 5));
            UpstreamCall first = client.call(fixture.chat(upstream));
            Await.until("the first is there", () -> fake.openStreams() == 1);

            UpstreamCall second = client.call(fixture.chat(upstream));

            assertThat(UpstreamFixture.failure(second.reply()))
                    .isInstanceOfSatisfying(
                            GatewayFailure.UpstreamTimeout.class,
                            failure -> assertThat(failure.publicMessage()).contains("upstreams.acme.timeouts.connect"));
            first.cancel();
            fake.byDefault(Script.json("{}"));
            assertThat(fixture.text(client.call(fixture.chat(upstream))))
                    .as("the timed-out wait holds no slot")
                    .isEqualTo("{}");
        }

        @Test
        void refusesAtOnce_whenTheQueueIsFull() {
            fake.byDefault(Script.hang());
            Upstream upstream = fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(1, 1));
            List<UpstreamCall> held = List.of(client.call(fixture.chat(upstream)), client.call(fixture.chat(upstream)));
            Await.until("the first is there", () -> fake.openStreams() == 1);

            GatewayFailure failure =
                    UpstreamFixture.failure(client.call(fixture.chat(upstream)).reply());

            assertThat(failure).isInstanceOfSatisfying(GatewayFailure.RateLimited.class, limited -> {
                assertThat(limited.publicMessage()).contains("upstreams.acme.pool");
                assertThat(limited.retryAfter()).isPositive();
            });
            held.forEach(UpstreamCall::cancel);
        }

        @Test
        void endsAtTheTotalLimit_beforeAndInsideTheReply() {
            Upstream upstream = fixture.upstream(UpstreamFixture.shortTotal(), PoolLimits.DEFAULT);
            fake.reply(Script.hang());
            fake.reply(Script.endless(Duration.ofMillis(5)));

            for (int i = 0; i < 2; i++) {
                GatewayFailure failure = UpstreamFixture.failure(fixture.body(client.call(fixture.chat(upstream))));

                assertThat(failure).isInstanceOf(GatewayFailure.UpstreamTimeout.class);
                assertThat(failure.publicMessage()).contains("upstreams.acme.timeouts.total");
            }
            Await.until("both are closed", () -> fake.openStreams() == 0);
        }

        @Test
        void namesTheIdleLimit_whenTheReaderGivesUp() {
            fake.byDefault(Script.hangAfterHead());
            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            Future<Buffer> body = fixture.body(call);
            assertThat(Await.result(call.reply()).status()).isEqualTo(200);

            call.timeOutIdle();

            GatewayFailure failure = UpstreamFixture.failure(body);
            assertThat(failure).isInstanceOf(GatewayFailure.UpstreamTimeout.class);
            assertThat(failure.publicMessage())
                    .contains("upstreams.acme.timeouts.idle")
                    .contains("20 s");
            Await.until("the stream is closed", () -> fake.openStreams() == 0);
        }

        @Test
        void failsWhatIsUnderWay_whenClosed() {
            fake.byDefault(Script.hang());
            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            Await.until("the request is there", () -> fake.openStreams() == 1);

            Await.result(client.close());

            assertThat(UpstreamFixture.failure(call.reply())).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
            Await.until("the connection is closed", () -> fake.connections() == 0);
        }

        @Test
        void doesNotRetry_whenTheConnectionDiesBeforeAReply() {
            fake.reply(Script.reset());
            fake.reply(Script.fin());

            for (int i = 0; i < 2; i++) {
                UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

                assertThat(UpstreamFixture.failure(call.reply()))
                        .isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
                assertThat(call.attempts()).as("the model may have run").isEqualTo(1);
            }
            assertThat(fake.calls()).isEqualTo(2);
        }

        @ParameterizedTest
        @CsvSource({"path, /x HTTP/1.1\\r\\nhost: evil\\r\\n\\r\\n", "header, a\\r\\nx-evil: 1", "header, a\\nx-evil: 1"
        })
        void sendsNothing_whenALineBreakWouldForgeTheRequest(String where, String escaped) {
            fake.byDefault(Script.json("{}"));
            String value = escaped.replace("\\r", "\r").replace("\\n", "\n");
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            UpstreamRequest forged = where.equals("path")
                    ? new UpstreamRequest(fixture.upstream(), HttpMethod.GET, value, headers, Buffer.buffer())
                    : new UpstreamRequest(
                            fixture.upstream(), HttpMethod.GET, "/x", headers.add("x-a", value), Buffer.buffer());

            GatewayFailure failure = UpstreamFixture.failure(client.call(forged).reply());

            assertThat(failure).isInstanceOf(GatewayFailure.InvalidRequest.class);
            assertThat(fake.startedRequests()).isZero();
        }

        @Test
        void showsNoCredentialOrPrompt_inItsText() {
            UpstreamRequest request = fixture.chat(fixture.upstream(), "{\"prompt\":\"private\"}");
            request.headers().add("authorization", "Bearer sk-canary");

            assertThat(request.toString())
                    .contains("acme")
                    .doesNotContain("canary")
                    .doesNotContain("private");
        }

        @Test
        void fails_whenTheReplyIsNotHttp() {
            fake.byDefault(Script.rawThenClose("SSH-2.0-OpenSSH_9.2\r\n\r\n"));

            GatewayFailure failure = UpstreamFixture.failure(
                    client.call(fixture.chat(fixture.upstream())).reply());

            assertThat(failure).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
        }

        @Test
        void breaksTheStream_whereverTheUpstreamDies() {
            SseScript stream = Script.sse(List.of("{\"a\":1}", "{\"b\":2}"));
            List<Script> deaths = new ArrayList<>();
            for (int n = 0; n < stream.bytes().length(); n += 3) {
                deaths.add(Script.finAfter(n, stream));
                deaths.add(Script.resetAfter(n, stream));
            }
            deaths.add(Script.badChunk(List.of("{\"a\":1}")));

            for (Script death : deaths) {
                fake.reply(death);

                GatewayFailure failure =
                        UpstreamFixture.failure(fixture.body(client.call(fixture.chat(fixture.upstream()))));

                // A reset may overtake the head.
                assertThat(failure)
                        .isInstanceOfAny(GatewayFailure.StreamBroken.class, GatewayFailure.UpstreamUnavailable.class);
            }
            assertThat(fake.calls()).as("none was retried").isEqualTo(deaths.size());
        }

        @Test
        void tellsALateReaderOfTheBreak() {
            fake.byDefault(Script.badChunk(List.of("{\"a\":1}")));
            UpstreamReply reply =
                    Await.result(client.call(fixture.chat(fixture.upstream())).reply());
            Await.until("the connection was cut", () -> fake.connections() == 0);

            GatewayFailure failure = UpstreamFixture.failure(fixture.read(reply));

            assertThat(failure).isInstanceOf(GatewayFailure.StreamBroken.class);
        }
    }

    @Nested
    class Desync {
        /** Each is followed by a good reply to the next request, on whatever connection. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "HTTP/1.1 204 No Content\r\ncontent-length: 44\r\n\r\n"
                            + "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
                    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
                    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and some more",
                    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
                    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
                            + "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
                })
        void givesNoReplyToTheWrongRequest(String wire) {
            Upstream upstream = fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(1, 10));
            fake.reply(Script.raw(wire));
            fake.byDefault(Script.json("{\"mine\":true}"));

            assertThat(Await.result(fixture.body(client.call(fixture.chat(upstream)))
                            .map(Buffer::toString)
                            .otherwise("failed")))
                    .doesNotContain("forged");

            // Bytes that are not even a reply may cost the next request its connection, but never give it a wrong
            // reply.
            String next = Await.result(fixture.body(client.call(fixture.chat(upstream)))
                    .map(Buffer::toString)
                    .otherwise("failed"));
            assertThat(next).isIn("{\"mine\":true}", "failed");
            for (int i = 0; i < 3; i++) {
                assertThat(fixture.text(client.call(fixture.chat(upstream)))).isEqualTo("{\"mine\":true}");
            }
        }

        @Test
        void skipsContinueAndEarlyHints() {
            String head = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
            fake.byDefault(Script.raw(head + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));

            assertThat(fixture.text(client.call(fixture.chat(fixture.upstream()))))
                    .isEqualTo("ok");
        }

        @Test
        void breaks_whenTheBodyIsShorterThanAnnounced() {
            fake.byDefault(Script.rawThenClose("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nshort"));

            assertThat(UpstreamFixture.failure(fixture.body(client.call(fixture.chat(fixture.upstream())))))
                    .isInstanceOf(GatewayFailure.StreamBroken.class);
        }

        @Test
        void passesABodyThatEndsWithTheConnection() {
            fake.byDefault(Script.rawThenClose("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil close"));

            assertThat(fixture.text(client.call(fixture.chat(fixture.upstream()))))
                    .isEqualTo("until close");
        }
    }

    @Nested
    class Cancelling {
        @Test
        void failsTheReply_whenCancelledBeforeTheHead() {
            fake.byDefault(Script.hang());
            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            Await.until("the request is there", () -> fake.openStreams() == 1);

            call.cancel();
            call.cancel();

            assertThat(Await.failure(call.reply())).isInstanceOf(CancellationException.class);
            Await.until("it is closed", () -> fake.openStreams() == 0 && fake.connections() == 0);
        }

        @Test
        void sendsNothing_whenCancelledWhileQueued() {
            fake.reply(Script.hang());
            fake.byDefault(Script.json("{}"));
            Upstream upstream = fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(1, 10));
            UpstreamCall first = client.call(fixture.chat(upstream));
            Await.until("the first is there", () -> fake.openStreams() == 1);
            UpstreamCall queued = client.call(fixture.chat(upstream, "{\"queued\":1}"));

            queued.cancel();
            first.cancel();

            assertThat(Await.failure(queued.reply())).isInstanceOf(CancellationException.class);
            assertThat(fixture.text(client.call(fixture.chat(upstream)))).isEqualTo("{}");
            assertThat(fake.requests()).noneMatch(request -> request.bodyText().contains("queued"));
        }

        @Test
        void stopsAPausedStream() {
            fake.byDefault(Script.endless(Duration.ZERO));
            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            UpstreamReply reply = Await.result(call.reply());

            call.cancel();

            assertThat(Await.failure(fixture.read(reply))).isInstanceOf(CancellationException.class);
            Await.until("the stream is closed", () -> fake.openStreams() == 0);
        }

        @Test
        void changesNothing_afterTheEnd() {
            fake.byDefault(Script.json("{}"));
            Upstream upstream = fixture.upstream();
            UpstreamCall call = client.call(fixture.chat(upstream));
            assertThat(fixture.text(call)).isEqualTo("{}");

            call.cancel();

            assertThat(fixture.text(client.call(fixture.chat(upstream)))).isEqualTo("{}");
            assertThat(fake.connectionsEver()).as("the connection was kept").isEqualTo(1);
        }

        /** A reply that came whole gives its connection to the next call at once, read or not. */
        @Test
        void leavesTheNextCallOnItsConnectionAlone_whenTheReplyCameWholeAndNobodyReadIt() {
            HeldScript second = new HeldScript(Script.json("{\"second\":1}"));
            fake.reply(Script.error(500));
            fake.reply(second);
            // Two places: an unread reply keeps its place, though not its connection.
            Upstream upstream = fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(2, 10));
            UpstreamCall first = client.call(fixture.chat(upstream));
            UpstreamReply unread = Await.result(first.reply());
            UpstreamCall next = client.call(fixture.chat(upstream));
            second.awaitHeld();

            first.cancel();
            assertThat(Await.failure(fixture.read(unread))).isInstanceOf(CancellationException.class);
            second.release();

            assertThat(fixture.text(next)).isEqualTo("{\"second\":1}");
            assertThat(fake.connectionsEver())
                    .as("the one connection served both")
                    .isEqualTo(1);
        }

        /** K1: races show in a few of a hundred aborts. */
        @Test
        void leavesNothingOpen_after200CancelsAtRandomMoments() {
            java.util.Random random = new java.util.Random(42);
            Script stream = Script.sse(List.of("{\"a\":1}", "{\"b\":2}", "{\"c\":3}"));
            List<Script> scripts = List.of(
                    Script.hang(),
                    Script.endless(Duration.ZERO),
                    Script.endless(Duration.ofMillis(1)),
                    Script.delay(Duration.ofMillis(5), Script.endless(Duration.ofMillis(2))),
                    stream,
                    Script.error(503));
            fake.byDefault(reply -> scripts.get(random.nextInt(scripts.size())).play(reply));
            Upstream upstream = fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(8, 400));
            java.util.Random moments = new java.util.Random(43);
            List<Future<Void>> done = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int moment = moments.nextInt(60);
                boolean reads = moments.nextBoolean();
                io.vertx.core.Promise<Void> cancelled = io.vertx.core.Promise.promise();
                fixture.vertx.runOnContext(turn -> {
                    UpstreamCall call = client.call(fixture.chat(upstream));
                    call.reply().onSuccess(reply -> {
                        if (reads) {
                            reply.response().handler(chunk -> {});
                            reply.response().resume();
                        }
                    });
                    fixture.vertx.setTimer(1 + moment, timer -> {
                        call.cancel();
                        call.reply().onComplete(end -> cancelled.complete());
                    });
                });
                done.add(cancelled.future());
            }
            Await.result(Future.all(done));

            Await.until(() -> fake.openStreams() + " streams are open", () -> fake.openStreams() == 0);
            fake.byDefault(Script.json("{}"));
            List<Future<Buffer>> after = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                after.add(fixture.body(client.call(fixture.chat(upstream))));
            }
            assertThat(Await.result(Future.all(after)).<Buffer>list())
                    .as("the pool serves as before")
                    .hasSize(16)
                    .allMatch(body -> body.toString().equals("{}"));
        }
    }
}
