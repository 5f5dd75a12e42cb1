package dev.fresnel.edge;

import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The time of one event loop, shared among tenants. Reading and deciding a request is work of micro- to milliseconds that nothing can interrupt;
 * when a hundred requests arrive together, all that comes behind them would wait for all of them. So work is done at once only while the
 * loop has not done {@link #SLICE_NANOS} of it since it last looked at its sockets. What comes then waits, and is done from the tenants in
 * turn, a slice of it after each look. Whoever sends little waits for one slice and one piece of each other tenant's work at most.
 *
 * <p>One per event loop; not thread-safe.
 */
final class Turns {
    /** Long enough for looking at the sockets in between to cost next to nothing, short against what a client notices. */
    static final long SLICE_NANOS = 500_000;

    private final LongSupplier nanos;
    private final Executor afterSockets;
    private final SequencedMap<TenantId, ArrayDeque<Runnable>> waiting = new LinkedHashMap<>();
    private long used;
    private boolean sliceIsComing;

    /**
     * @param nanos a monotonic clock, in nanoseconds
     * @param afterSockets runs things on the event loop, once it has looked at its sockets again
     */
    Turns(LongSupplier nanos, Executor afterSockets) {
        this.nanos = nanos;
        this.afterSockets = afterSockets;
    }

    /** Does {@code work} now, or when it is the tenant's turn. */
    void take(TenantId tenant, Runnable work) {
        if (waiting.isEmpty() && used < SLICE_NANOS) {
            run(work);
        } else {
            waiting.computeIfAbsent(tenant, _ -> new ArrayDeque<>()).add(work);
        }
    }

    private void run(Runnable work) {
        if (!sliceIsComing) {
            sliceIsComing = true;
            afterSockets.execute(this::slice);
        }
        long began = nanos.getAsLong();
        try {
            work.run();
        } finally {
            used += nanos.getAsLong() - began;
        }
    }

    private void slice() {
        sliceIsComing = false;
        used = 0;
        while (!waiting.isEmpty() && used < SLICE_NANOS) {
            run(next());
        }
    }

    /** The oldest of the tenant whose turn it is, which then goes to the back. */
    private Runnable next() {
        Map.Entry<TenantId, ArrayDeque<Runnable>> turn = waiting.firstEntry();
        TenantId tenant = turn.getKey();
        ArrayDeque<Runnable> queue = turn.getValue();
        Runnable work = queue.removeFirst();
        waiting.remove(tenant);
        if (!queue.isEmpty()) {
            waiting.put(tenant, queue);
        }
        return work;
    }
}
