package dev.fresnel.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The last events as JSON lines, bounded in number: the oldest make room. Each has a number, which rises by one with each event of this
 * process. Who follows is told of every event in order. Thread-safe.
 */
public final class EventWindow {
    private final int size;
    private final ArrayDeque<Numbered> events = new ArrayDeque<>();
    private final List<Consumer<Numbered>> followers = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private long last;

    /**
     * One event.
     *
     * @param number from 1 on
     * @param json one object
     */
    public record Numbered(long number, String json) {}

    /** @param size events kept; 0 keeps none, and followers are told all the same */
    public EventWindow(int size) {
        this.size = size;
    }

    void add(String line) {
        lock.lock();
        try {
            Numbered event = new Numbered(++last, line);
            if (size > 0) {
                if (events.size() == size) {
                    events.removeFirst();
                }
                events.addLast(event);
            }
            followers.forEach(follower -> follower.accept(event));
        } finally {
            lock.unlock();
        }
    }

    /** Oldest first. */
    public List<String> lines() {
        lock.lock();
        try {
            return events.stream().map(Numbered::json).toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells of every event from now on, until {@link #unfollow}: in order, on the thread it happens on, which must not be kept.
     *
     * @param after the number of the last event that is known already
     * @return those after it that are kept, oldest first; none is told twice, and none in between is left out but those that have gone
     */
    public List<Numbered> follow(long after, Consumer<Numbered> follower) {
        lock.lock();
        try {
            followers.add(follower);
            List<Numbered> missed = new ArrayList<>(events);
            missed.removeIf(event -> event.number() <= after);
            return missed;
        } finally {
            lock.unlock();
        }
    }

    public void unfollow(Consumer<Numbered> follower) {
        followers.remove(follower);
    }

    /** The number of the last event; 0 before the first. */
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }
}
