package dev.fresnel.upstream;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.GatewayException;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.streams.ReadStream;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The body of an upstream's reply. Arrives paused. Ends in exactly one way: the end handler after a well-framed end, or the
 * exception handler with a {@link GatewayException} ({@code StreamBroken} when the upstream broke off, {@code UpstreamTimeout}
 * when the call's total time is over) or, after {@link UpstreamCall#cancel}, a {@link
 * java.util.concurrent.CancellationException}. Both wait for a handler that is set late. Used on the call's context only.
 */
public final class ReplyStream implements ReadStream<Buffer> {
    private final Context context;
    private final HttpClientResponse response;
    private final Runnable onOver;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Throwable failure;
    private boolean ended;
    private boolean wireEnded;
    private boolean told;

    ReplyStream(Context context, HttpClientResponse response, Function<Throwable, Throwable> explain, Runnable onOver) {
        this.context = context;
        this.response = response;
        this.onOver = onOver;
        response.exceptionHandler(cause -> {
            breakOff(explain.apply(cause));
            readOn();
            tell();
        });
        response.endHandler(end -> {
            wireEnded = true;
            if (!isOver()) {
                ended = true;
                onOver.run();
                tell();
            }
        });
    }

    /** Ends the stream from our side; {@link #tell} says so. Chunks received but not yet handed over are dropped. */
    void breakOff(Throwable cause) {
        if (!isOver()) {
            failure = cause;
            onOver.run();
        }
    }

    /**
     * Gives the rest of the reply up; nothing of it is handed over. {@code reset} runs on the next turn, unless the reply's end had
     * come already: its connection may carry somebody else's request by then, and Vert.x (5.1.6: {@code
     * Http1ClientConnection.reset}) closes the connection whoever has it.
     */
    void letGo(Runnable reset) {
        readOn();
        context.runOnContext(turn -> {
            if (!wireEnded) {
                reset.run();
            }
        });
    }

    /**
     * While a reply is paused, Vert.x parks what it has read in pooled buffers at the connection and never gives them back when that
     * closes (5.1.6: {@code VertxConnection.pending}), about 0.7 MiB each. Reading on frees them.
     */
    private void readOn() {
        response.handler(null);
        response.resume();
    }

    /** Why it broke off; empty while it runs, and when it has come to its end. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private boolean isOver() {
        return ended || failure != null;
    }

    /** Hands the end, if it has come, to the handler for it, once. */
    void tell() {
        if (told) {
            return;
        }
        Throwable cause = failure;
        if (cause != null && exceptionHandler != null) {
            told = true;
            exceptionHandler.handle(cause);
        } else if (ended && endHandler != null) {
            told = true;
            endHandler.handle(null);
        }
    }

    /** Tells on the next turn, so that a reader can set all its handlers first. */
    private void tellSoon() {
        if (isOver() && !told) {
            context.runOnContext(turn -> tell());
        }
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream handler(@Nullable Handler<Buffer> handler) {
        if (handler == null) {
            response.handler(null);
        } else if (!isOver()) {
            response.handler(chunk -> {
                if (failure == null) {
                    handler.handle(chunk);
                }
            });
        }
        return this;
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        tellSoon();
        return this;
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream endHandler(@Nullable Handler<Void> handler) {
        endHandler = handler;
        tellSoon();
        return this;
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream pause() {
        // What is discarded must not be parked again.
        if (failure == null) {
            response.pause();
        }
        return this;
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream resume() {
        response.resume();
        return this;
    }

    @Override
    @CanIgnoreReturnValue
    public ReplyStream fetch(long amount) {
        response.fetch(amount);
        return this;
    }
}
