package dev.fresnel.exchange;

import dev.fresnel.upstream.ReplyStream;
import dev.fresnel.value.GatewayException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
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
    private long lastTimer = -1;

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
                letGo();
            } else {
                restartIdleTimer();
            }
        });
        in.resume();
        return held.future();
    }

    /** {@link #hold(UnaryOperator, BooleanSupplier)}, and let go after {@code atMost} with what there is. */
    Future<Held> hold(UnaryOperator<Buffer> seen, BooleanSupplier enough, Duration atMost) {
        lastTimer = vertx.setTimer(Math.max(1, atMost.toMillis()), _ -> letGo());
        return hold(seen, enough);
    }

    /** More is to come, and so may be its end: that waits for whoever reads on. */
    private void letGo() {
        ReplyStream in = source.reply();
        in.pause();
        in.exceptionHandler(null);
        in.endHandler(null);
        end(() -> held.tryComplete(new Held(List.copyOf(chunks), Held.Rest.COMING)));
    }

    private void end(Runnable how) {
        vertx.cancelTimer(idleTimer);
        vertx.cancelTimer(lastTimer);
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
