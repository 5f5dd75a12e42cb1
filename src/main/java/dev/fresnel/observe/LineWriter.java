package dev.fresnel.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes lines to a stream behind a bounded queue, so that a slow terminal or a full disk never holds up a reply: lines that do
 * not fit, or cannot be written, are dropped and counted. Thread-safe. Owns one thread; {@link #close()} drains and ends it.
 */
public final class LineWriter implements AutoCloseable {
    private final OutputStream out;
    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(8192);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;

    public LineWriter(OutputStream out) {
        this.out = out;
        thread = Thread.ofPlatform().daemon().name("fresnel-log").start(this::drain);
    }

    void write(String line) {
        if (!queue.offer((line + "\n").getBytes(StandardCharsets.UTF_8))) {
            dropped.incrementAndGet();
        }
    }

    /** Lines lost to a full queue or a failed write. */
    public long dropped() {
        return dropped.get();
    }

    private void drain() {
        try {
            while (!closing || !queue.isEmpty()) {
                byte[] line = queue.poll(100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    writeOut(line);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeOut(byte[] line) {
        try {
            out.write(line);
            if (queue.isEmpty()) {
                out.flush();
            }
        } catch (IOException | RuntimeException e) {
            // The log itself cannot be written: the count is all that can still be told.
            dropped.incrementAndGet();
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
