package dev.fresnel.demo;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sends the events of one streamed answer at a pace. Waits for a slow reader, stops when the reader goes. Lives on the connection's
 * event loop; used once.
 */
final class PacedReply {
    /** Timers finer than this cost more than they show. */
    private static final long MIN_GAP_MILLIS = 10;

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Pace pace;
    private final Deque<String> pending = new ArrayDeque<>();
    private double owed;
    private boolean gone;

    /** @param usage whether the stream ends with a usage event */
    PacedReply(Vertx vertx, HttpServerResponse response, Pace pace, Answer answer, Answer.UsageEvent usage) {
        this.vertx = vertx;
        this.response = response;
        this.pace = pace;
        pending.addAll(answer.opening());
        answer.pieces().forEach(piece -> pending.add(String.join("", answer.delta(piece))));
        pending.add(String.join("", answer.closing(usage)));
    }

    void start() {
        response.closeHandler(closed -> gone = true);
        response.exceptionHandler(failure -> gone = true);
        response.putHeader("content-type", "text/event-stream; charset=utf-8").setChunked(true);
        after(pace.firstToken().toMillis());
    }

    private void after(long millis) {
        if (millis < 1) {
            tick();
        } else {
            vertx.setTimer(millis, fired -> tick());
        }
    }

    private void tick() {
        owed += pace.tokensPerSecond() * gapMillis() / 1000;
        send();
    }

    private long gapMillis() {
        return (long) Math.max(MIN_GAP_MILLIS, 1000 / pace.tokensPerSecond());
    }

    private void send() {
        while (!gone && owed >= 1 && !pending.isEmpty()) {
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> send());
                return;
            }
            owed -= 1;
            write(pending.removeFirst());
        }
        if (gone) {
            return;
        }
        if (pending.isEmpty()) {
            response.end().onFailure(lost -> gone = true);
        } else {
            after(gapMillis());
        }
    }

    private void write(String events) {
        response.write(events).onFailure(lost -> gone = true);
    }
}
