package dev.fresnel.edge;

import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The time of one event loop, shared among tenants. Reading and deciding a request is work of micro- to milliseconds that nothing can interrupt;
 * when a hundred requests arrive together, all that comes behind them would wait for all of them. So work is done at once only while the
 * loop has not done {@link #SLICE_NANOS} of it since it last looked at its sockets. What comes then waits, and a slice of it is done after
 * each look, for the tenant that has had least of the loop's time. A slice is at least an eighth of what the look before it took: a loop
 * with thousands of streams to relay still begins what is new. Not more, since what waits here keeps its sender from sending the next. Whoever sends little waits for one slice and one piece of somebody else's
 * work, and gets all it asks for up to an equal part, however large the others' pieces are.
 *
 * <p>Start-time fair queueing: a tenant that comes back after a pause begins where the one being served is, so that nobody saves time up.
 *
 * <p>One per event loop; not thread-safe.
 */
final class Turns {
    /** Long enough for looking at the sockets in between to cost next to nothing, short against what a client notices. */
    static final long SLICE_NANOS = 500_000;

    /** The part of a look at the sockets that a slice takes at least. */
    static final int OF_A_LOOK = 8;

    private final LongSupplier nanos;
    private final Executor afterSockets;
    /** Of tenants that wait, or that have had more time than who was served last. */
    private final Map<TenantId, Line> lines = new HashMap<>();

    private int waits;
    /** The time that whoever was served last had had by then. */
    private long served;

    private long used;
    private boolean sliceIsComing;
    /** When the coming slice was asked for. */
    private long asked;

    private static final class Line {
        final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        /** Nanoseconds of the loop's time. */
        long had;
    }

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
        Line line = lines.computeIfAbsent(tenant, _ -> new Line());
        if (line.waiting.isEmpty()) {
            line.had = Math.max(line.had, served);
        }
        if (waits == 0 && used < SLICE_NANOS) {
            run(line, work);
        } else {
            line.waiting.add(work);
            waits++;
        }
    }

    private void run(Line line, Runnable work) {
        if (!sliceIsComing) {
            sliceIsComing = true;
            asked = nanos.getAsLong();
            afterSockets.execute(this::slice);
        }
        served = line.had;
        long began = nanos.getAsLong();
        try {
            work.run();
        } finally {
            long took = nanos.getAsLong() - began;
            used += took;
            line.had += took;
        }
    }

    private void slice() {
        sliceIsComing = false;
        long elsewhere = nanos.getAsLong() - asked - used;
        long length = Math.max(SLICE_NANOS, elsewhere / OF_A_LOOK);
        used = 0;
        while (waits > 0 && used < length) {
            Line next = lines.values().stream()
                    .filter(line -> !line.waiting.isEmpty())
                    .min(Comparator.comparingLong(line -> line.had))
                    .orElseThrow();
            waits--;
            run(next, next.waiting.removeFirst());
        }
        if (waits == 0) {
            // Nobody is behind anybody: all begin anew.
            lines.clear();
            served = 0;
        }
    }
}
