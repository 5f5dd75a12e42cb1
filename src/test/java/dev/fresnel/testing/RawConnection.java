package dev.fresnel.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends the bytes it is given and reads what comes: for what no HTTP client would send. Not thread-safe. */
public final class RawConnection implements AutoCloseable {
    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    public RawConnection(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One character, one byte. A connection that the server has already closed swallows them. */
    public RawConnection send(String bytes) {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawConnection send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            // Reading tells how it ended.
        }
        return this;
    }

    /** Reads until the text has come; an {@link AssertionError} when the connection ends or nothing comes before. */
    public String readUntil(String text) {
        while (!text().contains(text)) {
            if (!readSome()) {
                throw new AssertionError("closed before '" + text + "' came: " + text());
            }
        }
        return text();
    }

    /** All that came until the server closed; an {@link AssertionError} when it does not close. */
    public String readToEnd() {
        while (readSome()) {
            // goes on until the end
        }
        return text();
    }

    private boolean readSome() {
        try {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[8192];
            int count = in.read(bytes);
            if (count < 0) {
                return false;
            }
            received.write(bytes, 0, count);
            return true;
        } catch (java.net.SocketTimeoutException open) {
            throw new AssertionError("still open, and nothing came: " + text(), open);
        } catch (IOException reset) {
            return false;
        }
    }

    /** The status of the first reply so far; 0 when there is none. */
    public int status() {
        String text = text();
        return text.startsWith("HTTP/") ? Integer.parseInt(text.substring(9, 12)) : 0;
    }

    private String text() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** RST: the peer sees an error, not an end. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    /** Hangs up in the middle of a test. */
    public void disconnect() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
