package dev.fresnel.testing;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A provider on a real socket that does what it is told: an HTTP/1.1 server with hand-made framing, so that every fault on the
 * wire can be played. It records each request and counts what is open.
 *
 * <p>Which {@link Script} answers a request: the first rule of {@link #when} that matches, else the next one queued by {@link
 * #reply}, else {@link #byDefault} (at first: a 500 that says nothing was scripted). All methods are thread-safe.
 */
public final class FakeUpstream implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 1 << 20;

    private final Vertx vertx;
    private final NetServer server;
    private final boolean tls;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Queue<Script> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Script> earlyQueue = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Script> fallback = new AtomicReference<>(Script.json(
            500, "{\"error\":{\"message\":\"nothing scripted\",\"type\":\"test\",\"param\":null,\"code\":null}}"));
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicInteger openStreams = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger connectionsEver = new AtomicInteger();

    private record Rule(Predicate<RecordedRequest> matches, Script script) {}

    private FakeUpstream(Vertx vertx, NetServerOptions options) {
        this.vertx = vertx;
        this.tls = options.isSsl();
        this.server = vertx.createNetServer(options).connectHandler(socket -> new Connection(socket).open());
    }

    /** Listens on a free port of 127.0.0.1. Blocks until it does: not for event loops. */
    public static FakeUpstream start(Vertx vertx) {
        return start(vertx, new NetServerOptions());
    }

    /** {@link #start(Vertx)} with socket options, for example TLS. */
    public static FakeUpstream start(Vertx vertx, NetServerOptions options) {
        return block(listen(vertx, options));
    }

    /** {@link #start(Vertx)} for event loops. */
    public static Future<FakeUpstream> listen(Vertx vertx, NetServerOptions options) {
        FakeUpstream fake = new FakeUpstream(vertx, options);
        return fake.server.listen(0, "127.0.0.1").map(fake);
    }

    /** The next unmatched request gets this answer; calls queue up. */
    public void reply(Script script) {
        queue.add(script);
    }

    /** The next request is answered as soon as its head has arrived, before its body. */
    public void replyBeforeBody(Script script) {
        earlyQueue.add(script);
    }

    /** Every request that matches gets this answer. Rules are asked in the order given. */
    public void when(Predicate<RecordedRequest> matches, Script script) {
        rules.add(new Rule(matches, script));
    }

    /** The answer when no rule matches and nothing is queued. */
    public void byDefault(Script script) {
        fallback.set(script);
    }

    /** Requests that arrived whole, oldest first. */
    public List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    public RecordedRequest lastRequest() {
        return requests.getLast();
    }

    /** Requests that arrived whole. */
    public int calls() {
        return requests.size();
    }

    /** Requests whose head arrived. */
    public int startedRequests() {
        return started.get();
    }

    /** Requests whose body broke off: the connection went, or the framing was bad. */
    public int brokenRequests() {
        return broken.get();
    }

    /** Replies begun or awaited, and neither ended nor cut off. */
    public int openStreams() {
        return openStreams.get();
    }

    /** Connections open now. */
    public int connections() {
        return connections.get();
    }

    public int connectionsEver() {
        return connectionsEver.get();
    }

    public int port() {
        return server.actualPort();
    }

    /** {@code http://127.0.0.1:PORT/v1}; with TLS {@code https://localhost:PORT/v1}. */
    public URI baseUri() {
        return URI.create((tls ? "https://localhost:" : "http://127.0.0.1:") + port() + "/v1");
    }

    /** Stops listening and closes every connection; blocks. */
    @Override
    public void close() {
        block(server.close());
    }

    private static <T> T block(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException("the fake upstream did not start or stop", failure);
        }
    }

    private Script choose(RecordedRequest request) {
        for (Rule rule : rules) {
            if (rule.matches().test(request)) {
                return rule.script();
            }
        }
        Script next = queue.poll();
        return next != null ? next : fallback.get();
    }

    private enum Part {
        HEAD,
        LENGTH_BODY,
        CHUNKED_BODY,
        /** The body is in; the reply is not over. */
        REPLYING
    }

    /** One client connection: reads requests one after another. */
    private final class Connection {
        private final NetSocket socket;
        private Buffer input = Buffer.buffer();
        private Part part = Part.HEAD;
        private @Nullable RecordedRequest current;
        private @Nullable FakeReply reply;
        private int bodyLength;
        private boolean bodyIn;
        private boolean replied;

        Connection(NetSocket socket) {
            this.socket = socket;
        }

        void open() {
            connections.incrementAndGet();
            connectionsEver.incrementAndGet();
            socket.handler(bytes -> {
                input.appendBuffer(bytes);
                read();
            });
            // The close handler does the counting.
            socket.exceptionHandler(failure -> {});
            socket.closeHandler(closed -> gone());
        }

        private void gone() {
            connections.decrementAndGet();
            if (part == Part.LENGTH_BODY || part == Part.CHUNKED_BODY) {
                broken.incrementAndGet();
            }
            FakeReply open = reply;
            if (open != null) {
                open.gone();
            } else if (current != null && !replied) {
                openStreams.decrementAndGet();
            }
        }

        private void read() {
            boolean more = true;
            while (more) {
                more = switch (part) {
                    case HEAD -> readHead();
                    case LENGTH_BODY -> readLengthBody();
                    case CHUNKED_BODY -> readChunk();
                    case REPLYING -> false;
                };
            }
        }

        private boolean readHead() {
            int end = indexOf("\r\n\r\n");
            if (end < 0) {
                if (input.length() > MAX_HEAD_BYTES) {
                    socket.close();
                }
                return false;
            }
            String[] lines =
                    take(end + 4).toString(StandardCharsets.ISO_8859_1).strip().split("\r\n", -1);
            String[] requestLine = lines[0].split(" ", 3);
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                headers.add(
                        lines[i].substring(0, colon),
                        lines[i].substring(colon + 1).strip());
            }
            RecordedRequest request = new RecordedRequest(requestLine[0], requestLine[1], headers, Buffer.buffer());
            current = request;
            replied = false;
            bodyIn = false;
            started.incrementAndGet();
            openStreams.incrementAndGet();
            if (headers.contains("transfer-encoding")) {
                part = Part.CHUNKED_BODY;
            } else {
                bodyLength = Integer.parseInt(
                        Optional.ofNullable(headers.get("content-length")).orElse("0"));
                part = Part.LENGTH_BODY;
            }
            if (headers.contains("expect")) {
                socket.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            Script early = earlyQueue.poll();
            if (early != null) {
                answer(request, early);
            }
            return true;
        }

        private boolean readLengthBody() {
            RecordedRequest request = requireCurrent();
            int missing = bodyLength - request.body().length();
            request.body().appendBuffer(take(Math.min(missing, input.length())));
            if (request.body().length() < bodyLength) {
                return false;
            }
            return received();
        }

        private boolean readChunk() {
            int lineEnd = indexOf("\r\n");
            if (lineEnd < 0) {
                return false;
            }
            int size;
            try {
                size = Integer.parseInt(
                        input.getString(0, lineEnd, StandardCharsets.US_ASCII.name())
                                .split(";", 2)[0]
                                .strip(),
                        16);
            } catch (NumberFormatException badChunk) {
                socket.close();
                return false;
            }
            if (input.length() < lineEnd + 2 + size + 2) {
                return false;
            }
            byte[] chunk = take(lineEnd + 2 + size + 2).getBytes(lineEnd + 2, lineEnd + 2 + size);
            if (size == 0) {
                return received();
            }
            requireCurrent().body().appendBytes(chunk);
            return true;
        }

        private boolean received() {
            RecordedRequest request = requireCurrent();
            requests.add(request);
            bodyIn = true;
            part = Part.REPLYING;
            if (reply == null && !replied) {
                answer(request, choose(request));
            } else {
                next();
            }
            return part == Part.HEAD && input.length() > 0;
        }

        private void answer(RecordedRequest request, Script script) {
            FakeReply open = new FakeReply(vertx, socket, request, () -> {
                openStreams.decrementAndGet();
                reply = null;
                replied = true;
                next();
            });
            reply = open;
            script.play(open);
        }

        /** Ready for another request once the body is in and the reply is out. */
        private void next() {
            if (bodyIn && replied) {
                current = null;
                part = Part.HEAD;
                if (input.length() > 0) {
                    vertx.runOnContext(now -> read());
                }
            }
        }

        private RecordedRequest requireCurrent() {
            RecordedRequest request = current;
            if (request == null) {
                throw new IllegalStateException("no request is being read");
            }
            return request;
        }

        private Buffer take(int length) {
            Buffer taken = input.getBuffer(0, length);
            input = input.getBuffer(length, input.length());
            return taken;
        }

        private int indexOf(String text) {
            byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
            for (int at = 0; at + wanted.length <= input.length(); at++) {
                int matched = 0;
                while (matched < wanted.length && input.getByte(at + matched) == wanted[matched]) {
                    matched++;
                }
                if (matched == wanted.length) {
                    return at;
                }
            }
            return -1;
        }
    }
}
