package dev.fresnel.policy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of decisions: its own evidence, what it is taken for, and what is in flight. Evidence is the learner's alone; the belief
 * is published to all threads; the counters are changed by all threads.
 */
final class Leaf {
    /** The leaf's evidence per arm, in units of the arm's landmark. The learner's. */
    final Evidence[] sums = new Evidence[Policy.MAX_ARMS];

    /** Decisions whose outcome is open, per arm. */
    final AtomicIntegerArray pending = new AtomicIntegerArray(Policy.MAX_ARMS);

    /** Decisions that the quality ledger has not booked yet, per arm. */
    final AtomicIntegerArray unbooked = new AtomicIntegerArray(Policy.MAX_ARMS);

    /** The leaf's share of the quality ledger. The learner's. */
    final QualityLedger.Account account = new QualityLedger.Account();

    /** Null until the first evidence; its task speaks for it meanwhile. */
    volatile @Nullable Belief belief;

    /** Last use in seconds. A lost race costs a little order in eviction, nothing else. */
    volatile double used;

    Leaf() {
        Arrays.fill(sums, Evidence.NONE);
    }

    /** Ends one request in flight; more ends than begins (a restart, a duplicate) stay at none. */
    void end(int slot) {
        pending.updateAndGet(slot, count -> Math.max(0, count - 1));
    }
}
