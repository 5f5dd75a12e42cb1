package dev.fresnel.admin;

import dev.fresnel.lens.LensShelf;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The admin listener: probes, metrics, status, recent events, the kill switch and the lenses, on a port of its own. What it changes leaves
 * an event. One instance.
 */
public final class AdminListener extends VerticleBase {
    private static final Pattern LOCAL_HOST =
            Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

    private static final Map<String, String> PATHS = served();

    private final Setup setup;
    private HttpServer server;

    private static Map<String, String> served() {
        Map<String, String> methods = new LinkedHashMap<>();
        List.of("/livez", "/readyz", "/startupz", "/metrics", "/admin/status", "/admin/events")
                .forEach(path -> methods.put(path, "GET"));
        List.of("/admin/pause", "/admin/resume").forEach(path -> methods.put(path, "POST"));
        return Collections.unmodifiableMap(methods);
    }

    /**
     * What the listener shows.
     *
     * @param token demanded as a bearer token by everything but the probes; empty: the listener is on a loopback address
     * @param probes health and metrics, which the probes listener may serve too
     * @param status JSON
     * @param events recent events as JSON objects, oldest first
     * @param killSwitch what {@code /admin/pause} and {@code /admin/resume} work
     * @param lenses which an operator may look at, retire and forget
     * @param audit told of every change to them
     */
    public record Setup(
            String host,
            int port,
            Optional<Secret> token,
            Probes probes,
            Supplier<String> status,
            Supplier<List<String>> events,
            KillSwitch killSwitch,
            LensShelf lenses,
            Consumer<AdminAction> audit) {}

    @SuppressWarnings("NullAway.Init") // server is set by start()
    public AdminListener(Setup setup) {
        this.setup = setup;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        setup.probes().serveHealth(router);
        // Whatever is not a probe, served or not, asks for the token.
        router.route().handler(this::authorise);
        setup.probes().serveMetrics(router);
        router.get("/admin/status").handler(c -> json(c, setup.status().get()));
        router.get("/admin/events")
                .handler(c -> json(c, "[" + String.join(",", setup.events().get()) + "]"));
        String by = setup.token().map(_ -> "admin-token").orElse("loopback");
        PauseRequests pauses = new PauseRequests(setup.killSwitch(), by);
        router.route().handler(AdminListener::refusePages);
        router.post().handler(BodyHandler.create(false).setBodyLimit(PauseRequests.MAX_BODY));
        router.post("/admin/pause").handler(c -> pauses.order(c, PauseOrder.State.PAUSED));
        router.post("/admin/resume").handler(c -> pauses.order(c, PauseOrder.State.ACTIVE));
        new LensRequests(setup.lenses(), setup.killSwitch().tenants(), by, setup.audit()).serve(router);
        router.route().handler(AdminListener::notServed);
        router.errorHandler(413, c -> text(c, 413, "The body is larger than " + PauseRequests.MAX_BODY + " bytes.\n"));
        router.errorHandler(400, c -> text(c, 400, "The request cannot be read. Is its query percent-encoded?\n"));
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(setup.host())
                        .setPort(setup.port())
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(router);
        return server.listen();
    }

    private static void notServed(RoutingContext context) {
        String method = PATHS.get(Objects.requireNonNullElse(context.request().path(), ""));
        if (method != null) {
            context.response().putHeader("allow", method);
            text(context, 405, "Use " + method + ".\n");
        } else {
            text(
                    context,
                    404,
                    "There is nothing here. Served are " + String.join(", ", PATHS.keySet()) + ", " + LensRequests.PATH
                            + ".\n");
        }
    }

    /** Any page that somebody on this machine looks at can send to a loopback address; browsers say so, and nobody else does. */
    private static void refusePages(RoutingContext context) {
        boolean reads = context.request().method().equals(HttpMethod.GET)
                || context.request().method().equals(HttpMethod.HEAD);
        if (!reads && context.request().headers().contains("origin")) {
            text(context, 403, "Changes are not taken from web pages. Use 'fresnel pause' or curl.\n");
        } else {
            context.next();
        }
    }

    private void authorise(RoutingContext context) {
        if (setup.token().isEmpty()) {
            // Without a token the loopback address is the only guard, and a name that a web page's owner points at it
            // gets past.
            if (LOCAL_HOST
                    .matcher(Objects.requireNonNullElse(context.request().getHeader("host"), ""))
                    .matches()) {
                context.next();
            } else {
                text(context, 403, "Ask by a loopback address, or set listen.admin-token.\n");
            }
            return;
        }
        String given = context.request().getHeader("authorization");
        boolean known = given != null
                && given.regionMatches(true, 0, "Bearer ", 0, 7)
                && setup.token().get().equals(new Secret(given.substring("Bearer ".length())));
        if (known) {
            context.next();
        } else {
            context.response().putHeader("www-authenticate", "Bearer");
            text(context, 401, "Send the admin token as 'Authorization: Bearer TOKEN'.\n");
        }
    }

    /** The bound port, once started. */
    public int port() {
        return server.actualPort();
    }

    static void text(RoutingContext context, int status, String body) {
        send(context, status, "text/plain; charset=utf-8", body);
    }

    static void json(RoutingContext context, String body) {
        send(context, 200, "application/json", body);
    }

    static void send(RoutingContext context, int status, String type, String body) {
        // A failed write means the asker has gone.
        var _ = context.response()
                .setStatusCode(status)
                .putHeader("content-type", type)
                .end(body);
    }
}
