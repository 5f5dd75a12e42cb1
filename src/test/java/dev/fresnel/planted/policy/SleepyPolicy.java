package dev.fresnel.planted.policy;

import dev.fresnel.planted.lens.CircularLens;
import java.util.concurrent.CountDownLatch;

/** Breaks the rules on purpose: a lock and a clock in a pure package, and one half of a cycle. See ArchitectureTest. */
public final class SleepyPolicy {
    private final CountDownLatch latch = new CountDownLatch(1);

    public long choose(CircularLens lens) {
        latch.countDown();
        return System.nanoTime() + lens.hashCode();
    }
}
