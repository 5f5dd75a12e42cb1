package dev.fresnel.edge;

import dev.fresnel.exchange.ClientSide;
import dev.fresnel.exchange.Refusal;
import dev.fresnel.exchange.ReplyHeaders;
import dev.fresnel.outcome.Learner;
import dev.fresnel.tenant.Limiter;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.RequestId;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The data listener on one event loop: admits requests and hands them to the exchange. Deployed once per event loop; all
 * instances share the port.
 */
public final class DataListener extends VerticleBase {
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 32 * 1024;

    private final Setup setup;
    private final OpenAiErrors errors = new OpenAiErrors();
    private final Set<ClientSide> clients = new HashSet<>();
    private HttpServer server;
    private ConnectionWatch watch;
    private Turns turns;

    /**
     * What every instance shares.
     *
     * @param serving what a request that arrives now is served with
     * @param gate counts running requests and refuses new ones while the gateway goes down
     * @param refusals told of every request that was refused before it reached the exchange; must not block
     */
    public record Setup(
            String host,
            int port,
            Supplier<Serving> serving,
            Learner learner,
            Limiter limiter,
            RequestIds ids,
            Gate gate,
            Consumer<Refusal> refusals,
            LongSupplier nanos) {
        /** Port 0 is a random one that all instances share. */
        SocketAddress address() {
            return port == 0 ? SocketAddress.sharedRandomPort(1, host) : SocketAddress.inetSocketAddress(port, host);
        }
    }

    @SuppressWarnings("NullAway.Init") // server, watch and turns are set by start(), before any request can arrive
    public DataListener(Setup setup) {
        this.setup = setup;
    }

    @Override
    public Future<?> start() {
        turns = new Turns(setup.nanos(), afterSockets());
        watch = new ConnectionWatch(vertx, () -> setup.serving().get().limits(), setup.gate());
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

    /** What is merely queued would run before the loop looks at its sockets again; what is scheduled does not, even for now. */
    private Executor afterSockets() {
        EventLoop loop = ((ContextInternal) context).nettyEventLoop();
        return task -> {
            var _ = loop.schedule(task, 0, TimeUnit.NANOSECONDS);
        };
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
        Serving serving = setup.serving().get();
        Optional<GatewayFailure> closed = enter();
        RequestId id = setup.ids().next();
        ClientSide client = client(request, id, closed.isPresent() ? () -> {} : setup.gate()::left);
        clients.add(client);
        Visit visit =
                new Visit(vertx, setup, serving, turns, request, client, errors, started, () -> watch.doom(connection));
        request.response().headersEndHandler(_ -> {
            request.response().putHeader(ReplyHeaders.CONFIG, serving.version());
            visit.putLimits(request.response());
            if (watch.isDoomed(connection) || bodyIsComing(request)) {
                request.response().putHeader("connection", "close");
            }
        });
        Optional<GatewayFailure> refusal = closed.or(() -> RequestGuard.ambiguity(request));
        if (refusal.isPresent()) {
            visit.refuse(refusal.get());
            return;
        }
        try {
            visit.route();
        } catch (GatewayException e) {
            visit.refuse(e.failure());
        } catch (RuntimeException bug) {
            System.getLogger("fresnel").log(System.Logger.Level.ERROR, "request " + id + " failed", bug);
            visit.refuse(new GatewayFailure.Internal(
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
}
