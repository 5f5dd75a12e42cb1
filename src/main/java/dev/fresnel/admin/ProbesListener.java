package dev.fresnel.admin;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;

/**
 * The probes listener: health and metrics and nothing else, for a kubelet and a Prometheus that reach the pod's address while the admin
 * listener stays on the loopback one. It asks for no token, so it changes nothing and tells nothing that metrics do not. One instance.
 */
public final class ProbesListener extends VerticleBase {
    /** A connection lives no longer: whoever opens many and sends nothing holds none of them for long. */
    private static final Duration CONNECTION_LIFETIME = Duration.ofSeconds(10);

    private final String host;
    private final int bindPort;
    private final Probes probes;
    private final Duration lifetime;
    private HttpServer server;

    public ProbesListener(String host, int port, Probes probes) {
        this(host, port, probes, CONNECTION_LIFETIME);
    }

    @SuppressWarnings("NullAway.Init") // server is set by start()
    ProbesListener(String host, int port, Probes probes, Duration lifetime) {
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
        probes.serveHealth(router);
        probes.serveMetrics(router);
        router.route()
                .handler(c -> AdminListener.text(
                        c, 404, "There is nothing here. Served are GET /livez, /readyz, /startupz, /metrics.\n"));
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost(host).setPort(bindPort).setHttp2ClearTextEnabled(false))
                .connectionHandler(this::limit)
                .requestHandler(router);
        return server.listen();
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
