package dev.fresnel.edge;

import dev.fresnel.chat.JsonText;
import dev.fresnel.exchange.Arrival;
import dev.fresnel.exchange.ClientSide;
import dev.fresnel.exchange.Refusal;
import dev.fresnel.exchange.ReplyHeaders;
import dev.fresnel.outcome.Feedback;
import dev.fresnel.outcome.FeedbackResult;
import dev.fresnel.tenant.Caller;
import dev.fresnel.tenant.Pass;
import dev.fresnel.tenant.Scope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import dev.fresnel.value.TenantId;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request at the data listener: who sent it, what it asks for, and what is refused at the door. Served to its end by the config
 * that was in force when it came. Lives on its event loop; one use.
 */
final class Visit {
    private static final String PREFIX = "/v1";
    /** Methods that make no model work. */
    private static final Set<HttpMethod> FREE_METHODS =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.DELETE);

    /** Bytes of a body that is read although its request is refused. */
    private static final int SHORT_BODY = 64 * 1024;

    private static final String CHAT = "/chat/completions";
    private static final String MODELS = "/models";
    private static final String FEEDBACK = "/feedback";
    private static final Duration FEEDBACK_RETRY = Duration.ofMinutes(10);
    private static final Duration STORE_RETRY = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final DataListener.Setup setup;
    private final Serving serving;
    private final Turns turns;
    private final HttpServerRequest request;
    private final ClientSide client;
    private final OpenAiErrors errors;
    private final Caller caller;
    private Pass pass = Pass.unlimited();
    private final long started;
    private final Runnable doomed;

    /**
     * @param serving what was in force when the request came
     * @param started when the request's head arrived, on the setup's clock
     * @param doomed run before a refusal: nothing that follows on the connection is to be looked at
     */
    Visit(
            Vertx vertx,
            DataListener.Setup setup,
            Serving serving,
            Turns turns,
            HttpServerRequest request,
            ClientSide client,
            OpenAiErrors errors,
            long started,
            Runnable doomed) {
        this.vertx = vertx;
        this.setup = setup;
        this.serving = serving;
        this.turns = turns;
        this.request = request;
        this.client = client;
        this.errors = errors;
        this.caller = new Credentials(request.headers()).caller(serving.tenants());
        this.started = started;
        this.doomed = doomed;
    }

    /** Answers, or hands on to who will. Throws {@link GatewayException} for what is refused here. */
    void route() {
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
        Arrival arrival = admit();
        String resource = path.substring(PREFIX.length());
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        require(scope(resource, reads), arrival);
        if (resource.equals(CHAT) && request.method().equals(HttpMethod.POST)) {
            chat(arrival);
        } else if (resource.equals(CHAT) && !reads) {
            // GET lists the completions that a provider has stored, which is its business.
            throw failure(wrongMethod("GET, HEAD, POST"));
        } else if (resource.equals(FEEDBACK) && request.method().equals(HttpMethod.POST)) {
            feedback(arrival);
        } else if (resource.equals(FEEDBACK)) {
            throw failure(wrongMethod("POST"));
        } else if (resource.equals(MODELS) && reads) {
            json(models(arrival).all());
            serving.exchanges().answered(arrival, request, client);
        } else if (resource.equals(MODELS)) {
            throw failure(wrongMethod("GET, HEAD"));
        } else if (resource.startsWith(MODELS + "/") && reads) {
            model(arrival, resource.substring(MODELS.length() + 1));
            serving.exchanges().answered(arrival, request, client);
        } else {
            if (arrival.payer().isLimited() && !FREE_METHODS.contains(request.method())) {
                throw failure(new GatewayFailure.OverBudget("What " + PREFIX + resource
                        + " costs cannot be counted against this tenant's budget, so it is refused. Use"
                        + " /v1/chat/completions, or ask the operator for a tenant without a budget."));
            }
            if (arrival.isLimitedInModels() && !FREE_METHODS.contains(request.method())) {
                throw failure(new GatewayFailure.ModelNotAllowed("Which model " + PREFIX + resource
                        + " asks for is not read here, and this key may ask for some models only, so it is refused. Use"
                        + " /v1/chat/completions, or ask the operator for a key without a list of models."));
            }
            pass.enter().ifPresent(exceeded -> {
                throw failure(limited(exceeded));
            });
            welcomeBody();
            serving.exchanges().passThrough(arrival, request, client);
        }
    }

    private static Scope scope(String resource, boolean reads) {
        if (resource.equals(CHAT) && !reads) {
            return Scope.CHAT;
        }
        if (resource.equals(FEEDBACK)) {
            return Scope.FEEDBACK;
        }
        boolean models = resource.equals(MODELS) || (resource.startsWith(MODELS + "/") && reads);
        return models ? Scope.MODELS : Scope.PASS_THROUGH;
    }

    private static void require(Scope scope, Arrival arrival) {
        if (arrival.key().filter(key -> !key.scopes().contains(scope)).isPresent()) {
            throw failure(new GatewayFailure.MissingScope("This key lacks the scope '" + scope.key()
                    + "'. Use another key, or ask the operator for one that has it."));
        }
    }

    private GatewayFailure wrongMethod(String allowed) {
        return new GatewayFailure.WrongMethod(
                request.method() + " is not possible on " + request.path() + ". Use one of: " + allowed + ".", allowed);
    }

    /** Lets a client that asked first go on and send its body. */
    private void welcomeBody() {
        if (request.headers().contains("expect") && request.version() == HttpVersion.HTTP_1_1) {
            // A failed write means that the client has gone, which is noticed elsewhere.
            var _ = request.response().writeContinue();
        }
    }

    private Arrival admit() {
        Caller.Admitted in = switch (caller) {
            case Caller.Admitted admitted -> admitted;
            case Caller.Barred barred -> throw failure(new GatewayFailure.Unauthenticated(closed(barred.why())));
            case Caller.Unknown _ ->
                throw failure(new GatewayFailure.Unauthenticated(
                        "No tenant has this API key. Send a key of this gateway as 'Authorization: Bearer KEY'."));
        };
        Tenant tenant = in.tenant();
        // A key of ours stays here.
        Optional<Secret> forUpstream = in.key().isEmpty()
                ? Optional.ofNullable(request.getHeader("authorization")).map(Secret::new)
                : Optional.empty();
        if (in.key().isEmpty() && RequestGuard.comesFromAForeignPage(request)) {
            throw failure(new GatewayFailure.Unauthenticated(
                    "A web page of another site may not use this gateway. Call it from a server or a program; a page cannot"
                            + " read the replies in any case, since the gateway does not speak CORS."));
        }
        String path = request.uri().substring(PREFIX.length());
        pass = setup.limiter().pass(tenant, in.key());
        client.afterwards(pass::close);
        return new Arrival(client.id(), tenant, in.key(), path, request.headers(), forUpstream, started, pass);
    }

    private static String closed(Caller.Why why) {
        return switch (why) {
            case EXPIRED -> "This API key has expired. Ask the operator for a new one.";
            case REVOKED -> "This API key was revoked. Ask the operator for a new one.";
            case TENANT_GONE -> "The tenant of this API key is gone. Ask the operator for a new one.";
        };
    }

    private void chat(Arrival arrival) {
        Optional<Pass.Exceeded> exceeded = pass.enter();
        if (exceeded.isEmpty()) {
            collect(arrival, body -> inTurn(arrival, () -> serving.exchanges().chat(arrival, body, client)));
        } else if (isShort()) {
            // Reading it costs less than the client's next connection.
            collect(arrival, _ -> inTurn(arrival, () -> refuseWithin(exceeded.get())));
        } else {
            throw failure(limited(exceeded.get()));
        }
    }

    /** Does what costs the event loop time, when it is the tenant's turn. */
    private void inTurn(Arrival arrival, Runnable work) {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        AtomicReference<@Nullable Runnable> due = new AtomicReference<>(work);
        // A client that has left takes what it sent with it: nothing else bounds what waits here.
        client.whenGone(() -> due.set(null));
        turns.take(arrival.tenant().id(), () -> context.dispatch(() -> begin(arrival, due.getAndSet(null))));
    }

    /** @param work empty when the client has left */
    private void begin(Arrival arrival, @Nullable Runnable work) {
        if (work == null) {
            // What it had of its limits was given back, and must not be taken again.
            serving.exchanges().brokenOff(arrival, request, client);
        } else if (client.isAnswered()) {
            // The gateway stops, and has told the client so.
            serving.exchanges().answered(arrival, request, client);
        } else {
            work.run();
        }
    }

    private boolean isShort() {
        String length = request.getHeader("content-length");
        return length != null && length.length() <= 9 && Long.parseLong(length) <= SHORT_BODY;
    }

    private static GatewayFailure limited(Pass.Exceeded exceeded) {
        return new GatewayFailure.RateLimited(exceeded.message(), exceeded.retryAfter());
    }

    /** The connection stays: the body has been read. */
    private void refuseWithin(Pass.Exceeded exceeded) {
        GatewayFailure failure = limited(exceeded);
        tell(failure);
        client.fail(failure);
    }

    /** How the caller's limits stand, on every reply, in place of what an upstream says of its own. */
    void putLimits(HttpServerResponse response) {
        pass.headers().forEach(response::putHeader);
    }

    /** What a caller says of an earlier answer; it may only speak of its own tenant's. */
    private void feedback(Arrival arrival) {
        collect(arrival, body -> {
            Feedback feedback;
            try {
                feedback = Feedback.parse(body.getBytes()).by(arrival.keyName().orElse(""));
            } catch (GatewayException invalid) {
                refuse(invalid.failure());
                return;
            }
            // On the request's own loop, whichever thread the store answers on.
            Context loop = vertx.getOrCreateContext();
            setup.learner()
                    .feedback(arrival.tenant().id(), feedback)
                    .onSuccess(result -> loop.runOnContext(_ -> {
                        answer(feedback, result);
                        serving.exchanges().answered(arrival, request, client);
                    }));
        });
    }

    private void answer(Feedback feedback, FeedbackResult result) {
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
                        result == FeedbackResult.QUEUED ? 202 : 200,
                        Buffer.buffer("{\"object\":\"feedback\",\"request_id\":"
                                + JsonText.quote(feedback.request().value()) + ",\"status\":\"" + result.key()
                                + "\"}"));
            }
        }
    }

    private void collect(Arrival arrival, Handler<Buffer> whole) {
        EdgeLimits limits = serving.limits();
        String length = request.getHeader("content-length");
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limits.maxBody())) {
            throw failure(BodyCollector.tooLarge(limits));
        }
        String encoding = request.getHeader("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw failure(new GatewayFailure.UnsupportedMedia(
                    "The request body is compressed ('" + encoding + "'). Send it without Content-Encoding."));
        }
        welcomeBody();
        BodyCollector body = new BodyCollector(vertx, request, limits);
        client.whenGone(body::left);
        body.collect().onSuccess(whole).onFailure(problem -> {
            if (problem instanceof GatewayException known) {
                refuse(known.failure());
            } else {
                // The connection broke while the body arrived: nobody is left to answer.
                client.drop();
                serving.exchanges().brokenOff(arrival, request, client);
            }
        });
    }

    private ModelsReply models(Arrival arrival) {
        return new ModelsReply(serving.models(), arrival::mayAskFor);
    }

    private void model(Arrival arrival, String encodedName) {
        // The guard has seen to it that every percent sign is followed by two hex digits.
        String name = URLDecoder.decode(encodedName.replace("+", "%2B"), StandardCharsets.UTF_8);
        json(
                Optional.of(name)
                        .filter(given -> !given.isBlank())
                        .map(ModelName::new)
                        .flatMap(models(arrival)::one)
                        .orElseThrow(
                                () -> failure(
                                        new GatewayFailure.ModelNotFound(
                                                "The model '" + name
                                                        + "' is not declared here, or this key may not ask for it. GET /v1/models lists what there is."))));
    }

    private void json(Buffer body) {
        json(200, body);
    }

    private void json(int status, Buffer body) {
        client.reply(
                status,
                MultiMap.caseInsensitiveMultiMap()
                        .add("content-type", "application/json")
                        .add(ReplyHeaders.REQUEST_ID, client.id().value()),
                body);
    }

    /** Answers, then closes the connection: what follows on it may be the rest of a body we did not read. */
    void refuse(GatewayFailure failure) {
        doomed.run();
        tell(failure);
        HttpServerResponse response = request.response();
        response.putHeader("connection", "close");
        switch (failure) {
            case GatewayFailure.Unauthenticated _ -> response.putHeader("www-authenticate", "Bearer");
            case GatewayFailure.WrongMethod wrong -> response.putHeader("allow", wrong.allowed());
            default -> {}
        }
        client.fail(failure);
    }

    private void tell(GatewayFailure failure) {
        setup.refusals()
                .accept(new Refusal(
                        client.id(),
                        tenant(),
                        key(),
                        Optional.of(request.method().name()),
                        Optional.ofNullable(request.path()),
                        errors.status(failure),
                        errors.code(failure)));
    }

    private Optional<TenantId> tenant() {
        return switch (caller) {
            case Caller.Admitted in -> Optional.of(in.tenant().id());
            case Caller.Barred barred -> barred.tenant();
            case Caller.Unknown _ -> Optional.empty();
        };
    }

    private Optional<String> key() {
        return switch (caller) {
            case Caller.Admitted in -> in.key().map(TenantKey::name);
            case Caller.Barred barred -> Optional.of(barred.key());
            case Caller.Unknown _ -> Optional.empty();
        };
    }

    private static GatewayException failure(GatewayFailure failure) {
        return new GatewayException(failure);
    }
}
