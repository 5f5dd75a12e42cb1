package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeReply;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that leave at any moment, in any way a socket can be left. Each of them ends what was going on for it at the provider:
 * tokens nobody reads are not paid for.
 */
class AbortTest {
    private static final int ABORTS = 1_000;
    private static final int BATCH = 50;
    private static final long SEED = 20_261_122;

    private static final Buffer BIG_EVENT = event("x".repeat(64 * 1024));

    private static final String ID = "x-test-id";
    private static final String MOMENT = "x-test-moment";
    private static final Pattern TASK_ID = Pattern.compile("task (\\d+) of the abort test");

    /** What is going on when the client leaves. */
    private enum Moment {
        /** The request is not all sent. */
        HALF_SENT,
        /** The provider has the request and has not begun to answer. */
        BEFORE_HEAD,
        /** The lens is being written. */
        LENS_BUILD,
        /** A stream has begun and is silent. */
        IDLE_STREAM,
        /** The client does not read, so nobody can write. */
        BACK_PRESSURED,
        /** The last event is being read. */
        LAST_CHUNK
    }

    private enum Manner {
        /** {@code close()}: FIN, or RST where unread bytes wait. */
        CLOSE,
        /** FIN of the client's half; it then waits for the other half to be closed. */
        HALF_CLOSE,
        /** RST at once. */
        RESET
    }

