package dev.fresnel.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What happened last, and what happens: {@code /admin/events} as a list, {@code /admin/events/stream} as server-sent events. Thread-safe.
 *
 * <p>The id of an event is {@code RUN-NUMBER}; a reader that comes back with {@code Last-Event-ID} gets what it missed, as far as it is
 * kept, and an event {@code gap} before it where some of it is not.
 */
public final class EventRequests implements OperationGroup {
    private static final int MAX_STREAMS = 16;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final Parameter TYPE = Parameter.query("type", new ParameterType.Text(64));

    private final Vertx vertx;
    private final EventFeed feed;
    private final String run;
    private final Duration keepAlive;
    private final Parameter tenant;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();

    /** @param run names this process among its earlier ones: letters and digits */
    public EventRequests(Vertx vertx, EventFeed feed, String run) {
        this(vertx, feed, run, KEEP_ALIVE);
    }

    EventRequests(Vertx vertx, EventFeed feed, String run, Duration keepAlive) {
        this.vertx = vertx;
        this.feed = feed;
        this.run = run;
        this.keepAlive = keepAlive;
        // Events of a tenant that has gone from the config are still there.
        this.tenant = Parameter.query("tenant", new ParameterType.Tenant());
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get("/admin/events", this::recent, tenant, TYPE),
                Operation.get(
                        "/admin/events/stream",
                        this::stream,
                        tenant,
                        TYPE,
                        Parameter.header("last-event-id", new ParameterType.Text(64))));
    }

    private Future<AdminReply> recent(AdminRequest request) {
        EventFilter filter = filter(request);
        return Future.succeededFuture(AdminReply.json(
                feed.recent().stream().filter(filter::takes).collect(Collectors.joining(",", "[", "]"))));
    }

    private static EventFilter filter(AdminRequest request) {
        return new EventFilter(request.tenant("tenant"), request.text("type"));
    }

    private Future<AdminReply> stream(AdminRequest request) {
        if (streams.size() >= MAX_STREAMS) {
            return Future.succeededFuture(AdminReply.refused(
                    ErrorCode.TOO_MANY, "There are " + MAX_STREAMS + " readers already; close one of them."));
        }
        Optional<String> known = request.text("last-event-id");
        return Future.succeededFuture(
                new AdminReply.Streamed("text/event-stream", response -> begin(response, filter(request), known)));
    }

    private void begin(HttpServerResponse response, EventFilter filter, Optional<String> known) {
        response.putHeader("cache-control", "no-store");
        EventFeed.Subscription[] held = new EventFeed.Subscription[1];
        EventStream[] self = new EventStream[1];
        EventStream stream = new EventStream(vertx, response, filter, run, keepAlive, () -> {
            held[0].end();
            streams.remove(self[0]);
        });
        self[0] = stream;
        long after = known.map(this::number).orElseGet(feed::last);
        held[0] = feed.follow(after, stream::accept);
        streams.add(stream);
        var _ = response.write("retry: 2000\n\n");
        List<EventFeed.Event> missed = held[0].missed();
        long next = missed.isEmpty() ? feed.last() + 1 : missed.getFirst().number();
        if (known.isPresent() && (isOfAnotherRun(known.get()) || next > after + 1)) {
            stream.note("gap", "{\"last_event_id\":\"" + run + "-" + after + "\"}");
        }
        missed.forEach(stream::tell);
    }

    private boolean isOfAnotherRun(String id) {
        return !id.startsWith(run + "-");
    }

    /** The number in an id of ours; an id of another process says that everything may have been missed. */
    private long number(String id) {
        String number = isOfAnotherRun(id) ? "" : id.substring(run.length() + 1);
        return number.matches("[0-9]{1,18}") ? Math.min(Long.parseLong(number), feed.last()) : 0;
    }

    /** Tells every reader that the gateway ends, and lets it go. */
    public Future<Void> close() {
        streams.forEach(stream -> stream.close("shutdown"));
        return Future.succeededFuture();
    }
}
