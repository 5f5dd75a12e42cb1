package dev.fresnel.edge;

import dev.fresnel.exchange.Arrival;
import dev.fresnel.exchange.ClientSide;
import dev.fresnel.exchange.Exchanges;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The data listener on one event loop: admits requests and hands them to the exchange. Deployed once per event loop; all
 * instances share the port.
 */
public final class DataListener extends VerticleBase {
    private static final String PREFIX = "/v1";
    private static final String CHAT = "/chat/completions";
    private static final String MODELS = "/models";

    private final Setup setup;
    private final OpenAiErrors errors = new OpenAiErrors();
    private final ModelsReply models;
    private HttpServer server;
    private ConnectionWatch watch;

    /**
     * What every instance shares.
     *
     * @param gate counts running requests and refuses new ones while the gateway goes down
     */
    public record Setup(
            String host,
            int port,
            EdgeLimits limits,
            TenantDirectory tenants,
            ModelCatalog models,
            Exchanges exchanges,
            RequestIds ids,
            Gate gate,
            LongSupplier nanos) {
        /** Port 0 is a random one that all instances share. */
        SocketAddress address() {
            return port == 0 ? SocketAddress.sharedRandomPort(1, host) : SocketAddress.inetSocketAddress(port, host);
        }
    }

    @SuppressWarnings("NullAway.Init") // server and watch are set by start(), before any request can arrive
    public DataListener(Setup setup) {
        this.setup = setup;
        models = new ModelsReply(setup.models());
    }

    @Override
    public Future<?> start() {
        watch = new ConnectionWatch(vertx, setup.limits(), setup.gate());
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setTcpNoDelay(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false);
        server = vertx.createHttpServer(options)
                .connectionHandler(watch::opened)
                .invalidRequestHandler(HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER)
                .requestHandler(this::handle);
        return server.listen(setup.address());
    }

    /** The bound port, once started. */
    public int port() {
        return server.actualPort();
    }

    /** Refuses new connections at once, lets running replies end for up to {@code grace}, then cuts them. */
    public Future<Void> drain(Duration grace) {
        return server.shutdown(grace.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    }

    private void handle(HttpServerRequest request) {
        long started = setup.nanos().getAsLong();
        RequestId id = setup.ids().next();
        HttpConnection connection = request.connection();
        watch.requestBegan(connection);
        setup.gate().entered();
        ClientSide client = new ClientSide(
                request,
                id,
                errors,
                new ClientSide.Lifecycle(
                        () -> {
                            setup.gate().left();
                            watch.requestEnded(connection);
                        },
                        () -> watch.closed(connection)));
        Optional<GatewayFailure> ambiguity = RequestGuard.ambiguity(request);
        if (ambiguity.isPresent()) {
            refuse(request, client, ambiguity.get());
            return;
        }
        try {
            route(request, client, id, started);
        } catch (GatewayException e) {
            refuse(request, client, e.failure());
        }
    }

    private void route(HttpServerRequest request, ClientSide client, RequestId id, long started) {
        String path = Objects.requireNonNullElse(request.path(), "");
        if (!path.startsWith(PREFIX + "/")) {
            throw failure(new GatewayFailure.InvalidRequest(
                    "There is nothing at " + path + ". Use a base URL that ends in /v1.",
                    Optional.empty(),
                    "unknown_url"));
        }
        if (request.headers().contains("upgrade", "websocket", true)) {
            throw failure(new GatewayFailure.InvalidRequest(
                    "WebSocket connections are not supported. Call the provider's realtime endpoint directly.",
                    Optional.empty(),
                    "websocket_unsupported"));
        }
        setup.gate().check();
        Arrival arrival = admit(request, id, started);
        String resource = path.substring(PREFIX.length());
        if (resource.equals(CHAT) && request.method().equals(HttpMethod.POST)) {
            chat(request, client, arrival);
        } else if (resource.equals(MODELS) && request.method().equals(HttpMethod.GET)) {
            json(client, models.all());
        } else if (resource.startsWith(MODELS + "/") && request.method().equals(HttpMethod.GET)) {
            model(client, resource.substring(MODELS.length() + 1));
        } else {
            setup.exchanges().passThrough(arrival, request, client);
        }
    }

    private Arrival admit(HttpServerRequest request, RequestId id, long started) {
        Optional<Secret> authorization =
                Optional.ofNullable(request.getHeader("authorization")).map(Secret::new);
        Tenant tenant = authorization
                .flatMap(DataListener::bearer)
                .map(setup.tenants()::find)
                .orElseGet(setup.tenants()::findOpen)
                .orElseThrow(() -> failure(new GatewayFailure.Unauthenticated(
                        "No tenant has this API key. Send a key of this gateway as 'Authorization: Bearer KEY'.")));
        // A tenant with keys authenticates by them, so the credential is ours and stays here.
        Optional<Secret> forUpstream = tenant.keys().isEmpty() ? authorization : Optional.empty();
        String path = request.uri().substring(PREFIX.length());
        return new Arrival(id, tenant, path, request.headers(), forUpstream, started);
    }

    private static Optional<String> bearer(Secret authorization) {
        String text = authorization.reveal();
        return text.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(text.substring(7).strip())
                : Optional.empty();
    }

    private void chat(HttpServerRequest request, ClientSide client, Arrival arrival) {
        EdgeLimits limits = setup.limits();
        String length = request.getHeader("content-length");
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limits.maxBody())) {
            throw failure(BodyCollector.tooLarge(limits));
        }
        String encoding = request.getHeader("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw failure(new GatewayFailure.UnsupportedMedia(
                    "The request body is compressed ('" + encoding + "'). Send it without Content-Encoding."));
        }
        new BodyCollector(vertx, request, limits)
                .collect()
                .onSuccess(body -> setup.exchanges().chat(arrival, body, client))
                .onFailure(problem -> {
                    if (problem instanceof GatewayException known) {
                        refuse(request, client, known.failure());
                    } else {
                        // The connection broke while the body arrived: nobody is left to answer.
                        client.drop();
                    }
                });
    }

    private void model(ClientSide client, String encodedName) {
        ModelName name = new ModelName(URLDecoder.decode(encodedName, StandardCharsets.UTF_8));
        json(
                client,
                models.one(name)
                        .orElseThrow(() -> failure(new GatewayFailure.ModelNotFound(
                                "The model '" + name + "' is not declared here. GET /v1/models lists what is."))));
    }

    private static void json(ClientSide client, Buffer body) {
        client.reply(200, MultiMap.caseInsensitiveMultiMap().add("content-type", "application/json"), body);
    }

    /** Answers, then closes the connection: what follows on it may be the rest of a body we did not read. */
    private static void refuse(HttpServerRequest request, ClientSide client, GatewayFailure failure) {
        request.response().putHeader("connection", "close");
        client.fail(failure);
    }

    private static GatewayException failure(GatewayFailure failure) {
        return new GatewayException(failure);
    }
}
