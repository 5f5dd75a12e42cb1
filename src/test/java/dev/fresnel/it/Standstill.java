package dev.fresnel.it;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** A sender that has come to rest, since every buffer between it and a reader that does not read is full. */
final class Standstill {
    private static final long QUIET_MILLIS = 40;

    private Standstill() {}

    /** Blocks until {@code sent}, in any unit, has not grown for a while; at once when nothing was sent and nothing is. */
    static void await(LongSupplier sent) {
        long before = -1;
        long now = sent.getAsLong();
        while (now != before) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS));
            before = now;
            now = sent.getAsLong();
        }
    }
}