    private record Plan(int id, Moment moment, Manner manner, Lane lane, long jitterMicros, int threshold) {}

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);
    private TestGateway gateway = SdkGateway.start(provider);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    /** Opened when the provider does for a client what its moment is about. */
    private final List<CountDownLatch> reached = new ArrayList<>();

    private final List<Plan> plans = new ArrayList<>();
    /** Bytes that the provider could write so far for a client that does not read. */
    private final Map<Integer, Integer> flooded = new ConcurrentHashMap<>();

    private final AtomicInteger standstills = new AtomicInteger();
    private final Map<Moment, Integer> reachedByMoment = new ConcurrentHashMap<>();

    @AfterEach
    void stop() {
        clients.shutdownNow();
        gateway.close();
        provider.close();
        Await.result(vertx.close());
    }

    @Test
    void providerIsLeftToo_whenClientsLeave() throws Exception {
        provider.when(request -> request.model().equals(ScriptedProvider.LENS_WRITER), Script.byRequest(this::lens));
        provider.when(request -> true, Script.byRequest(this::answer));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int id = 0; id < ABORTS; id++) {
            plans.add(plan(id, random));
            reached.add(new CountDownLatch(1));
        }

        for (int first = 0; first < ABORTS; first += BATCH) {
            List<Future<?>> batch = new ArrayList<>();
            for (Plan plan : plans.subList(first, first + BATCH)) {
                batch.add(clients.submit(() -> {
                    abort(plan);
                    return null;
                }));
            }
            for (Future<?> client : batch) {
                client.get(30, TimeUnit.SECONDS);
            }
            Await.until(
                    () -> provider.openStreams() + " streams open at the provider, seed " + SEED,
                    () -> provider.openStreams() == 0);
        }

        assertThat(reachedByMoment).doesNotContainKey(Moment.HALF_SENT);
        for (Moment moment : Moment.values()) {
            if (moment != Moment.HALF_SENT) {
                assertThat(reachedByMoment.getOrDefault(moment, 0))
                        .as("clients that left at " + moment + " and not before")
                        .isGreaterThan(ABORTS / 20);
            }
        }
        assertThat(standstills).hasValueGreaterThan(ABORTS / 20);
        for (Lane lane : Lane.values()) {
            assertThat(healthy(lane)).startsWith("HTTP/1.1 200").contains("as ever");
        }
    }

    @Test
    void queueIsLeftToo_whenClientsLeave() throws Exception {
        gateway.close();
        gateway = SdkGateway.narrow(provider, 3);
        provider.when(request -> request.header(MOMENT).isEmpty(), Script.chat("as ever", Usage.of(9, 2)));
        provider.when(request -> true, Script.hang());
        SplittableRandom random = new SplittableRandom(SEED);
        List<Socket> waiting = new ArrayList<>();
        try {
            for (int id = 0; id < 100; id++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(request(new Plan(id, Moment.BEFORE_HEAD, Manner.CLOSE, Lane.OFF, 0, 0)));
                waiting.add(socket);
            }
            Await.until("all connections are in use", () -> provider.openStreams() == 3);

            while (!waiting.isEmpty()) {
                Socket socket = waiting.remove(random.nextInt(waiting.size()));
                if (random.nextBoolean()) {
                    socket.setSoLinger(true, 0);
                }
                socket.close();
            }
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }

        Await.until(() -> provider.openStreams() + " streams open at the provider", () -> provider.openStreams() == 0);
        for (int again = 0; again < 8; again++) {
            assertThat(healthy(Lane.OFF)).startsWith("HTTP/1.1 200").contains("as ever");
        }
    }

    /** One of them is at the provider, which bills it; the other waits for a connection and costs nothing. */
    @Test
    void whoLeavesBeforeTheCallHasLeft_paysNothing() throws Exception {
        gateway.close();
        gateway = SdkGateway.narrow(provider, 1);
        provider.when(request -> true, Script.hang());
        byte[] request = request(new Plan(0, Moment.BEFORE_HEAD, Manner.CLOSE, Lane.RULES_DIRECT, 0, 0));
        try (Socket sent = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            sent.getOutputStream().write(request);
            Await.until("the connection is in use", () -> provider.openStreams() == 1);
            try (Socket waiting = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
                waiting.getOutputStream().write(request);
                Await.until(
                        "it waits",
                        () -> gateway.admin("/metrics")
                                .lines()
                                .anyMatch(
                                        line -> line.startsWith("fresnel_upstream_waiting") && line.endsWith(" 1.0")));
            }
            assertThat(gateway.awaitLogged("\"request_finished\"", "\"end\":\"client_gone\""))
                    .contains("\"cost_usd\":0.00,");
        }
        Await.until(
                "the other has left too",
                () -> gateway.logged("\"request_finished\"").size() == 2);
        assertThat(gateway.logged("\"request_finished\"").getLast())
                .contains("\"end\":\"client_gone\"")
                .doesNotContain("\"cost_usd\":0.00,");
    }

    private static Plan plan(int id, SplittableRandom random) {
        Moment moment = oneOf(List.of(Moment.values()), random);
        Manner manner = oneOf(List.of(Manner.values()), random);
        Lane lane = moment == Moment.LENS_BUILD ? Lane.FORCED_LENS : oneOf(List.of(Lane.values()), random);
        long jitter = random.nextBoolean() ? 0 : random.nextLong(3_000);
        return new Plan(id, moment, manner, lane, jitter, random.nextInt(1 << 20));
    }

    private static <T> T oneOf(List<T> all, SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }

    private Script lens(RecordedRequest request) {
        Matcher id = TASK_ID.matcher(request.bodyText());
        if (id.find()) {
            signal(Integer.parseInt(id.group(1)), Moment.LENS_BUILD);
        }
        return Script.delay(Duration.ofMillis(60), Script.completion(ScriptedProvider.LENS, Usage.of(400, 180)));
    }

    private Script answer(RecordedRequest request) {
        if (request.header(MOMENT).isEmpty()) {
            return Script.chat("as ever", Usage.of(9, 2));
        }
        int id = Integer.parseInt(request.header(ID));
        Moment moment = Moment.valueOf(request.header(MOMENT));
        return switch (moment) {
            case HALF_SENT, BEFORE_HEAD -> reply -> signal(id, moment);
            // No lens is written for it, since too many are being written: it goes on like a request whose head is
            // awaited.
            case LENS_BUILD -> reply -> signal(id, Moment.BEFORE_HEAD);
            case IDLE_STREAM ->
                reply -> {
                    reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
                    reply.body(event("first "));
                    signal(id, moment);
                };
            case BACK_PRESSURED ->
                reply -> {
                    reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
                    flood(reply, id, 0);
                };
            case LAST_CHUNK ->
                reply -> {
                    Script.chatStream("a few words to read", Usage.of(9, 5)).play(reply);
                    signal(id, moment);
                };
        };
    }

    private void flood(FakeReply reply, int id, int written) {
        reply.body(BIG_EVENT);
        int total = written + BIG_EVENT.length();
        flooded.put(id, total);
        if (total >= plans.get(id).threshold()) {
            signal(id, Moment.BACK_PRESSURED);
        }
        reply.whenWritable(() -> flood(reply, id, total));
    }

    private static Buffer event(String text) {
        return Buffer.buffer("data: " + ChatJson.delta("small", text) + "\n\n");
    }

    private void signal(int id, Moment moment) {
        CountDownLatch latch = reached.get(id);
        if (latch.getCount() > 0) {
            latch.countDown();
            reachedByMoment.merge(moment, 1, Integer::sum);
        }
    }

    private void abort(Plan plan) throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            if (plan.moment() == Moment.BACK_PRESSURED) {
                socket.setReceiveBufferSize(8 * 1024);
            }
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()), 10_000);
            byte[] request = request(plan);
            if (plan.moment() == Moment.HALF_SENT) {
                socket.getOutputStream().write(request, 0, 1 + plan.threshold() % (request.length - 1));
            } else {
                socket.getOutputStream().write(request);
                assertThat(reached.get(plan.id()).await(10, TimeUnit.SECONDS))
                        .as("the provider hears of %s", plan)
                        .isTrue();
            }
            if (plan.moment() == Moment.IDLE_STREAM) {
                readUntil(socket.getInputStream(), "first ");
            }
            if (plan.moment() == Moment.LAST_CHUNK) {
                readUntil(socket.getInputStream(), plan.threshold() % 2 == 0 ? "[DONE]" : "\"stop\"");
            }
            if (plan.moment() == Moment.BACK_PRESSURED && plan.threshold() % 2 == 0) {
                Standstill.await(() -> flooded.getOrDefault(plan.id(), 0));
                standstills.incrementAndGet();
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(plan.jitterMicros()));
            leave(socket, plan);
        }
    }

    private static void leave(Socket socket, Plan plan) throws IOException {
        switch (plan.manner()) {
            case CLOSE -> socket.close();
            case RESET -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case HALF_CLOSE -> {
                socket.shutdownOutput();
                drain(socket.getInputStream());
            }
        }
    }

    /** Reads to the end, clean or not; a {@link java.net.SocketTimeoutException} when there is none. */
    private static void drain(InputStream in) throws IOException {
        byte[] bytes = new byte[64 * 1024];
        try {
            int read = 0;
            while (read >= 0) {
                read = in.read(bytes);
            }
        } catch (SocketException reset) {
            // An end as well.
            return;
        }
    }

    private static void readUntil(InputStream in, String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).as("end of the reply before " + text + ": " + seen).isNotNegative();
            seen.append((char) next);
        }
    }

    private static byte[] request(Plan plan) {
        String task =
                plan.moment() == Moment.LENS_BUILD ? "Say task " + plan.id() + " of the abort test." : prompt(plan);
        StringBuilder head = new StringBuilder();
        plan.lane()
                .headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append(ID).append(": ").append(plan.id()).append("\r\n");
        head.append(MOMENT).append(": ").append(plan.moment()).append("\r\n");
        return post(head.toString(), plan.lane().model(), task, "true");
    }

    private static String prompt(Plan plan) {
        return plan.lane().prompt();
    }

    private static byte[] post(String headers, String model, String task, String stream) {
        byte[] body = ("{\"model\":" + ChatJson.quote(model) + ",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":" + ChatJson.quote(task) + "}]}")
                .getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
                + headers + "content-length: " + body.length + "\r\n\r\n";
        return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private String healthy(Lane lane) throws IOException {
        StringBuilder headers = new StringBuilder("connection: close\r\n");
        lane.headers()
                .forEach((name, value) ->
                        headers.append(name).append(": ").append(value).append("\r\n"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(post(headers.toString(), lane.model(), lane.prompt(), "false"));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
