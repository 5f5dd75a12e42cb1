package dev.fresnel.edge;

import dev.fresnel.exchange.ClientSide;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * Closes connections that hold a socket without sending a request: past the limit on their number, with a first head that does
 * not come in time, kept alive and idle for too long, or after a request that was refused. Vert.x has no such limits of its own.
 * One per event loop; not thread-safe.
 */
final class ConnectionWatch {
    private static final long IDLE_MILLIS = 75_000;
    /** How long a client may go on sending a body that nobody wants, so that it gets to read why. */
    private static final long LINGER_MILLIS = 2_000;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Supplier<EdgeLimits> limits;
    private final Gate gate;
    private final IdentityHashMap<HttpConnection, Watched> connections = new IdentityHashMap<>();

    private static final class Watched {
        long timer = NO_TIMER;
        /** Requests begun and not answered; two for a moment when requests are pipelined. */
        int running;

        boolean doomed;
    }

    ConnectionWatch(Vertx vertx, Supplier<EdgeLimits> limits, Gate gate) {
        this.vertx = vertx;
        this.limits = limits;
        this.gate = gate;
    }

    void opened(HttpConnection connection) {
        if (!gate.connected()) {
            close(connection);
            return;
        }
        Watched watched = new Watched();
        connections.put(connection, watched);
        connection.closeHandler(_ -> closed(connection));
        watched.timer = closeLater(connection, limits.get().headerTimeout().toMillis());
    }

    /** Whether the request may be looked at; not when one before it on the connection was refused. */
    boolean requestBegan(HttpConnection connection) {
        Watched watched = connections.get(connection);
        if (watched == null || watched.doomed) {
            return false;
        }
        disarm(watched);
        watched.running++;
        return true;
    }

    void requestEnded(HttpConnection connection) {
        Watched watched = connections.get(connection);
        if (watched != null && --watched.running == 0 && !watched.doomed) {
            watched.timer = closeLater(connection, IDLE_MILLIS);
        }
    }

    /** No further request on this connection is looked at: what follows may be the rest of a body that was not read. */
    void doom(HttpConnection connection) {
        Watched watched = connections.get(connection);
        if (watched != null) {
            watched.doomed = true;
        }
    }

    boolean isDoomed(HttpConnection connection) {
        Watched watched = connections.get(connection);
        return watched == null || watched.doomed;
    }

    /**
     * Closes the connection of an answered request. What is still arriving of the request is read and dropped for a while: a
     * socket closed over unread bytes is reset, and a reset can overtake the reply.
     */
    void closeAfter(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        if (request.isEnded()) {
            close(connection);
            return;
        }
        Watched watched = connections.get(connection);
        if (watched != null) {
            disarm(watched);
            watched.timer = closeLater(connection, LINGER_MILLIS);
            request.exceptionHandler(_ -> close(connection));
            request.handler(_ -> {});
            request.endHandler(_ -> close(connection));
            request.resume();
        }
    }

    /** Must be called when the connection closes; later calls do nothing. */
    void closed(HttpConnection connection) {
        Watched watched = connections.remove(connection);
        if (watched != null) {
            disarm(watched);
            gate.disconnected();
        }
    }

    /** Closes every connection. */
    void closeAll() {
        List.copyOf(connections.keySet()).forEach(ConnectionWatch::close);
    }

    private long closeLater(HttpConnection connection, long millis) {
        // Not close(): it waits until a client has read what it was sent, and this client may never do so.
        return vertx.setTimer(millis, _ -> ClientSide.closeNow(connection));
    }

    private void disarm(Watched watched) {
        if (watched.timer != NO_TIMER) {
            vertx.cancelTimer(watched.timer);
            watched.timer = NO_TIMER;
        }
    }

    private static void close(HttpConnection connection) {
        // Closing an already closed connection is no news to anybody.
        var _ = connection.close();
    }
}
