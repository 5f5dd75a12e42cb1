package dev.fresnel.observe;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes spans to a collector behind a bounded queue, on a thread of its own: whoever ends a span never waits. What does not fit is dropped, what
 * the collector does not take is lost; both are counted, and told in the log at most every {@link #QUIET}. The SDK's own processor counts neither
 * where our metrics could read it. Thread-safe; {@link #close} takes what is queued with it, within a bound.
 */
final class SpanQueue implements SpanProcessor {
    static final int CAPACITY = 4096;
    static final Duration QUIET = Duration.ofMinutes(5);
    private static final int BATCH = 512;
    private static final Duration DELAY = Duration.ofMillis(500);
    /** The exporter's own limit should win: it says what went wrong. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final SpanExporter exporter;
    private final String collector;
    private final Duration timeout;
    private final Duration closeWithin;
    private final LongSupplier nanos;
    private final BlockingQueue<SpanData> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong exported = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;
    private boolean told;
    private long toldAt;

    /**
     * @param collector named in the log
     * @param timeout of one export, tries included
     * @param closeWithin how long closing may block
     * @param nanos a monotonic clock
     */
    SpanQueue(SpanExporter exporter, String collector, Duration timeout, Duration closeWithin, LongSupplier nanos) {
        this.exporter = exporter;
        this.collector = collector;
        this.timeout = timeout;
        this.closeWithin = closeWithin;
        this.nanos = nanos;
        thread = Thread.ofPlatform().daemon().name("fresnel-traces").start(this::drain);
    }

    long exported() {
        return exported.get();
    }

    /** Spans that the collector did not take. */
    long failed() {
        return failed.get();
    }

    /** Spans for which there was no room. */
    long dropped() {
        return dropped.get();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (span.getSpanContext().isSampled() && !queue.offer(span.toSpanData())) {
            dropped.incrementAndGet();
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    private void drain() {
        try {
            while (!closing || !queue.isEmpty()) {
                SpanData first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    export(batch(first));
                }
            }
        } catch (InterruptedException e) {
            // The bound on closing is over; what is left is lost.
            Thread.currentThread().interrupt();
        }
        failed.addAndGet(queue.size());
        queue.clear();
    }

    /** What ends within {@link #DELAY} goes together. */
    private List<SpanData> batch(SpanData first) throws InterruptedException {
        List<SpanData> batch = new ArrayList<>();
        batch.add(first);
        long began = nanos.getAsLong();
        while (batch.size() < BATCH) {
            SpanData next = closing ? queue.poll() : queue.poll(100, TimeUnit.MILLISECONDS);
            if (next != null) {
                batch.add(next);
            } else if (closing || nanos.getAsLong() - began >= DELAY.toNanos()) {
                break;
            }
        }
        return batch;
    }

    private void export(List<SpanData> batch) {
        try {
            CompletableResultCode result =
                    exporter.export(batch).join(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
            if (result.isSuccess()) {
                exported.addAndGet(batch.size());
            } else {
                lost(batch.size(), result.isDone() ? result.getFailureThrowable() : null);
            }
        } catch (RuntimeException bug) {
            lost(batch.size(), bug);
        }
    }

    private void lost(int spans, @Nullable Throwable why) {
        failed.addAndGet(spans);
        long now = nanos.getAsLong();
        if (told && now - toldAt < QUIET.toNanos()) {
            return;
        }
        told = true;
        toldAt = now;
        System.getLogger("fresnel")
                .log(
                        System.Logger.Level.WARNING,
                        "traces do not reach the collector at " + collector + " ("
                                + reason(why)
                                + "); they are lost, and counted in fresnel_trace_spans_total. Look at telemetry.otlp");
    }

    private static String reason(@Nullable Throwable why) {
        if (why == null) {
            return "no answer in time";
        }
        return why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        close();
        return CompletableResultCode.ofSuccess();
    }

    /** Exports what is queued. Blocks for {@code closeWithin} at most; what is left then is lost, and counted. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(closeWithin.toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var _ = exporter.shutdown();
    }
}
