package dev.fresnel.upstream;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may use an upstream's connections now, and who waits. While one is free nobody waits. A connection that gets free goes to the next
 * share in turn, whatever the others have waiting, so one tenant's hundred calls cost another's single call one turn. When the queue is
 * full, whoever has most in it gives up the newest place to a share that has less.
 *
 * <p>A call keeps its place until its reply was read, which may be a little longer than it has its connection.
 *
 * <p>Thread-safe; its lock is held for a few steps and never while a caller's code runs.
 */
final class FairQueue {
    private final int places;
    private final int maxWaiting;
    private final Map<Share, ArrayDeque<Ticket>> waiting = new LinkedHashMap<>();
    private int running;
    private int waits;

    /**
     * @param places calls that run at once
     * @param maxWaiting calls that wait, of all shares together
     */
    FairQueue(int places, int maxWaiting) {
        this.places = places;
        this.maxWaiting = maxWaiting;
    }

    /** One call's place. */
    static final class Ticket {
        private final Share share;
        private final Runnable go;
        private final Runnable displaced;
        private State state = State.OUTSIDE;

        /**
         * @param go runs when it was waiting and its turn has come; any thread
         * @param displaced runs when it was waiting and its place went to another share; any thread
         */
        Ticket(Share share, Runnable go, Runnable displaced) {
            this.share = share;
            this.go = go;
            this.displaced = displaced;
        }
    }

    private enum State {
        OUTSIDE,
        WAITING,
        RUNNING
    }

    /** What becomes of a call that comes. */
    enum Entry {
        RUNS,
        WAITS,
        REFUSED
    }

    Entry enter(Ticket ticket) {
        Optional<Ticket> displaced = Optional.empty();
        synchronized (this) {
            if (running < places) {
                running++;
                ticket.state = State.RUNNING;
                return Entry.RUNS;
            }
            if (waits >= maxWaiting) {
                displaced = displaceFor(ticket.share);
                if (displaced.isEmpty()) {
                    return Entry.REFUSED;
                }
            }
            ticket.state = State.WAITING;
            waiting.computeIfAbsent(ticket.share, _ -> new ArrayDeque<>()).add(ticket);
            waits++;
        }
        displaced.ifPresent(ticketOut -> ticketOut.displaced.run());
        return Entry.WAITS;
    }

    private Optional<Ticket> displaceFor(Share share) {
        int own = waiting.containsKey(share) ? waiting.get(share).size() : 0;
        Optional<ArrayDeque<Ticket>> longest = waiting.values().stream()
                .max(Comparator.comparingInt(ArrayDeque::size))
                .filter(queue -> queue.size() > own + 1);
        longest.ifPresent(_ -> waits--);
        return longest.map(queue -> {
            Ticket out = queue.removeLast();
            out.state = State.OUTSIDE;
            return out;
        });
    }

    /** A call is over, or gives up waiting. Nothing happens for one that is not in. */
    void leave(Ticket ticket) {
        Ticket next = null;
        synchronized (this) {
            switch (ticket.state) {
                case OUTSIDE -> {}
                case WAITING -> {
                    ArrayDeque<Ticket> queue = waiting.get(ticket.share);
                    if (queue != null && queue.remove(ticket)) {
                        waits--;
                        if (queue.isEmpty()) {
                            waiting.remove(ticket.share);
                        }
                    }
                }
                case RUNNING -> {
                    running--;
                    next = next();
                }
            }
            ticket.state = State.OUTSIDE;
        }
        if (next != null) {
            next.go.run();
        }
    }

    /** The oldest of the share whose turn it is, which then goes to the back. */
    private @Nullable Ticket next() {
        if (waits == 0) {
            return null;
        }
        Map.Entry<Share, ArrayDeque<Ticket>> turn =
                waiting.entrySet().iterator().next();
        Share share = turn.getKey();
        ArrayDeque<Ticket> queue = turn.getValue();
        Ticket ticket = queue.removeFirst();
        waiting.remove(share);
        if (!queue.isEmpty()) {
            waiting.put(share, queue);
        }
        waits--;
        running++;
        ticket.state = State.RUNNING;
        return ticket;
    }

    synchronized boolean isIdle() {
        return running == 0 && waits == 0;
    }
}
