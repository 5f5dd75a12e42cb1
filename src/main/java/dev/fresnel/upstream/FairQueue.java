package dev.fresnel.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may use an upstream's connections now, and who waits. A connection that gets free goes to the waiting share that has fewest, and
 * among equals to the one that has waited for its turn: one tenant's hundred calls cost another's single call one turn, and however long
 * the calls take, shares that all want more end up with equally many. When the queue is full, whoever has most in it gives up the newest
 * place to a share that has less.
 *
 * <p>The last eighth of the connections is kept for shares that have less than their part of them, with one more share than there are:
 * who comes late need not wait until a long stream of somebody else's ends.
 *
 * <p>A call keeps its place until its reply was read, which may be a little longer than it has its connection.
 *
 * <p>Thread-safe; its lock is held for a few steps and never while a caller's code runs.
 */
final class FairQueue {
    private static final int KEPT_OF = 8;

    private final int places;
    private final int kept;
    private final int maxWaiting;
    /** Of shares that run or wait. */
    private final Map<Share, Line> lines = new HashMap<>();

    private int running;
    private int waits;
    private long turn;

    /** One share's calls. */
    private static final class Line {
        private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
        private int running;
        /** When it last got a place that it had waited for, counted in such places. */
        private long lastTurn;

        boolean isEmpty() {
            return running == 0 && waiting.isEmpty();
        }
    }

    /**
     * @param places calls that run at once
     * @param maxWaiting calls that wait, of all shares together
     */
    FairQueue(int places, int maxWaiting) {
        this.places = places;
        this.kept = places / KEPT_OF;
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
            Line line = lines.computeIfAbsent(ticket.share, _ -> new Line());
            if (mayRun(line)) {
                run(ticket, line);
                return Entry.RUNS;
            }
            if (waits >= maxWaiting) {
                displaced = displaceFor(line);
                if (displaced.isEmpty()) {
                    forgetIfEmpty(ticket.share, line);
                    return Entry.REFUSED;
                }
            }
            ticket.state = State.WAITING;
            line.waiting.add(ticket);
            waits++;
        }
        displaced.ifPresent(out -> out.displaced.run());
        return Entry.WAITS;
    }

    private boolean mayRun(Line line) {
        if (running < places - kept) {
            return true;
        }
        int part = Math.max(1, places / (lines.size() + 1));
        return running < places && line.running < part;
    }

    private void run(Ticket ticket, Line line) {
        running++;
        line.running++;
        ticket.state = State.RUNNING;
    }

    private Optional<Ticket> displaceFor(Line line) {
        Optional<Line> longest = lines.values().stream()
                .max(Comparator.comparingInt(other -> other.waiting.size()))
                .filter(other -> other.waiting.size() > line.waiting.size() + 1);
        return longest.map(other -> {
            Ticket out = other.waiting.removeLast();
            out.state = State.OUTSIDE;
            waits--;
            return out;
        });
    }

    private void forgetIfEmpty(Share share, Line line) {
        if (line.isEmpty()) {
            lines.remove(share);
        }
    }

    /** A call is over, or gives up waiting. Nothing happens for one that is not in. */
    void leave(Ticket ticket) {
        List<Ticket> next;
        synchronized (this) {
            Line line = lines.get(ticket.share);
            if (line == null || ticket.state == State.OUTSIDE) {
                return;
            }
            if (ticket.state == State.RUNNING) {
                running--;
                line.running--;
            } else {
                line.waiting.remove(ticket);
                waits--;
            }
            ticket.state = State.OUTSIDE;
            forgetIfEmpty(ticket.share, line);
            next = takeIn();
        }
        next.forEach(one -> one.go.run());
    }

    /** More than one when a share has gone and the others' parts have grown. */
    private List<Ticket> takeIn() {
        List<Ticket> in = new ArrayList<>(1);
        while (waits > 0 && running < places) {
            Optional<Line> line = lines.values().stream()
                    .filter(one -> !one.waiting.isEmpty() && mayRun(one))
                    .min(Comparator.<Line>comparingInt(one -> one.running).thenComparingLong(one -> one.lastTurn));
            if (line.isEmpty()) {
                break;
            }
            Ticket ticket = line.get().waiting.removeFirst();
            waits--;
            line.get().lastTurn = ++turn;
            run(ticket, line.get());
            in.add(ticket);
        }
        return in;
    }

    synchronized boolean isIdle() {
        return running == 0 && waits == 0;
    }
}
