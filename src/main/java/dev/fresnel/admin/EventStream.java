package dev.fresnel.admin;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One reader of the event stream. Events that its connection does not take wait, {@value #MAX_WAITING} at most; then it is told that it
 * is too slow, and let go. Lives on the event loop of its request; {@link #accept} may be called from anywhere.
 */
final class EventStream {
    static final int MAX_WAITING = 1_000;

    /** How long a reader that reads nothing is waited for at the end. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Context context;
    private final HttpServerResponse response;
    private final EventFilter filter;
    private final String run;
    private final Runnable ended;
    private final AtomicInteger underWay = new AtomicInteger();
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private final long keepAlive;
    private boolean over;

    /**
     * @param run names this process: the first part of an event's id
     * @param ended told once that nobody reads any more
     */
    EventStream(
            Vertx vertx,
            HttpServerResponse response,
            EventFilter filter,
            String run,
            Duration keepAliveEvery,
            Runnable ended) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.response = response;
        this.filter = filter;
        this.run = run;
        this.ended = ended;
        this.keepAlive = vertx.setPeriodic(keepAliveEvery.toMillis(), _ -> send(": keep-alive\n\n"));
        response.drainHandler(_ -> drain());
        response.closeHandler(_ -> over());
        response.exceptionHandler(_ -> over());
    }

    /** An event of the feed. Any thread; returns at once. */
    void accept(EventFeed.Event event) {
        // What the loop has not even come to counts too: it may be kept busy by others.
        if (underWay.incrementAndGet() > MAX_WAITING) {
            context.runOnContext(_ -> tooSlow());
        } else {
            context.runOnContext(_ -> {
                underWay.decrementAndGet();
                tell(event);
            });
        }
    }

    /** On the loop. */
    void tell(EventFeed.Event event) {
        EventFilter.Label label = EventFilter.Label.of(event.json());
        if (filter.takes(label)) {
            send("id: " + run + "-" + event.number() + "\nevent: " + label.type() + "\ndata: " + event.json() + "\n\n");
        }
    }

    /** Something about the stream itself; on the loop. */
    void note(String name, String json) {
        send("event: " + name + "\ndata: " + json + "\n\n");
    }

    /** Ends it from our side; any thread. */
    void close(String reason) {
        context.runOnContext(_ -> end(reason));
    }

    private void send(String text) {
        if (over) {
            return;
        }
        if (waiting.size() >= MAX_WAITING) {
            tooSlow();
        } else if (!waiting.isEmpty() || response.writeQueueFull()) {
            waiting.add(text);
        } else {
            write(text);
        }
    }

    private void drain() {
        while (!over && !waiting.isEmpty() && !response.writeQueueFull()) {
            write(waiting.poll());
        }
    }

    private void write(String text) {
        // A failed write means that the reader has gone.
        var _ = response.write(text);
    }

    private void tooSlow() {
        waiting.clear();
        end("too_slow");
    }

    private void end(String reason) {
        if (over) {
            return;
        }
        over();
        write("event: end\ndata: {\"reason\":\"" + reason + "\"}\n\n");
        long reset = vertx.setTimer(PATIENCE.toMillis(), _ -> response.reset());
        response.end().onComplete(_ -> vertx.cancelTimer(reset));
    }

    private void over() {
        if (!over) {
            over = true;
            waiting.clear();
            vertx.cancelTimer(keepAlive);
            ended.run();
        }
    }
}
