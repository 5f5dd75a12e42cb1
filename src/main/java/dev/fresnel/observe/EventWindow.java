package dev.fresnel.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The last events as JSON lines, bounded in number: the oldest make room. Thread-safe. */
public final class EventWindow {
    private final int size;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** @param size events kept; 0 keeps none */
    public EventWindow(int size) {
        this.size = size;
    }

    void add(String line) {
        if (size == 0) {
            return;
        }
        lock.lock();
        try {
            if (lines.size() == size) {
                lines.removeFirst();
            }
            lines.addLast(line);
        } finally {
            lock.unlock();
        }
    }

    /** Oldest first. */
    public List<String> lines() {
        lock.lock();
        try {
            return new ArrayList<>(lines);
        } finally {
            lock.unlock();
        }
    }
}
