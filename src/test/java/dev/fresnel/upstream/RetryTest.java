package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.Script;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryTest {
    @Nested
    class OnTheWire {
        private final UpstreamFixture fixture = new UpstreamFixture();
        private final FakeUpstream fake = fixture.fake;
        private final UpstreamClient client = fixture.client;

        @AfterEach
        void stop() {
            fixture.close();
        }

        @ParameterizedTest
        @ValueSource(ints = {429, 502, 503, 504})
        void asksOnceMore_whenTheUpstreamIsBusy(int status) {
            fake.reply(Script.error(status));
            fake.reply(Script.json("{\"ok\":1}"));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(fixture.text(call)).isEqualTo("{\"ok\":1}");
            assertThat(call.attempts()).isEqualTo(2);
            assertThat(fake.requests().get(1).body())
                    .isEqualTo(fake.requests().get(0).body());
            Await.until("the first reply's connection is gone", () -> fake.connections() == 1);
        }

        @Test
        void passesTheSecondReplyOn_whateverItIs() {
            fake.byDefault(Script.error(503));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(Await.result(call.reply()).status()).isEqualTo(503);
            assertThat(call.attempts()).isEqualTo(2);
            assertThat(fake.calls()).isEqualTo(2);
        }

        @ParameterizedTest
        @ValueSource(ints = {200, 400, 401, 404, 408, 409, 422, 500, 529})
        void passesOtherStatusesOn(int status) {
            fake.byDefault(Script.error(status));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(Await.result(call.reply()).status()).isEqualTo(status);
            assertThat(fixture.text(call)).contains("scripted " + status);
            assertThat(call.attempts()).isEqualTo(1);
        }

        @ParameterizedTest
        @CsvSource({"retry-after,3", "retry-after-ms,2001", "x-should-retry,false", "retry-after,soon"})
        void passesTheWholeReplyOn_whenTheProviderWantsNoneSoon(String header, String value) {
            fake.byDefault(Script.status(429, Map.of(header, value, "x-request-id", "req_1"), "slow down"));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            UpstreamReply reply = Await.result(call.reply());

            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.headers().get(header)).isEqualTo(value);
            assertThat(reply.headers().get("x-request-id")).isEqualTo("req_1");
            assertThat(Await.result(fixture.read(reply)).toString()).isEqualTo("slow down");
            assertThat(call.attempts()).isEqualTo(1);
        }

        /** An idle connection may be closed just when the pool hands it out. */
        @Test
        void triesOnceMore_whenTheConnectionBreaksBeforeTheRequestHasLeft() {
            fake.replyBeforeBody(Script.reset());
            fake.byDefault(Script.json("{\"ok\":1}"));
            String tooLongToLeaveAtOnce = "x".repeat(16 << 20);

            UpstreamCall call = client.call(fixture.chat(fixture.upstream(), tooLongToLeaveAtOnce));

            assertThat(Await.result(call.reply()).status()).isEqualTo(200);
            assertThat(call.attempts()).isEqualTo(2);
            assertThat(fake.calls()).as("whole requests").isEqualTo(1);
        }

        @Test
        void neverRetries_whenTheConnectionBreaksAfterTheRequestHasLeft() {
            fake.reply(Script.reset());
            fake.byDefault(Script.json("{}"));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(UpstreamFixture.failure(call.reply())).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
            assertThat(fake.calls()).isEqualTo(1);
        }

        @Test
        void neverRetries_onceAReplyHasBegun() {
            fake.byDefault(Script.finAfter(3, Script.sse(List.of("{}"))));

            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));

            assertThat(UpstreamFixture.failure(fixture.body(call))).isInstanceOf(GatewayFailure.StreamBroken.class);
            assertThat(fake.calls()).isEqualTo(1);
        }

        @Test
        void passesRepliesOn_whenTheBudgetIsEmpty() {
            fake.byDefault(Script.error(503));
            Upstream upstream = fixture.upstream();
            List<Integer> attempts = new ArrayList<>();

            for (int i = 0; i < 6; i++) {
                UpstreamCall call = client.call(fixture.chat(upstream));
                assertThat(Await.result(call.reply()).status()).isEqualTo(503);
                attempts.add(call.attempts());
            }

            assertThat(attempts).containsExactly(2, 2, 2, 1, 1, 1);
        }

        @Test
        void cancelsThePauseToo() {
            // Its body never ends, so its connection must go when the reply is discarded.
            fake.byDefault(reply -> reply.head(429, List.of(Map.entry("retry-after", "2")), Framing.CHUNKED));
            UpstreamCall call = client.call(fixture.chat(fixture.upstream()));
            Await.until("the first reply was discarded", () -> fake.calls() == 1 && fake.connections() == 0);

            call.cancel();

            assertThat(Await.failure(call.reply())).isInstanceOf(CancellationException.class);
            assertThat(fake.calls()).isEqualTo(1);
        }
    }

    @Nested
    class Budget {
        private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        private final RetryBudget budget = new RetryBudget(nanos::get);

        @Test
        void allowsThreeRetries_withoutTraffic() {
            assertThat(List.of(budget.tryRetry(), budget.tryRetry(), budget.tryRetry(), budget.tryRetry()))
                    .containsExactly(true, true, true, false);
        }

        @Test
        void allowsAFifthOfTheTraffic() {
            for (int i = 0; i < 100; i++) {
                budget.countRequest();
            }

            int granted = 0;
            for (int i = 0; i < 100; i++) {
                granted += budget.tryRetry() ? 1 : 0;
            }

            assertThat(granted).isEqualTo(20);
        }

        @Test
        void forgetsAfterTenSeconds() {
            for (int i = 0; i < RetryBudget.FLOOR; i++) {
                assertThat(budget.tryRetry()).isTrue();
            }

            nanos.addAndGet(Duration.ofMillis(9_900).toNanos());
            assertThat(budget.tryRetry()).isFalse();
            nanos.addAndGet(Duration.ofMillis(200).toNanos());

            assertThat(budget.tryRetry()).isTrue();
        }
    }

    @Nested
    class RetryAfter {
        private final RetryRule rule = UpstreamFixture.retryRule();

        @ParameterizedTest
        @CsvSource({
            "retry-after, 2, 2000",
            "retry-after, 0.5, 500",
            "retry-after-ms, 1500, 1500",
            "retry-after, 'Fri, 02 Jan 2026 03:04:15 GMT', 10000",
            "retry-after, 'Fri, 02 Jan 2026 03:00:00 GMT', 0"
        })
        void readsSecondsMillisAndDates(String header, String value, long millis) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap().add(header, value);

            assertThat(rule.retryAfter(headers)).contains(Duration.ofMillis(millis));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "-1", "NaN", "1e300", "tomorrow"})
        void isEmpty_whenUnreadable(String value) {
            assertThat(rule.retryAfter(MultiMap.caseInsensitiveMultiMap().add("retry-after", value)))
                    .isEmpty();
        }

        @Test
        void prefersMillis() {
            MultiMap headers =
                    MultiMap.caseInsensitiveMultiMap().add("retry-after", "9").add("retry-after-ms", "20");

            assertThat(rule.pauseAfter(429, headers)).contains(Duration.ofMillis(20));
        }

        @Test
        void waitsAJitteredMoment_whenTheProviderSaysNothing() {
            for (int i = 0; i < 200; i++) {
                assertThat(rule.pauseAfter(503, MultiMap.caseInsensitiveMultiMap()))
                        .get()
                        .satisfies(pause -> assertThat(pause).isBetween(Duration.ofMillis(50), Duration.ofMillis(150)));
            }
        }

        @Test
        void isForNobody_whenTheStatusIsFinal() {
            assertThat(rule.pauseAfter(500, MultiMap.caseInsensitiveMultiMap())).isEqualTo(Optional.empty());
        }
    }
}
