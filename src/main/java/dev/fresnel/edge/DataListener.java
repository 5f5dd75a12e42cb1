package dev.fresnel.edge;

import dev.fresnel.chat.JsonText;
import dev.fresnel.exchange.Arrival;
import dev.fresnel.exchange.ClientSide;
import dev.fresnel.exchange.Exchanges;
import dev.fresnel.exchange.Refusal;
import dev.fresnel.exchange.ReplyHeaders;
import dev.fresnel.outcome.Feedback;
import dev.fresnel.outcome.FeedbackResult;
import dev.fresnel.outcome.Learner;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The data listener on one event loop: admits requests and hands them to the exchange. Deployed once per event loop; all
 * instances share the port.
 */
public final class DataListener extends VerticleBase {
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 32 * 1024;
    private static final String PREFIX = "/v1";
    /** Methods that make no model work. */
    private static final Set<HttpMethod> FREE_METHODS =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.DELETE);

    private static final List<String> KEY_HEADERS = List.of("authorization", "x-api-key", "api-key");
    private static final String CHAT = "/chat/completions";
    private static final String MODELS = "/models";
    private static final String FEEDBACK = "/feedback";
    private static final Duration FEEDBACK_RETRY = Duration.ofMinutes(10);
    private static final Duration STORE_RETRY = Duration.ofSeconds(10);

    private final Setup setup;
    private final OpenAiErrors errors = new OpenAiErrors();
    private final ModelsReply models;
    private final Set<ClientSide> clients = new HashSet<>();
    private HttpServer server;
    private ConnectionWatch watch;

    /**
     * What every instance shares.
     *
     * @param gate counts running requests and refuses new ones while the gateway goes down
     * @param refusals told of every request that was refused before it reached the exchange; must not block
     */
    public record Setup(
            String host,
            int port,
            EdgeLimits limits,
            TenantDirectory tenants,
            ModelCatalog models,
            Exchanges exchanges,
            Learner learner,
            RequestIds ids,
            Gate gate,
            Consumer<Refusal> refusals,
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
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                // Only once we know that the body is wanted.
                .setHandle100ContinueAutomatically(false)
                .setTcpNoDelay(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false);
        server = vertx.createHttpServer(options)
                .connectionHandler(watch::opened)
                .invalidRequestHandler(this::invalid)
                .requestHandler(this::handle);
        return server.listen(setup.address());
    }

    /** The bound port, once started. */
    public int port() {
        return server.actualPort();
    }

    /**
     * Tells every client that still waits that the rest will not come: an error reply, or an error event and a cut connection.
     * Must run on this listener's event loop.
     */
    private void cut() {
        List.copyOf(clients)
                .forEach(client -> client.fail(new GatewayFailure.ShuttingDown(
                        "This gateway shut down before the reply was complete. Send the request again.")));
    }

    /** Cuts what is still running and closes the port and every connection. Thread-safe. */
    public Future<Void> stopServing() {
        Promise<Void> stopped = Promise.promise();
        context.runOnContext(_ -> {
            cut();
            server.close().onComplete(stopped);
        });
        return stopped.future();
    }

    /** What is no HTTP/1.1 request at all. */
    private void invalid(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        if (watch.isDoomed(connection)) {
            return;
        }
        watch.doom(connection);
        GatewayFailure failure = request.decoderResult().cause() instanceof TooLongFrameException
                ? new GatewayFailure.HeadTooLarge("The request line is longer than " + MAX_LINE
                        + " bytes, or the headers are larger than " + MAX_HEADERS + ". Send less.")
                : new GatewayFailure.InvalidRequest(
                        "This is not a valid HTTP/1.1 request.", Optional.empty(), "bad_request");
        RequestId id = setup.ids().next();
        setup.refusals().accept(Refusal.unread(id, errors.status(failure), errors.code(failure)));
        Buffer body = errors.body(failure);
        // Vert.x closes the connection after the reply; a failed write means that the client has gone.
        var _ = request.response()
                .setStatusCode(errors.status(failure))
                .putHeader("content-type", "application/json")
                .putHeader("connection", "close")
                .putHeader(ReplyHeaders.REQUEST_ID, id.value())
                .end(body);
    }

    private void handle(HttpServerRequest request) {
        long started = setup.nanos().getAsLong();
        HttpConnection connection = request.connection();
        if (!watch.requestBegan(connection)) {
            return;
        }
        if (wantsClose(request)) {
            watch.doom(connection);
        }
        Optional<GatewayFailure> closed = enter();
        RequestId id = setup.ids().next();
        ClientSide client = client(request, id, closed.isPresent() ? () -> {} : setup.gate()::left);
        clients.add(client);
        request.response().headersEndHandler(_ -> {
            if (watch.isDoomed(connection) || bodyIsComing(request)) {
                request.response().putHeader("connection", "close");
            }
        });
        Optional<GatewayFailure> refusal = closed.or(() -> RequestGuard.ambiguity(request));
        if (refusal.isPresent()) {
            refuse(request, client, refusal.get());
            return;
        }
        try {
            route(request, client, id, started);
        } catch (GatewayException e) {
            refuse(request, client, e.failure());
        } catch (RuntimeException bug) {
            System.getLogger("fresnel").log(System.Logger.Level.ERROR, "request " + id + " failed", bug);
            refuse(
                    request,
                    client,
                    new GatewayFailure.Internal(
                            "The gateway failed on this request (" + id + "). It is our fault, and logged."));
        }
    }

    private Optional<GatewayFailure> enter() {
        try {
            setup.gate().enter();
            return Optional.empty();
        } catch (GatewayException shut) {
            return Optional.of(shut.failure());
        }
    }

    private ClientSide client(HttpServerRequest request, RequestId id, Runnable left) {
        HttpConnection connection = request.connection();
        ClientSide[] self = new ClientSide[1];
        Runnable finished = () -> {
            clients.remove(self[0]);
            left.run();
            watch.requestEnded(connection);
            if (watch.isDoomed(connection) || bodyIsComing(request)) {
                watch.doom(connection);
                watch.closeAfter(request);
            }
        };
        self[0] =
                new ClientSide(request, id, errors, new ClientSide.Lifecycle(finished, () -> watch.closed(connection)));
        return self[0];
    }

    /** Vert.x sees {@code close} only when it stands alone. */
    private static boolean wantsClose(HttpServerRequest request) {
        return request.headers().getAll("connection").stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .anyMatch(token -> token.strip().equalsIgnoreCase("close"));
    }

    /** Whether the client has not sent all of its body; the reply is then the last on its connection. */
    private static boolean bodyIsComing(HttpServerRequest request) {
        return !request.isEnded()
                && (request.headers().contains("content-length")
                        || request.headers().contains("transfer-encoding"));
    }

    private void route(HttpServerRequest request, ClientSide client, RequestId id, long started) {
        String path = Objects.requireNonNullElse(request.path(), "");
        if (!path.startsWith(PREFIX + "/")) {
            throw failure(new GatewayFailure.UnknownUrl(
                    path.equals(PREFIX)
                            ? "There is nothing at /v1 itself. Ask for a path below it, such as /v1/models or"
                                    + " /v1/chat/completions."
                            : "There is nothing at " + path + ". Use a base URL that ends in /v1."));
        }
        if (request.headers().contains("upgrade", "websocket", true)) {
            throw failure(new GatewayFailure.InvalidRequest(
                    "WebSocket connections are not supported. Call the provider's realtime endpoint directly.",
                    Optional.empty(),
                    "websocket_unsupported"));
        }
        Arrival arrival = admit(request, id, started);
        String resource = path.substring(PREFIX.length());
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (resource.equals(CHAT) && request.method().equals(HttpMethod.POST)) {
            chat(request, client, arrival);
        } else if (resource.equals(CHAT) && !reads) {
            // GET lists the completions that a provider has stored, which is its business.
            throw failure(wrongMethod(request, "GET, HEAD, POST"));
        } else if (resource.equals(FEEDBACK) && request.method().equals(HttpMethod.POST)) {
            feedback(request, client, arrival);
        } else if (resource.equals(FEEDBACK)) {
            throw failure(wrongMethod(request, "POST"));
        } else if (resource.equals(MODELS) && reads) {
            json(client, models.all());
        } else if (resource.equals(MODELS)) {
            throw failure(wrongMethod(request, "GET, HEAD"));
        } else if (resource.startsWith(MODELS + "/") && reads) {
            model(client, resource.substring(MODELS.length() + 1));
        } else {
            if (arrival.tenant().dailyBudget().isPresent() && !FREE_METHODS.contains(request.method())) {
                throw failure(new GatewayFailure.OverBudget("What " + resource
                        + " costs cannot be counted against this tenant's daily budget, so it is refused. Use"
                        + " /v1/chat/completions, or ask the operator for a tenant without a budget."));
            }
            welcomeBody(request);
            setup.exchanges().passThrough(arrival, request, client);
        }
    }

    private static GatewayFailure wrongMethod(HttpServerRequest request, String allowed) {
        return new GatewayFailure.WrongMethod(
                request.method() + " is not possible on " + request.path() + ". Use one of: " + allowed + ".", allowed);
    }

    /** Lets a client that asked first go on and send its body. */
    private static void welcomeBody(HttpServerRequest request) {
        if (request.headers().contains("expect") && request.version() == HttpVersion.HTTP_1_1) {
            // A failed write means that the client has gone, which is noticed elsewhere.
            var _ = request.response().writeContinue();
        }
    }

    private Arrival admit(HttpServerRequest request, RequestId id, long started) {
        Tenant tenant = tenant(request.headers())
                .orElseThrow(() -> failure(new GatewayFailure.Unauthenticated(
                        "No tenant has this API key. Send a key of this gateway as 'Authorization: Bearer KEY'.")));
        // A tenant with keys authenticates by them, so the credential is ours and stays here.
        Optional<Secret> forUpstream = tenant.keys().isEmpty()
                ? Optional.ofNullable(request.getHeader("authorization")).map(Secret::new)
                : Optional.empty();
        if (tenant.keys().isEmpty() && RequestGuard.comesFromAForeignPage(request)) {
            throw failure(new GatewayFailure.Unauthenticated(
                    "A web page of another site may not use this gateway. Call it from a server or a program; a page cannot"
                            + " read the replies in any case, since the gateway does not speak CORS."));
        }
        String path = request.uri().substring(PREFIX.length());
        return new Arrival(id, tenant, path, request.headers(), forUpstream, started);
    }

    /**
     * The tenant that one of the request's credentials opens, else the open one. Every credential is tried: a tenant's key must
     * not travel on as the open tenant's, hidden behind another.
     */
    private Optional<Tenant> tenant(MultiMap headers) {
        return KEY_HEADERS.stream()
                .flatMap(name -> headers.getAll(name).stream())
                .map(DataListener::key)
                .flatMap(key -> setup.tenants().find(key).stream())
                .filter(tenant -> !tenant.keys().isEmpty())
                .findFirst()
                .or(setup.tenants()::findOpen);
    }

    /** Names the tenant's key that the request carries, not by itself: its place in the config. */
    private static String caller(HttpServerRequest request, Tenant tenant) {
        List<Secret> sent = KEY_HEADERS.stream()
                .flatMap(name -> request.headers().getAll(name).stream())
                .map(credential -> new Secret(key(credential)))
                .toList();
        return IntStream.range(0, tenant.keys().size())
                .filter(i -> sent.contains(tenant.keys().get(i)))
                .mapToObj(Integer::toString)
                .findFirst()
                .orElse("");
    }

    private static String key(String credential) {
        return credential.regionMatches(true, 0, "Bearer ", 0, 7)
                ? credential.substring(7).strip()
                : credential.strip();
    }

    private void chat(HttpServerRequest request, ClientSide client, Arrival arrival) {
        collect(request, client, body -> setup.exchanges().chat(arrival, body, client));
    }

    /** What a caller says of an earlier answer; it may only speak of its own tenant's. */
    private void feedback(HttpServerRequest request, ClientSide client, Arrival arrival) {
        collect(request, client, body -> {
            Feedback feedback;
            try {
                feedback = Feedback.parse(body.getBytes()).by(caller(request, arrival.tenant()));
            } catch (GatewayException invalid) {
                refuse(request, client, invalid.failure());
                return;
            }
            setup.learner()
                    .feedback(arrival.tenant().id(), feedback)
                    .onSuccess(result -> answer(client, feedback, result));
        });
    }

    private static void answer(ClientSide client, Feedback feedback, FeedbackResult result) {
        switch (result) {
            case OVER_LIMIT ->
                client.fail(new GatewayFailure.RateLimited(
                        "This tenant's feedback of the hour is used up. Send it later; the operator can raise"
                                + " policy.feedback-per-hour.",
                        FEEDBACK_RETRY));
            case UNAVAILABLE ->
                client.fail(new GatewayFailure.StoreUnavailable(
                        "The gateway's store is away, and as much feedback waits for it as may. Send it later.",
                        STORE_RETRY));
            case LEARNED, UNCHANGED, NOT_LEARNING, QUEUED -> {
                json(
                        client,
                        result == FeedbackResult.QUEUED ? 202 : 200,
                        Buffer.buffer("{\"object\":\"feedback\",\"request_id\":"
                                + JsonText.quote(feedback.request().value()) + ",\"status\":\"" + result.key()
                                + "\"}"));
            }
        }
    }

    private void collect(HttpServerRequest request, ClientSide client, Handler<Buffer> whole) {
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
        welcomeBody(request);
        new BodyCollector(vertx, request, limits).collect().onSuccess(whole).onFailure(problem -> {
            if (problem instanceof GatewayException known) {
                refuse(request, client, known.failure());
            } else {
                // The connection broke while the body arrived: nobody is left to answer.
                client.drop();
            }
        });
    }

    private void model(ClientSide client, String encodedName) {
        // The guard has seen to it that every percent sign is followed by two hex digits.
        String name = URLDecoder.decode(encodedName.replace("+", "%2B"), StandardCharsets.UTF_8);
        json(
                client,
                Optional.of(name)
                        .filter(given -> !given.isBlank())
                        .map(ModelName::new)
                        .flatMap(models::one)
                        .orElseThrow(() -> failure(new GatewayFailure.ModelNotFound(
                                "The model '" + name + "' is not declared here. GET /v1/models lists what is."))));
    }

    private static void json(ClientSide client, Buffer body) {
        json(client, 200, body);
    }

    private static void json(ClientSide client, int status, Buffer body) {
        client.reply(
                status,
                MultiMap.caseInsensitiveMultiMap()
                        .add("content-type", "application/json")
                        .add(ReplyHeaders.REQUEST_ID, client.id().value()),
                body);
    }

    /** Answers, then closes the connection: what follows on it may be the rest of a body we did not read. */
    private void refuse(HttpServerRequest request, ClientSide client, GatewayFailure failure) {
        watch.doom(request.connection());
        setup.refusals()
                .accept(new Refusal(
                        client.id(),
                        tenant(request.headers()).map(Tenant::id),
                        Optional.of(request.method().name()),
                        Optional.ofNullable(request.path()),
                        errors.status(failure),
                        errors.code(failure)));
        HttpServerResponse response = request.response();
        response.putHeader("connection", "close");
        switch (failure) {
            case GatewayFailure.Unauthenticated _ -> response.putHeader("www-authenticate", "Bearer");
            case GatewayFailure.WrongMethod wrong -> response.putHeader("allow", wrong.allowed());
            default -> {}
        }
        client.fail(failure);
    }

    private static GatewayException failure(GatewayFailure failure) {
        return new GatewayException(failure);
    }
}
