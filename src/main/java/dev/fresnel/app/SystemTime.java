package dev.fresnel.app;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The one place where the process's clocks come from; everything else is handed them. */
final class SystemTime {
    private SystemTime() {}

    static InstantSource clock() {
        return Clock.systemUTC();
    }

    /** What the calling thread has used of a processor, in nanoseconds: it does not count what others use meanwhile. */
    static LongSupplier processorNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads::getCurrentThreadCpuTime;
    }

    /** Monotonic, in nanoseconds. */
    static LongSupplier nanos() {
        return System::nanoTime;
    }
}
