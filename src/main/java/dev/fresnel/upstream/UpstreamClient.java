package dev.fresnel.upstream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.core.streams.ReadStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Calls upstreams over HTTP/1.1, each through a pool and a retry budget of its own. Follows no redirect, decompresses nothing,
 * verifies the host name of every {@code https} upstream, sends to addresses from config only.
 *
 * <p>Thread-safe; results come on the Vert.x context that made the call. Create it outside a verticle: the pools live until
 * {@link #close}, and Vert.x would tie them to the verticle.
 */
public final class UpstreamClient {
    /** Below what common servers allow an idle connection, so that a request seldom meets a connection just being closed. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final long IDLE_CHECK_MILLIS = 1_000;
    private static final int UNBOUNDED = -1;
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final RetryRule retries;
    private final LongSupplier nanos;
    private final Optional<TrustOptions> trust;
    private final Map<Upstream, Lane> lanes = new ConcurrentHashMap<>();

    /** Upstreams of the config in force; empty: of the first. */
    private volatile Optional<Set<Upstream>> kept = Optional.empty();

    /**
     * One upstream's pool, retry budget and admission. The bound on waiting calls is kept here, not in Vert.x, whose queue also
     * counts connects under way and keeps calls that were cancelled. Thread-safe.
     */
    record Lane(HttpClientAgent client, RetryBudget budget, UpstreamHealth health, Semaphore places, int all) {
        /** Takes a place among the calls in flight and waiting; false when there is none. */
        boolean enter() {
            return places.tryAcquire();
        }

        void leave() {
            places.release();
        }

        int calls() {
            return all - places.availablePermits();
        }

        boolean isIdle() {
            return places.availablePermits() == all;
        }
    }

    /** @param nanos a monotonic clock, in nanoseconds */
    public UpstreamClient(Vertx vertx, RetryRule retries, LongSupplier nanos) {
        this(vertx, retries, nanos, Optional.empty());
    }

    /** @param trust certificates to trust in place of the JVM's own, for upstreams behind a private authority */
    public UpstreamClient(Vertx vertx, RetryRule retries, LongSupplier nanos, Optional<TrustOptions> trust) {
        this.vertx = vertx;
        this.retries = retries;
        this.nanos = nanos;
        this.trust = trust;
    }

    /** Sends the request at once, or queues it for a free connection. Never throws: failures are in {@link UpstreamCall#reply}. */
    public UpstreamCall call(UpstreamRequest request) {
        UpstreamRequestHead head = new UpstreamRequestHead(
                request.upstream(),
                request.method(),
                request.pathAndQuery(),
                request.headers(),
                java.util.OptionalLong.of(request.body().length()));
        return start(head, new UpstreamCall.Payload.Whole(request.body()));
    }

    /**
     * Sends the head and passes the body on as it arrives, back-pressured. {@code body} is paused now and read once a connection
     * is there. When it breaks off, the upstream sees a broken request, never a shorter one that looks complete, and the call
     * fails with {@code InvalidRequest}. A reply that begins before the body's end stops the upload; the rest of the body is then
     * left unread, and the upstream connection is closed after the reply. Only a failed connect is retried.
     */
    public UpstreamCall stream(UpstreamRequestHead head, ReadStream<Buffer> body) {
        body.pause();
        return start(head, new UpstreamCall.Payload.Streamed(body));
    }

    private UpstreamCall start(UpstreamRequestHead head, UpstreamCall.Payload payload) {
        Lane lane = lanes.computeIfAbsent(head.upstream(), this::open);
        UpstreamCall call = new UpstreamCall(vertx, lane, retries, head, payload);
        call.start();
        return call;
    }

    private Lane open(Upstream upstream) {
        if (kept.filter(known -> !known.contains(upstream)).isPresent()) {
            // A request that arrived under an earlier config has come this far only now.
            vertx.setTimer(IDLE_CHECK_MILLIS, _ -> retire(upstream));
        }
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setUseAlpn(false)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setPipelining(false)
                .setTcpNoDelay(true)
                .setConnectTimeout((int) Math.min(
                        Integer.MAX_VALUE, upstream.timeouts().connect().toMillis()))
                .setSslHandshakeTimeout(upstream.timeouts().connect().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setVerifyHost(true)
                .setDecompressionSupported(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES);
        trust.ifPresent(options::setTrustOptions);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(upstream.pool().maxConnections())
                .setMaxWaitQueueSize(UNBOUNDED);
        HttpClientAgent client = vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // Each call learns of a broken connection by itself; an idle one that breaks concerns nobody.
                .withConnectHandler(connection -> connection.exceptionHandler(cause -> {}))
                .build();
        int places = upstream.pool().maxConnections() + upstream.pool().maxQueue();
        return new Lane(client, new RetryBudget(nanos), new UpstreamHealth(nanos), new Semaphore(places), places);
    }

    /**
     * Keeps connections to these upstreams only. Those to others are closed once no call uses them: what was begun under another config
     * ends as it began.
     */
    public void keepOnly(Collection<Upstream> upstreams) {
        Set<Upstream> named = Set.copyOf(upstreams);
        kept = Optional.of(named);
        lanes.keySet().stream().filter(known -> !named.contains(known)).forEach(this::retire);
    }

    private void retire(Upstream upstream) {
        Lane lane = lanes.remove(upstream);
        if (lane != null) {
            closeWhenIdle(lane);
        }
    }

    private void closeWhenIdle(Lane lane) {
        // Never at once: a call may have just found its lane.
        vertx.setTimer(IDLE_CHECK_MILLIS, _ -> {
            if (lane.isIdle()) {
                // A pool that cannot be closed is closed with the event loops.
                var _ = lane.client().close();
            } else {
                closeWhenIdle(lane);
            }
        });
    }

    /** How an upstream fares; of one that nobody called yet, nothing but zeros. */
    public UpstreamState state(Upstream upstream) {
        Lane lane = lanes.get(upstream);
        UpstreamHealth health = lane == null ? new UpstreamHealth(nanos) : lane.health();
        int calls = lane == null ? 0 : lane.calls();
        int inUse = Math.min(calls, upstream.pool().maxConnections());
        Map<String, Long> recent = new LinkedHashMap<>();
        health.counts().forEach((result, count) -> recent.put(result.key(), count));
        return new UpstreamState(
                upstream,
                UpstreamHealth.WINDOW,
                recent,
                inUse,
                calls - inUse,
                lane == null ? RetryBudget.FLOOR : lane.budget().left(),
                health.sinceFailure());
    }

    /** Closes every connection; calls under way fail. */
    public Future<Void> close() {
        List<Future<Void>> closing =
                lanes.values().stream().map(lane -> lane.client().close()).toList();
        lanes.clear();
        return Future.join(closing).mapEmpty();
    }
}
