package dev.fresnel.testing;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The reply to one request, written byte by byte. Lives on the connection's event loop. After its end, or once the client has
 * gone, every call does nothing, so that scripts need no checks.
 */
public final class FakeReply {
    private final Vertx vertx;
    private final NetSocket socket;
    private final RecordedRequest request;
    private final Runnable onEnd;
    private Framing framing = Framing.NONE;
    private boolean over;
    private long bodyBudget = Long.MAX_VALUE;
    private Consumer<FakeReply> cut = FakeReply::close;

    FakeReply(Vertx vertx, NetSocket socket, RecordedRequest request, Runnable onEnd) {
        this.vertx = vertx;
        this.socket = socket;
        this.request = request;
        this.onEnd = onEnd;
    }

    public RecordedRequest request() {
        return request;
    }

    /** Status line and headers, exactly these plus the framing's own. */
    public void head(int status, List<Map.Entry<String, String>> headers, Framing bodyFraming) {
        framing = request.method().equals("HEAD") ? Framing.NONE : bodyFraming;
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        switch (bodyFraming) {
            case CHUNKED -> head.append("transfer-encoding: chunked\r\n");
            case UNTIL_CLOSE -> head.append("connection: close\r\n");
            case LENGTH, NONE -> {}
        }
        raw(Buffer.buffer(head.append("\r\n").toString()));
        if (bodyBudget == 0) {
            cut.accept(this);
        }
    }

    /** Body bytes in the head's framing: one chunk, when chunked. */
    public void body(Buffer bytes) {
        if (over || framing == Framing.NONE || bytes.length() == 0) {
            return;
        }
        int allowed = (int) Math.min(bodyBudget, bytes.length());
        bodyBudget -= allowed;
        Buffer wire = Buffer.buffer();
        if (framing == Framing.CHUNKED) {
            wire.appendString(Integer.toHexString(bytes.length()) + "\r\n");
        }
        wire.appendBuffer(bytes.getBuffer(0, allowed));
        if (framing == Framing.CHUNKED && allowed == bytes.length()) {
            wire.appendString("\r\n");
        }
        raw(wire);
        if (bodyBudget == 0) {
            cut.accept(this);
        }
    }

    /** Wire bytes, no framing added. */
    public void raw(Buffer bytes) {
        if (!over) {
            // A failed write closes the socket, and the close is seen.
            socket.write(bytes);
        }
    }

    /** The well-formed end of the reply. The connection serves the next request unless the framing needs its close. */
    public void end() {
        if (over) {
            return;
        }
        if (framing == Framing.CHUNKED) {
            socket.write(Buffer.buffer("0\r\n\r\n", StandardCharsets.US_ASCII.name()));
        }
        over = true;
        if (framing == Framing.UNTIL_CLOSE
                || "close".equalsIgnoreCase(request.headers().get("connection"))) {
            socket.close();
        }
        onEnd.run();
    }

    /** FIN, whatever was promised. */
    public void close() {
        if (!over) {
            gone();
            socket.close();
        }
    }

    /** RST. What was written before still leaves first as far as the kernel had taken it. */
    public void reset() {
        if (!over) {
            gone();
            // The write is flushed before the linger option makes close() send RST and drop what is unsent.
            socket.write(Buffer.buffer()).onComplete(flushed -> {
                ((NetSocketInternal) socket)
                        .channelHandlerContext()
                        .channel()
                        .config()
                        .setOption(ChannelOption.SO_LINGER, 0);
                socket.close();
            });
        }
    }

    /** RST at once, from any thread: what was written and has not left is lost. For a client that does not read. */
    public void resetNow() {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        channel.eventLoop().execute(() -> {
            if (!over && channel.isOpen()) {
                gone();
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                var _ = channel.close();
            }
        });
    }

    /** Runs later unless the reply is over by then. */
    public void after(Duration time, Runnable action) {
        vertx.setTimer(Math.max(1, time.toMillis()), timer -> {
            if (!over) {
                action.run();
            }
        });
    }

    /** Runs soon, or once the client has read enough of what was written. */
    public void whenWritable(Runnable action) {
        if (socket.writeQueueFull()) {
            socket.drainHandler(drained -> whenWritable(action));
        } else {
            vertx.runOnContext(now -> {
                if (!over) {
                    action.run();
                }
            });
        }
    }

    void cutAfter(int bytes, Consumer<FakeReply> how) {
        bodyBudget = bytes;
        cut = how;
    }

    /** The connection is no more. */
    void gone() {
        if (!over) {
            over = true;
            onEnd.run();
        }
    }
}
