package dev.fresnel.exchange;

import dev.fresnel.chat.ChatStream;
import dev.fresnel.upstream.ReplyStream;
import dev.fresnel.upstream.Timeouts;
import dev.fresnel.upstream.UpstreamCall;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Streams one upstream reply to one client: byte-exact, back-pressured, both ends reset when either fails. The only code that
 * streams replies. One use; lives on the exchange's event loop.
 */
/* Why not pipeTo: its defaults end the client's response cleanly when the upstream dies (a truncated answer that looks
 * complete), and drain the upstream to its end when the client dies (tokens paid for nobody). Both ends are therefore driven
 * here, and every exit goes through finish(), once. */
final class Relay {
    /** Whether silence may be filled with SSE comments; a reply that was not delegated carries the upstream's bytes alone. */
    enum Silence {
        COMMENT,
        KEEP
    }

    private static final Buffer END_OF_EVENT = Buffer.buffer("\n\n");
    private static final Buffer KEEP_ALIVE = Buffer.buffer(": keep-alive\n\n");

    private final Vertx vertx;
    private final LongSupplier nanos;
    private final ClientSide client;
    private final HttpServerResponse out;
    private final UpstreamCall call;
    private final ReplyStream in;
    private final Source source;
    private final Timeouts timeouts;
    private final RelayLimits limits;
    private final Optional<ChatStream> observed;
    private final Silence silence;
    private final Runnable firstContent;
    private final Promise<RelayEnd> end = Promise.promise();
    private long timer = -1;
    private long lastRead;
    private long lastWrite;
    private long stalledSince;
    private boolean stalled;
    private boolean finished;
    private boolean contentSeen;

    /**
     * @param observed reads the bytes of a chat stream and says whether it ended properly; empty for any other body, which is
     *     complete when HTTP says so
     * @param firstContent runs once, when content has been seen
     */
    Relay(
            Vertx vertx,
            LongSupplier nanos,
            ClientSide client,
            Source source,
            RelayLimits limits,
            Optional<ChatStream> observed,
            Silence silence,
            Runnable firstContent) {
        this.vertx = vertx;
        this.nanos = nanos;
        this.client = client;
        this.out = client.response();
        this.call = source.call();
        this.in = source.reply();
        this.source = source;
        this.timeouts = source.timeouts();
        this.limits = limits;
        this.observed = observed;
        this.silence = silence;
        this.firstContent = firstContent;
    }

    /** The upstream's side of a relay. */
    record Source(UpstreamCall call, ReplyStream reply, String upstreamName, Timeouts timeouts) {
        GatewayFailure brokenOff() {
            return new GatewayFailure.StreamBroken(
                    "The upstream '" + upstreamName
                            + "' ended its reply before it was complete. What you received is only a part; send the request again.",
                    upstreamName);
        }
    }

    /**
     * Streams until either side ends.
     *
     * @param held what was already read of the reply, passed through {@code observed} by the caller
     * @return never failed: every way to end is a {@link RelayEnd}
     */
    Future<RelayEnd> run(Held held) {
        lastRead = nanos.getAsLong();
        lastWrite = lastRead;
        client.whenGone(() -> finish(new RelayEnd.ClientGone()));
        if (finished) {
            return end.future();
        }
        timer = vertx.setPeriodic(tick(), _ -> watch());
        noteContent();
        held.chunks().forEach(this::write);
        if (held.isComplete()) {
            upstreamEnded();
            return end.future();
        }
        in.exceptionHandler(this::failed);
        in.endHandler(_ -> upstreamEnded());
        in.handler(this::chunk);
        if (!stalled) {
            in.resume();
        }
        return end.future();
    }

    private long tick() {
        long shortest = Math.min(
                limits.keepAlive().toMillis(),
                Math.min(timeouts.idle().toMillis(), limits.writeStall().toMillis()));
        return Math.max(1, shortest / 4);
    }

    private void chunk(Buffer chunk) {
        lastRead = nanos.getAsLong();
        Buffer bytes = observed.map(stream -> stream.push(chunk)).orElse(chunk);
        noteContent();
        write(bytes);
    }

    private void noteContent() {
        if (!contentSeen && observed.isPresent() && observed.get().facts().contentSeen()) {
            contentSeen = true;
            firstContent.run();
        }
    }

    private void write(Buffer bytes) {
        if (finished || bytes.length() == 0) {
            return;
        }
        lastWrite = nanos.getAsLong();
        // A failed write is reported by the close handlers of ClientSide.
        var _ = out.write(bytes);
        if (out.writeQueueFull() && !stalled) {
            stalled = true;
            stalledSince = lastWrite;
            in.pause();
            out.drainHandler(_ -> drained());
        }
    }

    private void drained() {
        stalled = false;
        lastRead = nanos.getAsLong();
        if (!finished) {
            in.resume();
        }
    }

    private void upstreamEnded() {
        observed.ifPresent(stream -> write(stream.finish()));
        boolean cutShort = observed.map(stream -> !stream.facts().done()).orElse(false);
        if (cutShort) {
            finish(new RelayEnd.Broken(source.brokenOff()));
        } else {
            finish(new RelayEnd.Complete());
        }
    }

    private void failed(Throwable problem) {
        finish(new RelayEnd.Broken(problem instanceof GatewayException known ? known.failure() : source.brokenOff()));
    }

    private void watch() {
        long now = nanos.getAsLong();
        if (stalled) {
            if (now - stalledSince > limits.writeStall().toNanos()) {
                finish(new RelayEnd.ClientGone());
            }
            return;
        }
        if (now - lastRead > timeouts.idle().toNanos()) {
            // Ends the stream with a failure that names the limit.
            call.timeOutIdle();
        } else if (silence == Silence.COMMENT
                && now - lastWrite > limits.keepAlive().toNanos()
                && observed.map(stream -> stream.facts().atEventBoundary()).orElse(false)) {
            write(KEEP_ALIVE);
        }
    }

    /** What was written last cannot leave while a client does not read, and the close waits behind it. */
    private void giveUpLater() {
        long patience = vertx.setTimer(limits.writeStall().toMillis(), _ -> client.drop());
        client.whenGone(() -> vertx.cancelTimer(patience));
    }

    /** An event that broke off would swallow the error event that follows it. */
    private void endCutEvent() {
        boolean cut = observed.map(stream -> !stream.facts().atEventBoundary()).orElse(false);
        if (cut && client.headSent() && !client.isGone()) {
            var _ = out.write(END_OF_EVENT);
        }
    }

    private void finish(RelayEnd how) {
        if (finished) {
            return;
        }
        finished = true;
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
        switch (how) {
            case RelayEnd.Complete _ -> client.end();
            case RelayEnd.ClientGone _ -> {
                call.cancel();
                client.drop();
            }
            case RelayEnd.Broken(GatewayFailure failure) -> {
                call.cancel();
                if (observed.isPresent()) {
                    endCutEvent();
                    client.fail(failure);
                } else {
                    client.cut(failure);
                }
                giveUpLater();
            }
        }
        end.complete(how);
    }
}
