package dev.fresnel.admin;

import java.util.List;
import java.util.function.Consumer;

/** The recent events of this process, and those that come. Port. Thread-safe. */
public interface EventFeed {
    /**
     * One event.
     *
     * @param number from 1 on, one more with each event of this process
     * @param json one object, whose first key is {@code type}
     */
    record Event(long number, String json) {}

    /** A listener's own hold on the feed. */
    interface Subscription {
        /** Those that were kept when it began, oldest first. */
        List<Event> missed();

        void end();
    }

    /** Oldest first. */
    List<String> recent();

    /**
     * Tells of every event from now on, in order, on the thread it happens on, which must not be kept.
     *
     * @param after the number of the last event that is known already
     */
    Subscription follow(long after, Consumer<Event> follower);

    /** The number of the last event; 0 before the first. */
    long last();
}
