package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeReply;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.TestGateway;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Broken connections give their memory back. Vert.x 5.1.6 keeps what it has read for a paused reader in pooled buffers outside the
 * heap, and forgets them when the connection closes: most of a megabyte for every slow client that leaves.
 */
class PooledMemoryTest {
    private static final int ROUNDS = 5;
    private static final int WINDOWS = 4;
    private static final int CLIENTS = 10;

    /** Far above what a pool may keep for its next use, far below what as many lost buffers hold. */
    private static final long SLACK_BYTES = 8 << 20;

    private static final Buffer EVENT =
            Buffer.buffer("data: " + ChatJson.delta("large", "x".repeat(64 * 1024)) + "\n\n");

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong sent = new AtomicLong();
    private final List<FakeReply> replies = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        senders.shutdownNow();
        provider.close();
        Await.result(vertx.close());
    }

    @Test
    void comesBack_whenClientsLeaveAStreamThatTheyDoNotRead() throws Exception {
        provider.when(request -> true, this::flood);
        try (TestGateway gateway = SdkGateway.start(provider)) {
            assertNothingIsLost(() -> {
                List<Socket> clients = streamingClients(gateway);
                Standstill.await(sent::get);
                reset(clients);
                Await.until("the provider is left", () -> provider.openStreams() == 0);
            });
        }
    }

    @Test
    void comesBack_whenTheProviderBreaksAStreamThatIsNotRead() throws Exception {
        provider.when(request -> true, this::flood);
        try (TestGateway gateway = SdkGateway.start(provider)) {
            assertNothingIsLost(() -> {
                List<Socket> clients = streamingClients(gateway);
                Standstill.await(sent::get);
                // Not reset(): that waits for what is written to leave, and nobody reads.
                replies.forEach(FakeReply::resetNow);
                replies.clear();
                Await.until("the provider has gone", () -> provider.openStreams() == 0);
                reset(clients);
            });
        }
    }

    @Test
    void comesBack_whenClientsLeaveAnUploadThatIsNotRead() throws Exception {
        uploads((clients, accepted) -> {
            reset(clients);
            reset(accepted);
        });
    }

    @Test
    void comesBack_whenTheProviderBreaksAnUpload() throws Exception {
        uploads((clients, accepted) -> {
            reset(accepted);
            for (Socket client : clients) {
                assertThat(client.getInputStream().read()).as("a reply begins").isEqualTo('H');
            }
            reset(clients);
        });
    }

    private interface Round {
        void play() throws Exception;
    }

    private interface UploadEnd {
        void of(List<Socket> clients, List<Socket> accepted) throws IOException;
    }

    /** The provider accepts connections and never reads. */
    private void uploads(UploadEnd end) throws Exception {
        List<Socket> accepted = new CopyOnWriteArrayList<>();
        try (ServerSocket mute = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            Future<?> accepting = senders.submit(() -> {
                while (true) {
                    accepted.add(mute.accept());
                }
            });
            try (TestGateway gateway = TestGateway.start("""
                    upstreams:
                      mute: { base-url: "http://127.0.0.1:%d/v1" }
                    tenants:
                      - id: acme
                    """.formatted(mute.getLocalPort()))) {
                assertNothingIsLost(() -> {
                    List<Socket> clients = new ArrayList<>();
                    for (int i = 0; i < CLIENTS; i++) {
                        Socket client = connect(gateway);
                        clients.add(client);
                        var _ = senders.submit(() -> upload(client));
                    }
                    Await.until("every upload is under way", () -> receiving(accepted) == CLIENTS);
                    Standstill.await(sent::get);
                    end.of(clients, accepted);
                });
            }
            accepting.cancel(true);
        }
    }

    /** Connections on which bytes wait to be read. A connection that was opened and not used serves a later round. */
    private static long receiving(List<Socket> accepted) {
        return accepted.stream().filter(PooledMemoryTest::hasBytes).count();
    }

    private static boolean hasBytes(Socket socket) {
        try {
            return !socket.isClosed() && socket.getInputStream().available() > 0;
        } catch (IOException gone) {
            return false;
        }
    }

    /** A pool grows until it has what its users need at once; what is lost is lost again in every window. */
    private static void assertNothingIsLost(Round round) throws Exception {
        round.play();
        List<Long> seen = new ArrayList<>(List.of(pooledBytes()));
        for (int window = 0; window < WINDOWS; window++) {
            for (int again = 0; again < ROUNDS; again++) {
                round.play();
            }
            seen.add(pooledBytes());
            if (seen.getLast() <= seen.get(seen.size() - 2) + SLACK_BYTES) {
                return;
            }
        }
        Await.until(
                () -> "pooled bytes grew from window to window: " + seen + ", are " + pooledBytes(),
                () -> pooledBytes() <= seen.getFirst() + SLACK_BYTES);
    }

    private static long pooledBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private void flood(FakeReply reply) {
        replies.add(reply);
        reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
        pour(reply);
    }

    private void pour(FakeReply reply) {
        reply.body(EVENT);
        sent.addAndGet(EVENT.length());
        reply.whenWritable(() -> pour(reply));
    }

    private List<Socket> streamingClients(TestGateway gateway) throws IOException {
        byte[] body = "{\"model\":\"off-large\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Socket client = connect(gateway);
            client.getOutputStream().write(head("/v1/chat/completions", "application/json", body.length));
            client.getOutputStream().write(body);
            clients.add(client);
        }
        Await.until("streams begin", () -> provider.openStreams() == CLIENTS);
        return clients;
    }

    private static Socket connect(TestGateway gateway) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(8 * 1024);
        client.setSoTimeout(10_000);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()), 10_000);
        return client;
    }

    private Object upload(Socket client) throws IOException {
        byte[] bytes = new byte[64 * 1024];
        client.getOutputStream().write(head("/v1/files", "multipart/form-data; boundary=x", 1L << 30));
        // Ends with the socket.
        while (true) {
            client.getOutputStream().write(bytes);
            sent.addAndGet(bytes.length);
        }
    }

    private static byte[] head(String path, String type, long length) {
        return ("POST " + path + " HTTP/1.1\r\nhost: gateway\r\ncontent-type: " + type + "\r\ncontent-length: " + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void reset(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        }
    }
}
