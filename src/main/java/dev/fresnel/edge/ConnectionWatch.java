package dev.fresnel.edge;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Closes connections that hold a socket without sending a request: a first head that does not come in time, or a kept-alive
 * connection idle for too long. Vert.x has no such limit of its own. One per event loop; not thread-safe.
 */
final class ConnectionWatch {
    private static final long IDLE_MILLIS = 75_000;

    private final Vertx vertx;
    private final EdgeLimits limits;
    private final Map<HttpConnection, Long> timers = new IdentityHashMap<>();

    ConnectionWatch(Vertx vertx, EdgeLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void opened(HttpConnection connection) {
        arm(connection, limits.headerTimeout().toMillis());
    }

    void requestBegan(HttpConnection connection) {
        disarm(connection);
    }

    void requestEnded(HttpConnection connection) {
        arm(connection, IDLE_MILLIS);
    }

    /** Must be called when the connection closes, or its timer would outlive it. */
    void closed(HttpConnection connection) {
        disarm(connection);
    }

    private void arm(HttpConnection connection, long millis) {
        disarm(connection);
        timers.put(connection, vertx.setTimer(millis, _ -> {
            timers.remove(connection);
            // Closing an already closed connection is no news to anybody.
            var unused = connection.close();
        }));
    }

    private void disarm(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }
}
