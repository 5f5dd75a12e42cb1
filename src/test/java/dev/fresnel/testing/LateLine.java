package dev.fresnel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TCP proxy in front of a server of 127.0.0.1, as a network that delivers late: it can keep what clients send on the connections that are
 * open, hang up on those clients, and let the server have what was kept when they have long come back on other connections. Thread-safe.
 */
public final class LateLine implements AutoCloseable {
    private static final int BUFFER = 8192;

    private final ServerSocket listener;
    private final int server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();

    private LateLine(ServerSocket listener, int server) {
        this.listener = listener;
        this.server = server;
    }

    /** In front of that port. */
    public static LateLine to(int server) {
        try {
            LateLine line = new LateLine(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), server);
            var _ = Thread.ofVirtual().start(line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Keeps what comes from now on on connections that are open; later ones are not held. */
    public void hold() {
        calls.forEach(Call::hold);
    }

    /** Whether something was kept. */
    public boolean isHolding() {
        return calls.stream().anyMatch(Call::isHolding);
    }

    /** Hangs up on the clients of the connections that are held; the server does not notice. */
    public void hangUp() {
        calls.stream().filter(Call::isHeld).forEach(Call::hangUp);
    }

    /** Gives the server what was kept, and returns when it has carried it out. */
    public void deliver() {
        calls.stream().filter(Call::isHeld).forEach(Call::deliver);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Call call = new Call(listener.accept(), new Socket(InetAddress.getLoopbackAddress(), server));
                calls.add(call);
                call.connect();
            } catch (IOException _) {
                // Closed, or the server is away: its client finds the connection closed.
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        calls.forEach(Call::close);
    }

    /** One client's connection and its other half. */
    private static final class Call {
        private final Socket client;
        private final Socket server;
        private final AtomicBoolean held = new AtomicBoolean();
        private final List<byte[]> kept = new CopyOnWriteArrayList<>();
        private final CountDownLatch serverIsDone = new CountDownLatch(1);

        Call(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void connect() {
            var _ = Thread.ofVirtual().start(this::fromClient);
            var _ = Thread.ofVirtual().start(this::fromServer);
        }

        void hold() {
            held.set(true);
        }

        boolean isHeld() {
            return held.get();
        }

        boolean isHolding() {
            return !kept.isEmpty();
        }

        private void fromClient() {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = client.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (held.get()) {
                        byte[] bytes = new byte[count];
                        System.arraycopy(buffer, 0, bytes, 0, count);
                        kept.add(bytes);
                    } else {
                        server.getOutputStream().write(buffer, 0, count);
                    }
                }
            } catch (IOException _) {
                // Either end may go at any time.
            }
            if (!held.get()) {
                close();
            }
        }

        private void fromServer() {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = server.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (!client.isClosed()) {
                        client.getOutputStream().write(buffer, 0, count);
                    }
                }
            } catch (IOException _) {
                // Either end may go at any time.
            }
            serverIsDone.countDown();
            close();
        }

        void hangUp() {
            close(client);
        }

        void deliver() {
            try {
                OutputStream out = server.getOutputStream();
                for (byte[] bytes : kept) {
                    out.write(bytes);
                }
                // It carries out what it was sent before it sees the end.
                server.shutdownOutput();
                if (!serverIsDone.await(10, TimeUnit.SECONDS)) {
                    throw new AssertionError("the server does not answer");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }

        void close() {
            close(client);
            close(server);
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
