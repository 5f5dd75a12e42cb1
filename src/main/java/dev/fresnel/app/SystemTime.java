package dev.fresnel.app;

import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The one place where the process's clocks come from; everything else is handed them. */
final class SystemTime {
    private SystemTime() {}

    static InstantSource clock() {
        return Clock.systemUTC();
    }

    /** Monotonic, in nanoseconds. */
    static LongSupplier nanos() {
        return System::nanoTime;
    }
}
