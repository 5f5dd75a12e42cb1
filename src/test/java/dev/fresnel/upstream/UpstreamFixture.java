package dev.fresnel.upstream;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A Vert.x, a fake provider and a client for it. */
final class UpstreamFixture implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final Timeouts PATIENT =
            new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));
    private static final Duration SHORT = Duration.ofMillis(150);

    final Vertx vertx = Vertx.vertx();
    final FakeUpstream fake = FakeUpstream.start(vertx);
    final AtomicLong nanos = new AtomicLong();
    final UpstreamClient client = new UpstreamClient(vertx, retryRule(), nanos::get);

    static RetryRule retryRule() {
        return new RetryRule(InstantSource.fixed(NOW), new Random(7));
    }

    Upstream upstream() {
        return upstream(PATIENT, PoolLimits.DEFAULT);
    }

    Upstream upstream(Timeouts timeouts, PoolLimits pool) {
        return upstreamAt(fake.baseUri(), timeouts, pool);
    }

    Upstream upstreamAt(URI base, Timeouts timeouts, PoolLimits pool) {
        return new Upstream("acme", base, new Credential.ApiKey(new Secret("sk-acme")), timeouts, pool);
    }

    static Timeouts shortConnect() {
        return new Timeouts(SHORT, PATIENT.firstByte(), PATIENT.idle(), PATIENT.total());
    }

    static Timeouts shortFirstByte() {
        return new Timeouts(PATIENT.connect(), SHORT, PATIENT.idle(), PATIENT.total());
    }

    static Timeouts shortTotal() {
        return new Timeouts(PATIENT.connect(), PATIENT.firstByte(), PATIENT.idle(), SHORT);
    }

    UpstreamRequest chat(Upstream upstream) {
        return chat(upstream, "{\"model\":\"m\",\"stream\":true}");
    }

    UpstreamRequest chat(Upstream upstream, String body) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("content-type", "application/json");
        return new UpstreamRequest(upstream, HttpMethod.POST, "/chat/completions", headers, Buffer.buffer(body));
    }

    /** Reads on the stream's own context; the whole body, or the way it ended. */
    Future<Buffer> read(UpstreamReply reply) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        // From a test thread, Vert.x runs this on the same context as the call made from that thread.
        vertx.getOrCreateContext().runOnContext(turn -> {
            reply.response().handler(body::appendBuffer);
            reply.response().exceptionHandler(whole::tryFail);
            reply.response().endHandler(end -> whole.tryComplete(body));
            reply.response().resume();
        });
        return whole.future();
    }

    Future<Buffer> body(UpstreamCall call) {
        return call.reply().compose(this::read);
    }

    String text(UpstreamCall call) {
        return Await.result(body(call)).toString();
    }

    static GatewayFailure failure(Future<?> future) {
        Throwable cause = Await.failure(future);
        if (cause instanceof GatewayException gateway) {
            return gateway.failure();
        }
        throw new AssertionError("not a gateway failure", cause);
    }

    @Override
    public void close() {
        Await.result(client.close());
        Await.result(vertx.close());
    }
}
