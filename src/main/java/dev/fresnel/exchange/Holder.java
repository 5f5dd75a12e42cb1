package dev.fresnel.exchange;

import dev.fresnel.upstream.ReplyStream;
import dev.fresnel.value.GatewayException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Reads the beginning of a reply and holds it back, until there is enough of it to be sure or it has ended. Leaves the reply
 * paused. One use; lives on the exchange's event loop.
 */
final class Holder {
    private final Vertx vertx;
    private final Relay.Source source;
    private final Promise<Held> held = Promise.promise();
    private final List<Buffer> chunks = new ArrayList<>();
    private long idleTimer = -1;

    Holder(Vertx vertx, Relay.Source source) {
        this.vertx = vertx;
        this.source = source;
    }

    /**
     * @param seen turns each chunk into what the client will get
     * @param enough asked after each chunk
     * @return fails with {@code StreamBroken} or {@code UpstreamTimeout} when the reply breaks off or stands still before that
     */
    Future<Held> hold(UnaryOperator<Buffer> seen, BooleanSupplier enough) {
        ReplyStream in = source.reply();
        restartIdleTimer();
        in.exceptionHandler(problem -> end(() -> held.tryFail(known(problem))));
        in.endHandler(_ -> end(() -> held.tryComplete(new Held(List.copyOf(chunks), Held.Rest.ENDED))));
        in.handler(chunk -> {
            chunks.add(seen.apply(chunk));
            if (enough.getAsBoolean()) {
                in.pause();
                end(() -> held.tryComplete(new Held(List.copyOf(chunks), Held.Rest.COMING)));
            } else {
                restartIdleTimer();
            }
        });
        in.resume();
        return held.future();
    }

    private void end(Runnable how) {
        vertx.cancelTimer(idleTimer);
        how.run();
    }

    private void restartIdleTimer() {
        if (idleTimer != -1) {
            vertx.cancelTimer(idleTimer);
        }
        idleTimer = vertx.setTimer(
                source.timeouts().idle().toMillis(), _ -> source.call().timeOutIdle());
    }

    private Throwable known(Throwable problem) {
        return problem instanceof GatewayException ? problem : new GatewayException(source.brokenOff(), problem);
    }
}
