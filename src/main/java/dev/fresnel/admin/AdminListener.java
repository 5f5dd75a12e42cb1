package dev.fresnel.admin;

import dev.fresnel.value.Secret;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener: serves a table of operations on a port of its own. It lets in whom the table lets in, refuses what an operation does
 * not declare, and leaves an audit event for each change before it answers. One instance.
 */
public final class AdminListener extends VerticleBase {
    private final Setup setup;
    private final OperationTable table;
    private final Doorkeeper door;
    private HttpServer server;

    /**
     * What the listener serves, and to whom.
     *
     * @param token demanded as a bearer token by all that is not open; empty: the listener is on a loopback address
     * @param audit told of every change
     */
    public record Setup(
            String host, int port, Optional<Secret> token, OperationTable table, Consumer<AdminAction> audit) {}

    @SuppressWarnings("NullAway.Init") // server is set by start()
    public AdminListener(Setup setup) {
        this.setup = setup;
        this.table = setup.table();
        this.door = new Doorkeeper(setup.token());
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        for (Operation operation : table.operations()) {
            if (operation.guard() == Operation.Guard.NONE) {
                serve(router, operation);
            }
        }
        // Whatever is not open, served or not, asks for the token.
        router.route()
                .handler(context -> door.refusal(context.request())
                        .ifPresentOrElse(refused -> refuse(context, refused), context::next));
        for (Operation operation : table.operations()) {
            if (operation.guard() == Operation.Guard.TOKEN) {
                serve(router, operation);
            }
        }
        for (String path : table.paths()) {
            router.route(Operation.routerPath(path)).handler(context -> wrongMethod(context, table.allowed(path)));
        }
        AdminReply.Refused nothing = AdminReply.notFound(
                "There is nothing here. GET /admin/openapi.yaml says what is served; people find the console at /console/.");
        router.route().handler(context -> refuse(context, nothing));
        // A target that is no path, such as *, reaches no route.
        router.errorHandler(
                404, context -> refuse(context, door.refusal(context.request()).orElse(nothing)));
        router.errorHandler(
                413,
                context -> refuse(
                        context,
                        AdminReply.refused(ErrorCode.BODY_TOO_LARGE, "The body is larger than this operation takes.")));
        router.errorHandler(
                400,
                context -> refuse(
                        context,
                        AdminReply.refused(
                                ErrorCode.INVALID_REQUEST,
                                "The request cannot be read. Is its query percent-encoded?")));
        router.errorHandler(500, context -> broken(context, context.failure()));
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(setup.host())
                        .setPort(setup.port())
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(router);
        return server.listen();
    }

    private void serve(Router router, Operation operation) {
        var route = router.route(operation.method(), Operation.routerPath(operation.path()));
        if (!operation.method().equals(HttpMethod.GET)) {
            route.handler(BodyHandler.create(false).setBodyLimit(operation.maxBody()));
        }
        route.handler(context -> answer(operation, context));
    }

    private void answer(Operation operation, RoutingContext context) {
        String by = door.name(context.request());
        switch (RequestReader.read(operation, context, by)) {
            case RequestReader.Reading.Bad(AdminReply.Refused why) -> refuse(context, why);
            case RequestReader.Reading.Good(AdminRequest request) ->
                operation
                        .handler()
                        .answer(request)
                        .map(reply -> {
                            send(operation, by, context, reply);
                            return reply;
                        })
                        .onFailure(problem -> broken(context, problem));
        }
    }

    private void send(Operation operation, String by, RoutingContext context, AdminReply reply) {
        switch (reply) {
            case AdminReply.Changed changed -> {
                String action = operation.audit().orElseThrow();
                setup.audit().accept(new AdminAction(action, changed.tenant(), changed.subject(), by));
                end(context, 200, "application/json", changed.json());
            }
            case AdminReply.Whole whole -> {
                whole.headers().forEach(context.response()::putHeader);
                end(context, whole.status(), whole.contentType(), whole.body());
            }
            case AdminReply.Streamed streamed -> {
                HttpServerResponse response = context.response();
                response.setChunked(true).putHeader("content-type", streamed.contentType());
                streamed.writer().accept(response);
            }
            case AdminReply.Refused refused -> refuse(context, refused);
        }
    }

    private static void wrongMethod(RoutingContext context, String allowed) {
        context.response().putHeader("allow", allowed);
        refuse(context, AdminReply.refused(ErrorCode.METHOD_NOT_ALLOWED, "Use " + allowed + "."));
    }

    private static void broken(RoutingContext context, @Nullable Throwable bug) {
        System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an admin request was not answered", bug);
        if (context.response().headWritten()) {
            context.response().reset();
        } else {
            refuse(context, AdminReply.refused(ErrorCode.INTERNAL, "The gateway has a fault; its log has more."));
        }
    }

    /** {@code {"error":{"code":...,"message":...,"problems":[{"parameter":...,"message":...}]}}}: one form for every refusal. */
    private static void refuse(RoutingContext context, AdminReply.Refused refused) {
        if (refused.code() == ErrorCode.UNAUTHORIZED) {
            context.response().putHeader("www-authenticate", "Bearer");
        }
        String body = AdminReply.text(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("code", refused.code().key());
            json.writeStringField(
                    "message",
                    refused.problems().stream().map(RequestProblem::message).collect(Collectors.joining("; ")));
            json.writeArrayFieldStart("problems");
            for (RequestProblem problem : refused.problems()) {
                json.writeStartObject();
                json.writeStringField("parameter", problem.parameter().orElse(null));
                json.writeStringField("message", problem.message());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        });
        end(context, refused.code().status(), "application/json", body);
    }

    /** Everything that is served, in the order of its groups. */
    public List<Operation> operations() {
        return table.operations();
    }

    /** The bound port, once started. */
    public int port() {
        return server.actualPort();
    }

    private static void end(RoutingContext context, int status, String type, String body) {
        // A failed write means the asker has gone.
        var _ = context.response()
                .setStatusCode(status)
                .putHeader("content-type", type)
                // Nothing here is to be taken for a page that is not one.
                .putHeader("x-content-type-options", "nosniff")
                .end(Buffer.buffer(body));
    }
}
