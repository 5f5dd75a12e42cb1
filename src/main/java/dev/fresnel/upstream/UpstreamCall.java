package dev.fresnel.upstream;

import dev.fresnel.value.GatewayException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One call to an upstream, from the wait for a connection to the last byte of the reply. Its state lives on the context that
 * made it; the public methods may be called from anywhere.
 */
public final class UpstreamCall {
    private static final int MAX_ATTEMPTS = 2;
    private static final long NO_TIMER = -1;

    /** Where the request's body comes from. */
    sealed interface Payload {
        record Whole(Buffer body) implements Payload {}

        record Streamed(ReadStream<Buffer> body) implements Payload {}
    }

    private final Vertx vertx;
    private final Context context;
    private final UpstreamClient.Lane lane;
    private final RetryRule retries;
    private final UpstreamRequestHead head;
    private final Payload payload;
    private final UpstreamProblems problems;
    private final FairQueue.Ticket ticket;
    private final Promise<UpstreamReply> reply = Promise.promise();
    private final AtomicInteger attempts = new AtomicInteger();

    private @Nullable HttpClientRequest request;
    private @Nullable ReplyStream stream;
    private boolean bodySent;

    /** Of the reply that has begun; 0 before. */
    private int status;

    /** The last try's request has wholly left for the socket. */
    private boolean written;

    private boolean over;
    private long totalTimer = NO_TIMER;
    private long firstByteTimer = NO_TIMER;
    private long retryTimer = NO_TIMER;
    private long queueTimer = NO_TIMER;

