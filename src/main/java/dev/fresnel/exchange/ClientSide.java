package dev.fresnel.exchange;

import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.RequestId;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The client's end of one exchange: what has been sent, and whether the client is still there. Lives on the exchange's own
 * event loop; not thread-safe.
 */
public final class ClientSide {
    /** What the edge has put on a refusal. */
    private static final List<String> KEPT_ON_ERRORS = List.of("connection", "allow", "www-authenticate");

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RequestId id;
    private final ErrorDialect dialect;
    private final Lifecycle lifecycle;
    private Runnable onGone = () -> {};
    private Runnable afterwards = () -> {};
    /** The client left before the reply was out. */
    private boolean gone;
    /** We have said all we will say. */
    private boolean over;
    /** The reply is out, or the client has left. */
    private boolean ended;

    private Optional<String> error = Optional.empty();

    /**
     * What the listener wants to know about a request.
     *
     * @param finished runs exactly once: the reply is out, or the client has left
     * @param disconnected runs when the connection closes
     */
    public record Lifecycle(Runnable finished, Runnable disconnected) {}

    public ClientSide(HttpServerRequest request, RequestId id, ErrorDialect dialect, Lifecycle lifecycle) {
        this.request = request;
        this.response = request.response();
        this.id = id;
        this.dialect = dialect;
        this.lifecycle = lifecycle;
        // A response's own close handler misses some back-pressured aborts; the connection's does not.
        request.connection().closeHandler(_ -> {
            left();
            // Vert.x 5.1.6 never gives back what it parked while the request was paused, unless that is read; see
            // ReplyStream.
            request.resume();
            lifecycle.disconnected().run();
        });
        response.closeHandler(_ -> left());
        response.exceptionHandler(_ -> left());
        response.endHandler(_ -> finished());
    }

    private void left() {
        if (!gone && !ended) {
            gone = true;
            try {
                finished();
            } finally {
                onGone.run();
            }
        }
    }

    private void finished() {
        if (!ended) {
            ended = true;
            // Whatever else goes wrong, the listener must not take the request for a running one.
            try {
                afterwards.run();
            } finally {
                lifecycle.finished().run();
            }
        }
    }

    public RequestId id() {
        return id;
    }

    /** Runs {@code action} once when the client leaves before the reply is complete; at once if it has left. Replaces the last one. */
    public void whenGone(Runnable action) {
        onGone = action;
        if (gone) {
            action.run();
        }
    }

    /** Runs {@code action} once the reply is out or the client has left; at once if that is so. Replaces the last one. */
    public void afterwards(Runnable action) {
        afterwards = action;
        if (ended) {
            action.run();
        }
    }

    /** Whether the client left before the reply was out. */
    public boolean isGone() {
        return gone;
    }

    /** Whether all that will be said to the client has been said. */
    public boolean isAnswered() {
        return over;
    }

    /** The code of the error that the client was told; empty when there was none. */
    Optional<String> error() {
        return error;
    }

    boolean headSent() {
        return response.headWritten();
    }

    HttpServerResponse response() {
        return response;
    }

    /** Sends a complete reply. Does nothing when the client has left. */
    public void reply(int status, MultiMap headers, Buffer body) {
        if (gone || over) {
            return;
        }
        response.setStatusCode(status);
        // May refuse a header; then nothing has been said yet, and the failure can still be told.
        response.headers().addAll(headers);
        over = true;
        if (Body.of(request.method(), status) == Body.NONE) {
            // A length here would be a promise that some clients wait for.
            response.headers().remove("content-length");
            var _ = response.end();
            return;
        }
        response.putHeader("content-length", Integer.toString(body.length()));
        // A failed write means that the client left between two events; nobody is there to tell.
        var _ = response.end(body);
    }

    /** Whether a reply has a body at all. */
    enum Body {
        SOME,
        NONE;

        static Body of(HttpMethod method, int status) {
            return method.equals(HttpMethod.HEAD) || status == 204 || status == 304 || status < 200 ? NONE : SOME;
        }
    }

    /** Sets status and headers; they leave with the first byte of {@link #response()}. */
    void begin(int status, MultiMap headers, Body body) {
        response.setStatusCode(status);
        response.headers().addAll(headers);
        if (body == Body.SOME && !headers.contains("content-length")) {
            response.setChunked(true);
        }
    }

    /** Ends a streamed reply as complete. */
    void end() {
        if (!gone && !over) {
            over = true;
            var _ = response.end();
        }
    }

    /** Gives the client up: the connection is closed without another byte. */
    public void drop() {
        over = true;
        if (gone) {
            return;
        }
        closeNow(request.connection());
    }

    /** Closes a connection without waiting for what was written to leave. */
    public static void closeNow(HttpConnection connection) {
        // Closing an already closed connection is no news to anybody.
        if (connection instanceof HttpServerConnection own) {
            // The connection's own close() waits until what was written has left, and a client that does not read never
            // lets it. Closing
            // from below Vert.x gives its memory back at once.
            var _ = own.channelHandlerContext().close();
        } else {
            var _ = connection.close();
        }
    }

    /**
     * Tells the client about {@code failure} in the way that is still open: an error reply before the head, an error event and a
     * cut connection after it. Never a clean end: SDKs take that for success.
     */
    public void fail(GatewayFailure failure) {
        fail(failure, MultiMap.caseInsensitiveMultiMap());
    }

    /** {@link #fail(GatewayFailure)} with more headers, where there is still room for headers. */
    void fail(GatewayFailure failure, MultiMap more) {
        if (gone || over) {
            return;
        }
        error = Optional.of(dialect.code(failure));
        if (!response.headWritten()) {
            forgetHead();
            MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                    .addAll(more)
                    .add("content-type", "application/json")
                    .add(ReplyHeaders.REQUEST_ID, id.value());
            retryAfter(failure)
                    .ifPresent(wait -> headers.add(
                            "retry-after",
                            Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()))));
            reply(dialect.status(failure), headers, dialect.body(failure));
            return;
        }
        over = true;
        boolean eventStream = isEventStream(response.headers());
        Future<Void> told = eventStream ? response.write(dialect.streamEvent(failure)) : Future.succeededFuture();
        var _ = told.eventually(() -> request.connection().close());
    }

    private static Optional<Duration> retryAfter(GatewayFailure failure) {
        if (failure instanceof GatewayFailure.RateLimited limited) {
            return Optional.of(limited.retryAfter());
        }
        return failure instanceof GatewayFailure.StoreUnavailable away
                ? Optional.of(away.retryAfter())
                : Optional.empty();
    }

    /** Cuts a reply whose rest will not come, without a word: what was sent is in no dialect of ours. */
    void cut(GatewayFailure failure) {
        if (gone || over) {
            return;
        }
        if (!response.headWritten()) {
            fail(failure);
            return;
        }
        error = Optional.of(dialect.code(failure));
        over = true;
        var _ = request.connection().close();
    }

    /** Ends whatever is under way at an upstream for this client. */
    void release() {
        onGone.run();
        onGone = () -> {};
    }

    /** An upstream's head that {@link #begin} set and that never left must not mix with the head of an error. */
    private void forgetHead() {
        MultiMap ours = MultiMap.caseInsensitiveMultiMap();
        for (String name : KEPT_ON_ERRORS) {
            response.headers().getAll(name).forEach(value -> ours.add(name, value));
        }
        response.setChunked(false);
        response.headers().clear();
        response.headers().addAll(ours);
    }

    static boolean isEventStream(MultiMap headers) {
        String type = headers.get("content-type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }
}
