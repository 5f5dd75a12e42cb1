package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LineWriterTest {
    private static final int MORE_THAN_THE_QUEUE = 10_000;

    @Test
    void dropsAndCounts_whenTheStreamCannotKeepUp() {
        CountDownLatch unblocked = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        OutputStream stuck = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException("lines come whole");
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                try {
                    unblocked.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                written.incrementAndGet();
            }
        };
        LineWriter writer = new LineWriter(stuck);

        for (int i = 0; i < MORE_THAN_THE_QUEUE; i++) {
            writer.write("line");
        }

        assertThat(writer.dropped()).isPositive();
        unblocked.countDown();
        Await.until("the rest is written", () -> written.get() + writer.dropped() == MORE_THAN_THE_QUEUE);
        writer.close();
    }

    @Test
    void goesOn_whenAWriteFails() {
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            private boolean failed;

            @Override
            public void write(byte[] bytes) throws IOException {
                if (!failed) {
                    failed = true;
                    throw new IOException("no space left");
                }
                super.write(bytes);
            }
        };
        LineWriter writer = new LineWriter(out);

        writer.write("lost");
        writer.write("kept");
        writer.close();

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("kept\n");
        assertThat(writer.dropped()).isEqualTo(1);
    }
}
