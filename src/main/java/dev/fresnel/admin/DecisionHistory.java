package dev.fresnel.admin;

import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The last requests that something was decided about, bounded in number: the oldest make room. Holds no text of a client. Thread-safe. */
public final class DecisionHistory {
    private final int size;
    private final ArrayDeque<ExchangeEvent.Finished> newestFirst = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** @param size requests kept; 0 keeps none */
    public DecisionHistory(int size) {
        this.size = size;
    }

    /** To be told of every event; keeps those that end a decided request. */
    public void on(ExchangeEvent event) {
        if (!(event instanceof ExchangeEvent.Finished finished)
                || finished.assessment().isEmpty()
                || size == 0) {
            return;
        }
        lock.lock();
        try {
            if (newestFirst.size() == size) {
                newestFirst.removeLast();
            }
            newestFirst.addFirst(finished);
        } finally {
            lock.unlock();
        }
    }

    /** The newest first. */
    List<ExchangeEvent.Finished> of(TenantId tenant, int limit) {
        lock.lock();
        try {
            return new ArrayList<>(newestFirst.stream()
                    .filter(one -> one.tenant().equals(tenant))
                    .limit(limit)
                    .toList());
        } finally {
            lock.unlock();
        }
    }

    Optional<ExchangeEvent.Finished> find(String request) {
        lock.lock();
        try {
            return newestFirst.stream()
                    .filter(one -> one.request().value().equals(request))
                    .findFirst();
        } finally {
            lock.unlock();
        }
    }
}
