package dev.fresnel.admin;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;

/**
 * The probes listener: health and metrics and nothing else, for a kubelet and a Prometheus that reach the pod's address while the admin
 * listener stays on the loopback one. It asks for no token, so it changes nothing and tells nothing that metrics do not. One instance.
 */
public final class ProbesListener extends VerticleBase {
    /** A connection lives no longer: whoever opens many and sends nothing holds none of them for long. */
    private static final Duration CONNECTION_LIFETIME = Duration.ofSeconds(10);

    private static final AdminReply.Whole NOTHING = new AdminReply.Whole(
            404,
            "text/plain; charset=utf-8",
            "There is nothing here. Served are GET /livez, /readyz, /startupz, /metrics.\n",
            Map.of());

    private final String host;
    private final int bindPort;
    private final ProbeRequests probes;
    private final Duration lifetime;
    private HttpServer server;

    public ProbesListener(String host, int port, ProbeRequests probes) {
        this(host, port, probes, CONNECTION_LIFETIME);
    }

    @SuppressWarnings("NullAway.Init") // server is set by start()
    ProbesListener(String host, int port, ProbeRequests probes, Duration lifetime) {
        this.host = host;
        this.bindPort = port;
        this.probes = probes;
        this.lifetime = lifetime;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        // One question a connection, so that the lifetime never cuts an answer off.
        router.route().handler(c -> {
            c.response().putHeader("connection", "close");
            c.addEndHandler(_ -> c.request().connection().close());
            c.next();
        });
        router.get("/livez").handler(c -> end(c, probes.live()));
        router.get("/startupz").handler(c -> end(c, probes.started()));
        router.get("/readyz").handler(c -> end(c, probes.readiness()));
        router.get("/metrics").handler(c -> end(c, probes.scrape()));
        router.route().handler(c -> end(c, NOTHING));
        // A target that is no path, such as *, reaches no route.
        router.errorHandler(404, c -> end(c, NOTHING));
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(host).setPort(bindPort).setHttp2ClearTextEnabled(false))
                .connectionHandler(this::limit)
                .requestHandler(router);
        return server.listen();
    }

    private static void end(RoutingContext context, AdminReply.Whole reply) {
        // A failed write means the asker has gone.
        var _ = context.response()
                .setStatusCode(reply.status())
                .putHeader("content-type", reply.contentType())
                .end(reply.body());
    }

    private void limit(HttpConnection connection) {
        long timer = vertx.setTimer(lifetime.toMillis(), _ -> {
            var _ = connection.close();
        });
        connection.closeHandler(_ -> vertx.cancelTimer(timer));
    }

    /** The bound port, once started. */
    public int port() {
        return server.actualPort();
    }
}
