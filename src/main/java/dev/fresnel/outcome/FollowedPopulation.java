package dev.fresnel.outcome;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Residuals;
import dev.fresnel.policy.Shared;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One population between the policy and the store: what the store has not been told, what it was told and has not acknowledged, and
 * what we know of the store. Confined to the learner's thread, but for {@link #usedAt} and {@link #heardAt}.
 */
final class FollowedPopulation {
    /** Cells of one flush: what a store adds within a few milliseconds. */
    private static final int FLUSHED_TOGETHER = 512;

    private final String name;
    private final Retry retry;
    private Deltas pending = new Deltas();
    private Map<String, Residuals> residuals = new HashMap<>();
    private Deltas sent = new Deltas();
    private Optional<Flush> unacknowledged = Optional.empty();
    private long version;
    private int lessons;
    private boolean asking;
    private boolean expectsNews = true;

    /** Everything is wanted, and the answer under way may be from before that. */
    private boolean asksForAllAgain;

    private Instant toldAllAt = Instant.MIN;
    private int ignored;
    private final Set<Arm> identified = new HashSet<>();

    /** Of the last decision here. A lost race costs a refresh, nothing else. */
    volatile Instant usedAt = Instant.MIN;

    private volatile Instant heardAt;

    FollowedPopulation(String name, Retry retry, Instant now) {
        this.name = name;
        this.retry = retry;
        this.heardAt = now;
    }

    String name() {
        return name;
    }

    /** @return outcomes learned since the last flush was made */
    int learned(EvidenceKey key, Lesson lesson, double weight, double slack) {
        pending.add(key, lesson.landmark(), lesson.delta());
        if (lesson.residual() != 0) {
            residuals.merge(
                    key.arm().name(),
                    Residuals.NONE.plus(lesson.residual(), weight, slack),
                    (before, _) -> before.plus(lesson.residual(), weight, slack));
        }
        return ++lessons;
    }

    boolean hasToTell() {
        return unacknowledged.isPresent() || !pending.isEmpty();
    }

    /** Whether there is room for the cell of a lesson, when all populations together may have {@code left} more. */
    boolean takes(EvidenceKey key, int left) {
        return left > 0 || pending.knows(key);
    }

    /** Cells that are still to be told. */
    int queued() {
        return pending.size() + sent.size();
    }

    /**
     * The flush that waits for its acknowledgement, or a new one of what was learned since.
     *
     * @param sequence gives each new flush of the process a higher number: also of a population that was forgotten and came back
     */
    Flush nextFlush(String replica, LongSupplier sequence, Flush.Terms terms) {
        Flush next = unacknowledged.orElseGet(() -> {
            sent = pending.take(FLUSHED_TOGETHER);
            Flush made = new Flush(name, replica, sequence.getAsLong(), version, terms, sent.told(), residuals);
            residuals = new HashMap<>();
            lessons = 0;
            return made;
        });
        unacknowledged = Optional.of(next);
        return next;
    }

    /** An answer to a flush. Of one that was sent twice there are two. */
    void acknowledged(Flush flush) {
        if (unacknowledged.filter(flush::equals).isPresent()) {
            unacknowledged = Optional.empty();
            sent = new Deltas();
        }
    }

    /** The store's totals with, on top, what it does not know yet. */
    Shared withOwn(Shared shared, ForwardDecay decay) {
        Map<EvidenceKey, Evidence> totals = new HashMap<>();
        shared.totals().forEach((key, total) -> {
            Landmark landmark = shared.landmarks().getOrDefault(key.arm(), Landmark.at(0));
            totals.put(key, total.plus(sent.of(key, landmark, decay)).plus(pending.of(key, landmark, decay)));
        });
        return new Shared(shared.population(), shared.landmarks(), totals, shared.former(), shared.extent());
    }

    // The conversation with the store: one call at a time.

    boolean mayAsk(Instant now) {
        return !asking && retry.isDue(now);
    }

    void asks() {
        asking = true;
    }

    void failed(Instant now) {
        asking = false;
        retry.failed(now);
    }

    void heard(Snapshot snapshot, int ignoredOfIt, Instant now) {
        asking = false;
        retry.succeeded();
        version = snapshot.version();
        heardAt = now;
        expectsNews = false;
        if (snapshot.extent() == Shared.Extent.WHOLE) {
            toldAllAt = now;
            ignored = ignoredOfIt;
        }
        if (asksForAllAgain) {
            asksForAll();
        }
    }

    /** From which version on changes are of interest; 0 for everything. */
    long since(Duration wholeEvery, Instant now) {
        return toldAllAt.plus(wholeEvery).isAfter(now) ? version : 0;
    }

    boolean isHeardSince(Instant when) {
        return !expectsNews && heardAt.isAfter(when);
    }

    /** When the store was last heard of it, or since when it is followed. Any thread. */
    Instant heardAt() {
        return heardAt;
    }

    /** Stored values that are none, or nobody's. */
    int ignored() {
        return ignored;
    }

    /** Whether the store is yet to be told, by this process, which model is behind the arm; says so once. */
    boolean identifies(Arm arm) {
        return identified.add(arm);
    }

    void notIdentified(Arm arm) {
        identified.remove(arm);
    }

    /** Asks for everything at the next opportunity, and tells again which models are behind the arms. */
    void beginsAnew() {
        identified.clear();
        asksForAll();
    }

    /** Asks for everything at the next opportunity. */
    void asksForAll() {
        toldAllAt = Instant.MIN;
        expectsNews = true;
        asksForAllAgain = asking;
    }

    /** Asks again at the next opportunity. */
    void expectsNews() {
        expectsNews = true;
    }
}
