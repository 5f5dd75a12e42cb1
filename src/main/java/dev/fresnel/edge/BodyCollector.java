package dev.fresnel.edge;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.channels.ClosedChannelException;

/** Collects the body of one request within size and time. One use; lives on the request's event loop. */
final class BodyCollector {
    private final Vertx vertx;
    private final HttpServerRequest request;
    private final EdgeLimits limits;
    private final Promise<Buffer> body = Promise.promise();
    private final Buffer collected = Buffer.buffer();
    private long timer;

    BodyCollector(Vertx vertx, HttpServerRequest request, EdgeLimits limits) {
        this.vertx = vertx;
        this.request = request;
        this.limits = limits;
    }

    /** Fails with {@code TooLarge} at the byte too many, {@code ClientTooSlow} past the limit, or the connection's own failure. */
    Future<Buffer> collect() {
        timer = vertx.setTimer(
                limits.bodyTimeout().toMillis(),
                _ -> fail(new GatewayFailure.ClientTooSlow("The request body did not arrive within "
                        + limits.bodyTimeout().toSeconds()
                        + " s. Send it in one go; the operator can raise limits.body-timeout.")));
        request.exceptionHandler(body::tryFail);
        request.handler(this::chunk);
        request.endHandler(_ -> body.tryComplete(collected));
        return body.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /** The client has left: the rest will not come, and nobody waits for it. Vert.x does not always tell the request. */
    void left() {
        body.tryFail(new ClosedChannelException());
    }

    private void chunk(Buffer chunk) {
        if (collected.length() + chunk.length() > limits.maxBody()) {
            fail(tooLarge(limits));
        } else {
            collected.appendBuffer(chunk);
        }
    }

    private void fail(GatewayFailure failure) {
        // The rest of the body is not read: the caller closes the connection.
        request.handler(null);
        request.pause();
        body.tryFail(new GatewayException(failure));
    }

    /** As the config writes sizes. */
    private static String size(int bytes) {
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : bytes + " bytes";
    }

    static GatewayFailure tooLarge(EdgeLimits limits) {
        return new GatewayFailure.TooLarge("The request body is larger than " + size(limits.maxBody())
                + ". Send less; the operator can raise limits.max-body.");
    }
}
