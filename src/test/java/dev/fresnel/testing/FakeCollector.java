package dev.fresnel.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** A collector of traces on a real socket: reads OTLP over HTTP, and answers as it is told. Thread-safe. */
public final class FakeCollector implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Received> exports = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile boolean silent;

    /** One export. {@code raw}: its bytes, each a character. */
    public record Received(String path, Map<String, String> headers, String raw, ExportTraceServiceRequest request) {}

    private FakeCollector(HttpServer server) {
        this.server = server;
    }

    public static FakeCollector start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            FakeCollector collector = new FakeCollector(server);
            server.setExecutor(collector.threads);
            server.createContext("/", collector::receive);
            server.start();
            return collector;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every export with this status from now on, and keeps none of it. */
    public void refuseWith(int status) {
        this.status = status;
    }

    /** Takes connections and answers nothing from now on. */
    public void fallSilent() {
        silent = true;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
            if (silent) {
                closed.await();
                return;
            }
            if (status == 200) {
                exports.add(new Received(
                        exchange.getRequestURI().getPath(),
                        exchange.getRequestHeaders().entrySet().stream()
                                .collect(Collectors.toMap(
                                        entry -> entry.getKey().toLowerCase(java.util.Locale.ROOT),
                                        entry -> entry.getValue().getFirst())),
                        new String(body, StandardCharsets.ISO_8859_1),
                        ExportTraceServiceRequest.parseFrom(body)));
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InvalidProtocolBufferException notOtlp) {
            exchange.sendResponseHeaders(400, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Received> exports() {
        return List.copyOf(exports);
    }

    /** All spans so far, in the order of their end. */
    public List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        exports.forEach(export -> export.request()
                .getResourceSpansList()
                .forEach(
                        resource -> resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()))));
        return spans;
    }

    /** Waits for a span, and gives it. */
    public Span await(String what, Predicate<Span> wanted) {
        Await.until(
                () -> "a span " + what + " among " + spans(),
                () -> spans().stream().anyMatch(wanted));
        return spans().stream().filter(wanted).findFirst().orElseThrow();
    }

    /** Waits for a span of this name. */
    public Span await(String name) {
        return await("called " + name, span -> span.getName().equals(name));
    }

    /** Attributes by name; numbers and lists as text. */
    public static Map<String, String> attributes(Span span) {
        return attributes(span.getAttributesList());
    }

    public static Map<String, String> attributes(List<KeyValue> all) {
        Map<String, String> attributes = new TreeMap<>();
        all.forEach(pair -> attributes.put(pair.getKey(), text(pair.getValue())));
        return attributes;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(FakeCollector::text)
                        .collect(Collectors.joining(","));
            default -> value.toString();
        };
    }

    public static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.close();
    }
}
