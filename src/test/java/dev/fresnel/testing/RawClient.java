package dev.fresnel.testing;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client on a bare socket: sees every byte and how the connection ended, and can leave in rude ways. Used by one thread. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int DEFAULT_BUFFER = 0;

    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    private RawClient(int port, int receiveBuffer) {
        try {
            socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a chat completion; the connection is good for this one request. */
    public static RawClient chat(int port, String body, String... headers) {
        return chat(port, DEFAULT_BUFFER, body, headers);
    }

    /** {@link #chat(int, String, String...)} with a receive buffer of this many bytes. */
    public static RawClient chat(int port, int receiveBuffer, String body, String... headers) {
        RawClient client = new RawClient(port, receiveBuffer);
        StringBuilder head = new StringBuilder(String.join(
                "\r\n",
                "POST /v1/chat/completions HTTP/1.1",
                "host: fresnel",
                "connection: close",
                "content-type: application/json",
                ""));
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head.append("content-length: ").append(bytes.length).append("\r\n\r\n");
        try {
            client.socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            client.socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return client;
    }

    /** Reads until {@code text} has arrived. */
    public void readUntil(String text) {
        while (!received.toString(StandardCharsets.UTF_8).contains(text)) {
            if (!readSome()) {
                throw new AssertionError("the connection ended before '" + text + "': " + received);
            }
        }
    }

    private boolean readSome() {
        try {
            byte[] buffer = new byte[8192];
            InputStream in = socket.getInputStream();
            int count = in.read(buffer);
            if (count < 0) {
                return false;
            }
            received.write(buffer, 0, count);
            return true;
        } catch (java.net.SocketTimeoutException silent) {
            throw new AssertionError("nothing came within " + PATIENCE_MILLIS + " ms after: " + received, silent);
        } catch (IOException reset) {
            return false;
        }
    }

    /** Reads to the end of the connection. */
    public RawReply readAll() {
        boolean more = true;
        while (more) {
            more = readSome();
        }
        close();
        return RawReply.of(received.toByteArray());
    }

    /** RST. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** FIN. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What came, taken apart.
     *
     * @param head status line and headers, in lower case
     * @param body without its framing
     * @param complete whether the framing was ended as promised
     */
    public record RawReply(int status, String head, Buffer body, boolean complete) {
        static RawReply of(byte[] wire) {
            String text = new String(wire, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return new RawReply(0, text, Buffer.buffer(), false);
            }
            String head = text.substring(0, end).toLowerCase(java.util.Locale.ROOT);
            int status = Integer.parseInt(head.substring(9, 12));
            if (!head.contains("transfer-encoding: chunked")) {
                byte[] body = Arrays.copyOfRange(wire, end + 4, wire.length);
                boolean complete =
                        !head.contains("content-length: ") || head.contains("content-length: " + body.length);
                return new RawReply(status, head, Buffer.buffer(body), complete);
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int at = end + 4;
            while (true) {
                int lineEnd = text.indexOf("\r\n", at);
                if (lineEnd < 0) {
                    return new RawReply(status, head, Buffer.buffer(body.toByteArray()), false);
                }
                int size = Integer.parseInt(text.substring(at, lineEnd), 16);
                if (size == 0) {
                    return new RawReply(status, head, Buffer.buffer(body.toByteArray()), true);
                }
                int available = Math.min(size, wire.length - lineEnd - 2);
                body.write(wire, lineEnd + 2, available);
                if (available < size) {
                    return new RawReply(status, head, Buffer.buffer(body.toByteArray()), false);
                }
                at = lineEnd + 2 + size + 2;
            }
        }

        public String text() {
            return body.toString(StandardCharsets.UTF_8);
        }
    }
}
