package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds, for a task that has no lens, one that was written for a task much like it (S37). Only inside one {@link LensKeys#partition}: same
 * tenant, smart model, template version, operator text and tools.
 *
 * <p>A neighbour is a task whose template ({@link TaskWords}) has a similarity of {@value #NEAR} or more by {@link MinHash}. It counts only if the
 * two name the same files, if both or neither hold each word that limits ({@code not}, {@code only}, {@code at most} ...), and if the lens
 * mentions no word of its own task that the other lacks: what was changed is then nothing the lens speaks of. Whether such a lens is used is
 * learned per lens ({@link Acceptance}): when at least .95 are as good as its own answers, with 95 % probability; otherwise it is tried for one in
 * twenty.
 *
 * <p>Kept in memory only, per process, and filled by the requests that use a lens: at most {@value #PER_PARTITION} per partition and
 * {@value #MAXIMUM} in all. Of texts it has signatures, and hashes of words under a salt that ends with the process. Thread-safe.
 */
public final class NearLenses {
    static final double NEAR = 0.8;
    static final double ENOUGH = 0.95;
    /** Share of its neighbours that a lens without proof is tried for. */
    public static final double TRIAL = 0.05;

    static final int PER_PARTITION = 200;
    static final int MAXIMUM = 2_000;

    private static final Set<String> LIMITS = Set.of(
            "not",
            "no",
            "never",
            "none",
            "without",
            "except",
            "excluding",
            "only",
            "instead",
            "unless",
            "avoid",
            "must",
            "most",
            "least",
            "max",
            "min",
            "maximum",
            "minimum",
            "exactly",
            "don",
            "doesn",
            "isn",
            "aren",
            "cannot",
            "can't",
            "less",
            "more",
            "fewer",
            "before",
            "after",
            "all",
            "any",
            "either",
            "neither",
            "nor",
            "skip",
            "remove",
            "omit",
            "include",
            "add");

    private final long salt;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Fingerprint, Map<LensKey, Entry>> partitions = new HashMap<>();
    private final Map<LensKey, Entry> all = new LinkedHashMap<>(16, 0.75f, true);

    /** @param salt unknown to others: words are hashed under it */
    public NearLenses(long salt) {
        this.salt = salt;
    }

    /** A lens that was written for another task, to be used for this one. */
    public record Near(LensKey key, LensId lens, double similarity, Grounds grounds) {}

    /** Why it is used. */
    public enum Grounds {
        PROVEN,
        TRIAL
    }

    /** What is looked at of a task. */
    private record Seen(MinHash signature, List<String> files, Set<String> limits, Set<Long> words) {}

    private record Entry(
            Fingerprint partition, LensKey key, LensId lens, Seen task, Set<Long> spokenOf, Acceptance acceptance) {
        /** Whether what differs between the two tasks is nothing that a lens for the one could be wrong about. */
        boolean covers(Seen other) {
            return task.limits().equals(other.limits())
                    && task.files().equals(other.files())
                    && other.words().containsAll(spokenOf);
        }
    }

    /** Remembers that {@code lens} serves this task. A new version under the same key keeps what was learned. */
    public void add(Fingerprint partition, LensKey key, String task, Lens lens) {
        LensId id = LensId.of(key, lens);
        lock.lock();
        try {
            Entry known = all.get(key);
            if (known != null && known.lens().equals(id)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        Seen seen = seen(task);
        Set<Long> spokenOf = spokenOf(seen, lens);
        lock.lock();
        try {
            Entry before = all.get(key);
            Acceptance acceptance = before == null ? new Acceptance() : before.acceptance();
            remove(key);
            Map<LensKey, Entry> others = partitions.computeIfAbsent(partition, _ -> new LinkedHashMap<>());
            if (others.size() >= PER_PARTITION) {
                remove(others.keySet().iterator().next());
            }
            if (all.size() >= MAXIMUM) {
                remove(all.keySet().iterator().next());
            }
            Entry entry = new Entry(partition, key, id, seen, spokenOf, acceptance);
            partitions.computeIfAbsent(partition, _ -> new LinkedHashMap<>()).put(key, entry);
            all.put(key, entry);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The lens to use for a task without one.
     *
     * @param chance evenly distributed, 0.0 to below 1.0: decides about a trial
     */
    public Optional<Near> find(Fingerprint partition, String task, double chance) {
        if (isEmpty(partition)) {
            return Optional.empty();
        }
        Seen seen = seen(task);
        lock.lock();
        try {
            Entry best = null;
            double similarity = 0;
            for (Entry entry : partitions.getOrDefault(partition, Map.of()).values()) {
                double each = seen.signature().similarity(entry.task().signature());
                if (each >= NEAR && each > similarity && entry.covers(seen)) {
                    best = entry;
                    similarity = each;
                }
            }
            if (best == null) {
                return Optional.empty();
            }
            if (best.acceptance().lowerBound(similarity) >= ENOUGH) {
                return Optional.of(new Near(best.key(), best.lens(), similarity, Grounds.PROVEN));
            }
            return chance < TRIAL
                    ? Optional.of(new Near(best.key(), best.lens(), similarity, Grounds.TRIAL))
                    : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What came of an answer to a task that was merely like the lens's own, or the difference that a revision makes.
     *
     * @param quality of answers to its own task, above 0.0
     */
    public void heard(LensKey key, double similarity, Tally outcome, double quality) {
        lock.lock();
        try {
            Entry entry = all.get(key);
            if (entry != null) {
                entry.acceptance().heard(similarity, outcome, quality);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The lens is not served any more. */
    public void forget(LensKey key) {
        lock.lock();
        try {
            remove(key);
        } finally {
            lock.unlock();
        }
    }

    public void purge(TenantId tenant) {
        lock.lock();
        try {
            Deque<LensKey> keys = new ArrayDeque<>(all.keySet());
            keys.stream().filter(key -> key.tenant().equals(tenant)).forEach(this::remove);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmpty(Fingerprint partition) {
        lock.lock();
        try {
            return !partitions.containsKey(partition);
        } finally {
            lock.unlock();
        }
    }

    private void remove(LensKey key) {
        Entry gone = all.remove(key);
        if (gone == null) {
            return;
        }
        Map<LensKey, Entry> others = partitions.getOrDefault(gone.partition(), Map.of());
        others.remove(key);
        if (others.isEmpty()) {
            partitions.remove(gone.partition());
        }
    }

    private Seen seen(String task) {
        TaskWords words = TaskWords.of(task);
        Set<String> limits = new HashSet<>(words.words());
        limits.retainAll(LIMITS);
        // On an event loop, and a task may have megabytes.
        List<String> files = TargetFiles.in(TaskWords.cut(task));
        return new Seen(MinHash.of(words.template()), files, Set.copyOf(limits), hashes(words.words()));
    }

    /** Words that both the task and its lens have. */
    private Set<Long> spokenOf(Seen task, Lens lens) {
        Set<Long> spoken = new HashSet<>();
        for (LensSection section : LensSection.values()) {
            section.of(lens).forEach(item -> spoken.addAll(hashes(TaskWords.words(item))));
        }
        spoken.retainAll(task.words());
        return Set.copyOf(spoken);
    }

    private Set<Long> hashes(List<String> words) {
        Set<Long> hashes = new HashSet<>();
        words.forEach(word -> hashes.add(MinHash.hash(List.of(word)) ^ salt));
        return hashes;
    }
}
