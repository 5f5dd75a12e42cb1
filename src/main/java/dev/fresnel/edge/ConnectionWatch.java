package dev.fresnel.edge;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.IdentityHashMap;

/**
 * Closes connections that hold a socket without sending a request: past the limit on their number, with a first head that does
 * not come in time, or kept alive and idle for too long. Vert.x has no such limits of its own. One per event loop; not thread-safe.
 */
final class ConnectionWatch {
    private static final long IDLE_MILLIS = 75_000;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final EdgeLimits limits;
    private final Gate gate;
    private final IdentityHashMap<HttpConnection, Long> timers = new IdentityHashMap<>();

    ConnectionWatch(Vertx vertx, EdgeLimits limits, Gate gate) {
        this.vertx = vertx;
        this.limits = limits;
        this.gate = gate;
    }

    void opened(HttpConnection connection) {
        if (!gate.connected()) {
            // Closing an already closed connection is no news to anybody.
            var _ = connection.close();
            return;
        }
        timers.put(connection, NO_TIMER);
        connection.closeHandler(_ -> closed(connection));
        arm(connection, limits.headerTimeout().toMillis());
    }

    void requestBegan(HttpConnection connection) {
        disarm(connection);
    }

    void requestEnded(HttpConnection connection) {
        arm(connection, IDLE_MILLIS);
    }

    /** Must be called when the connection closes; later calls do nothing. */
    void closed(HttpConnection connection) {
        disarm(connection);
        if (timers.remove(connection) != null) {
            gate.disconnected();
        }
    }

    private void arm(HttpConnection connection, long millis) {
        disarm(connection);
        if (timers.containsKey(connection)) {
            timers.put(connection, vertx.setTimer(millis, _ -> {
                var _ = connection.close();
            }));
        }
    }

    private void disarm(HttpConnection connection) {
        Long timer = timers.get(connection);
        if (timer != null && timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timers.put(connection, NO_TIMER);
        }
    }
}