    UpstreamCall(
            Vertx vertx,
            UpstreamClient.Lane lane,
            RetryRule retries,
            UpstreamRequestHead head,
            Share share,
            Payload payload) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.lane = lane;
        this.retries = retries;
        this.head = head;
        this.payload = payload;
        this.problems = new UpstreamProblems(head.upstream());
        this.ticket = new FairQueue.Ticket(
                share,
                () -> context.runOnContext(_ -> turnCame()),
                () -> context.runOnContext(_ -> fail(problems.busy())));
    }

    /**
     * The reply's head, whatever its status. Fails with a {@link GatewayException}: {@code UpstreamUnavailable} (no connection, or
     * none of a reply's bytes), {@code UpstreamTimeout} (names the phase and the config key), {@code RateLimited} (the upstream's
     * own pool and queue are full: our limit, so the client should come back), {@code InvalidRequest} (a streamed body broke off);
     * or with a {@link CancellationException} after {@link #cancel}.
     */
    public Future<UpstreamReply> reply() {
        return reply.future();
    }

    /**
     * Ends the call in whatever phase it is: the connection is closed when a request is on it, and given back unused when none
     * was sent. A call still waiting for a connection gives up its place. Idempotent;
     * nothing happens after the reply's end.
     */
    public void cancel() {
        onContext(() -> fail(new CancellationException("the call was cancelled")));
    }

    /**
     * Ends the call as {@link #cancel} does, but with an {@code UpstreamTimeout} that names {@code timeouts.idle}. For the reader of
     * the reply, who alone knows whether a silence is the upstream's or comes from a slow client.
     */
    public void timeOutIdle() {
        onContext(() -> fail(problems.timeout("sent nothing", timeouts().idle(), "idle")));
    }

    /** How often the request was tried: 0 before the first, at most 2. */
    public int attempts() {
        return attempts.get();
    }

    /** Whether a request has begun to leave for the upstream, which may then bill it. Of the last try; on the call's context. */
    public boolean isSent() {
        return request != null;
    }

    void start() {
        onContext(() -> {
            if (over) {
                return;
            }
            FairQueue.Entry entry = lane.queue().enter(ticket);
            if (entry == FairQueue.Entry.REFUSED) {
                over = true;
                lane.counts().refused();
                reply.fail(problems.busy());
                return;
            }
            lane.counts().begun();
            lane.budget().countRequest();
            totalTimer = after(timeouts().total(), this::outOfTotalTime);
            switch (payload) {
                case Payload.Whole whole -> {}
                // The client may leave while we wait for a connection.
                case Payload.Streamed streamed -> streamed.body().exceptionHandler(this::bodyBroke);
            }
            if (entry == FairQueue.Entry.RUNS) {
                attempt();
            } else {
                queueTimer = after(timeouts().connect(), () -> fail(noConnection()));
            }
        });
    }

    private void turnCame() {
        if (!over) {
            stop(queueTimer);
            attempt();
        }
    }

    private GatewayException noConnection() {
        return problems.timeout("gave no free connection", timeouts().connect(), "connect");
    }

    private void attempt() {
        attempts.incrementAndGet();
        guarded(() -> lane.client().request(head.options()).onComplete(this::acquired, this::notConnected));
    }

    private void notConnected(Throwable cause) {
        if (over) {
            return;
        }
        if (cause instanceof TimeoutException || cause instanceof io.netty.channel.ConnectTimeoutException) {
            fail(noConnection());
        } else if (mayRetry() && isConnectError(cause) && lane.budget().tryRetry()) {
            lane.counts().retriedAfter(CallOutcome.UNAVAILABLE);
            retryTimer = after(retries.pauseAfterNoConnection(), this::attempt);
        } else {
            fail(problems.notReached(cause));
        }
    }

    private static boolean isConnectError(Throwable cause) {
        return !(cause instanceof SSLException);
    }

    private boolean mayRetry() {
        return attempts.get() < MAX_ATTEMPTS;
    }

    private void acquired(HttpClientRequest acquired) {
        // The response future tells the same; without a handler Vert.x logs every reset as an error.
        acquired.exceptionHandler(cause -> {});
        if (over) {
            acquired.reset();
            return;
        }
        request = acquired;
        lane.counts().connected();
        written = false;
        acquired.response().onComplete(response -> replied(acquired, response), cause -> notReplied(acquired, cause));
        restartFirstByteTimer();
        guarded(() -> {
            switch (payload) {
                case Payload.Whole whole -> send(acquired, whole.body());
                case Payload.Streamed streamed -> upload(acquired, streamed.body());
            }
        });
    }

    /** Vert.x throws at once for a path or a header that HTTP cannot carry, for example with a line break. */
    private void guarded(Runnable sending) {
        try {
            sending.run();
        } catch (IllegalArgumentException cannotBeSent) {
            fail(UpstreamProblems.cannotBeSent(cannotBeSent));
        }
    }

    private void send(HttpClientRequest to, Buffer body) {
        bodySent = true;
        if (body.length() > 0) {
            to.end(body).onSuccess(_ -> written = true);
        } else {
            if (head.method().equals(HttpMethod.POST)
                    || head.method().equals(HttpMethod.PUT)
                    || head.method().equals(HttpMethod.PATCH)) {
                to.putHeader("content-length", "0");
            }
            to.end().onSuccess(_ -> written = true);
        }
    }

    private void upload(HttpClientRequest to, ReadStream<Buffer> body) {
        if (head.contentLength().equals(OptionalLong.of(0))) {
            body.handler(chunk -> {});
            body.resume();
            send(to, Buffer.buffer());
            return;
        }
        if (head.contentLength().isPresent()) {
            to.putHeader("content-length", String.valueOf(head.contentLength().getAsLong()));
        } else {
            to.setChunked(true);
        }
        body.handler(chunk -> {
            if (!uploading()) {
                return;
            }
            restartFirstByteTimer();
            to.write(chunk);
            if (to.writeQueueFull()) {
                body.pause();
                to.drainHandler(drained -> {
                    if (uploading()) {
                        body.resume();
                    }
                });
            }
        });
        body.endHandler(end -> {
            if (uploading()) {
                bodySent = true;
                restartFirstByteTimer();
                to.end();
            }
        });
        body.resume();
    }

    private boolean uploading() {
        return !over && stream == null;
    }

    private void bodyBroke(Throwable cause) {
        if (uploading() && !bodySent) {
            fail(UpstreamProblems.bodyBroke(cause));
        }
    }

    private void replied(HttpClientRequest from, HttpClientResponse response) {
        response.pause();
        if (over) {
            discard(from, response);
            return;
        }
        stop(firstByteTimer);
        if (response.statusCode() < 200) {
            // An interim reply that HTTP/1.1 lets us skip only by parsing on; the connection cannot be trusted after
            // it.
            discard(from, response);
            fail(problems.interimStatus(response.statusCode()));
            return;
        }
        Optional<Duration> pause = payload instanceof Payload.Whole && mayRetry()
                ? retries.pauseAfter(response.statusCode(), response.headers())
                : Optional.empty();
        if (pause.isPresent() && lane.budget().tryRetry()) {
            letGoForRetry(CallOutcome.of(response.statusCode()));
            discard(from, response);
            retryTimer = after(pause.get(), this::attempt);
            return;
        }
        if (!bodySent && payload instanceof Payload.Streamed streamed) {
            streamed.body().pause();
        }
        status = response.statusCode();
        ReplyStream body = new ReplyStream(context, response, problems::replyBroke, () -> streamOver(from, response));
        stream = body;
        reply.complete(new UpstreamReply(response.statusCode(), response.headers(), body));
    }

    private void notReplied(HttpClientRequest from, Throwable cause) {
        if (over || !Objects.equals(request, from)) {
            return;
        }
        if (payload instanceof Payload.Whole
                && !written
                && mayRetry()
                && lane.budget().tryRetry()) {
            // An idle connection that was being closed while the pool handed it out: nobody can have acted on a request
            // that did not wholly leave.
            letGoForRetry(CallOutcome.UNAVAILABLE);
            stop(firstByteTimer);
            retryTimer = after(retries.pauseAfterNoConnection(), this::attempt);
        } else {
            fail(problems.notReplied(cause));
        }
    }

    private void letGoForRetry(CallOutcome why) {
        request = null;
        lane.counts().waitsAgain();
        lane.counts().retriedAfter(why);
    }

    private void streamOver(HttpClientRequest from, HttpClientResponse response) {
        if (over) {
            return;
        }
        release(Optional.ofNullable(stream).flatMap(ReplyStream::failure));
        if (!bodySent) {
            // The rest of our body would be read as the next request.
            from.reset();
        } else if (response.statusCode() == 204 && announcesBody(response)) {
            // Its bytes would be read as the next reply.
            from.connection().close();
        }
    }

    private static boolean announcesBody(HttpClientResponse response) {
        String length = response.getHeader("content-length");
        return response.headers().contains("transfer-encoding") || (length != null && !length.equals("0"));
    }

    private void outOfTotalTime() {
        fail(problems.timeout("did not finish", timeouts().total(), "total"));
    }

    /** The one exit of every call that does not end with its reply. */
    private void fail(Throwable cause) {
        if (over) {
            return;
        }
        release(Optional.of(cause));
        ReplyStream begun = stream;
        if (begun != null) {
            begun.breakOff(cause);
        }
        HttpClientRequest open = request;
        if (begun != null && open != null) {
            begun.letGo(open::reset);
            begun.tell();
        } else {
            if (open != null) {
                open.reset();
            }
            reply.fail(cause);
        }
    }

    /** @param cause empty: its reply has come to its end */
    private void release(Optional<Throwable> cause) {
        over = true;
        lane.queue().leave(ticket);
        stop(queueTimer);
        // An error that is given up unread, for a fallback, is an error all the same.
        lane.counts()
                .ended(
                        cause.filter(_ -> status < 400).map(CallOutcome::of).orElseGet(() -> CallOutcome.of(status)),
                        request != null);
        stop(totalTimer);
        stop(firstByteTimer);
        stop(retryTimer);
    }

    private void discard(HttpClientRequest from, HttpClientResponse response) {
        new ReplyStream(context, response, cause -> cause, () -> {}).letGo(from::reset);
    }

    private void restartFirstByteTimer() {
        stop(firstByteTimer);
        firstByteTimer = after(
                timeouts().firstByte(),
                () -> fail(
                        problems.timeout("did not begin its reply", timeouts().firstByte(), "first-byte")));
    }

    private long after(Duration time, Runnable action) {
        return vertx.setTimer(Math.max(1, time.toMillis()), timer -> {
            if (!over) {
                action.run();
            }
        });
    }

    private void stop(long timer) {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }

    private void onContext(Runnable action) {
        if (Objects.equals(Vertx.currentContext(), context)) {
            action.run();
        } else {
            context.runOnContext(turn -> action.run());
        }
    }

    private Timeouts timeouts() {
        return head.upstream().timeouts();
    }
}
