package dev.fresnel.outcome;

import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.Shared;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Keeps the policy and the store in step: what this process learned goes to the store as additive deltas, what others learned comes
 * back as totals that replace ours, with what the store does not know yet on top. Nothing here is waited for by a decision.
 *
 * <ul>
 *   <li>Learned evidence is flushed at every {@link #tick}, or as soon as {@value #FLUSH_AT} outcomes wait; one flush of a population at
 *       a time, sent unchanged until it is acknowledged.
 *   <li>Populations that are decided for are asked for changes when nothing was heard for {@link #REFRESH}, others when nothing was
 *       heard for {@link #WHOLE}; after {@link #WHOLE} everything is asked for, so that nothing that was missed is missed for long.
 *   <li>A store that fails is tried again at random times between 50 ms and 7.5 s. Meanwhile deltas add up, {@value #MAX_QUEUED} cells
 *       at most; beyond that new cells are dropped and counted.
 * </ul>
 *
 * <p>Confined to the learner's thread but for {@link #use}, {@link #know}, {@link #load}, {@link #close} and {@link #counts}.
 *
 * <p>References: issue #9557; forward decay, which makes the deltas additive: {@link ForwardDecay}.
 */
public final class SharedEvidence {
    static final Duration REFRESH = Duration.ofMillis(900);
    static final Duration WHOLE = Duration.ofSeconds(30);

    /** What an arm keeps whose model is another one. */
    static final double KEPT_OF_ANOTHER_MODEL = 0.3;

    /** Seconds by which clocks may differ for all that it matters to a decay of days. */
    private static final double CLOCKS_AGREE = 1;

    private static final int FLUSH_AT = 256;
    private static final int MAX_QUEUED = 20_000;
    private static final int LOADED_TOGETHER = 8;

    private final Policy policy;
    private final ArmStateStore store;
    private final Executor thread;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final String replica;
    private final Consumer<Alarm> alarms;
    private final Flush.Terms terms;
    private final ForwardDecay decay;
    private final Map<String, FollowedPopulation> followed = new ConcurrentHashMap<>();
    private final LongAdder applied = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private KnownArms known;
    private SnapshotReader reader;
    private long sequence;
    private volatile double ahead;
    private volatile int queued;
    private volatile int ignored;

    /**
     * @param known populations and arms of this process' config
     * @param thread runs what it is given one after another, never on an event loop
     * @param random spreads retries
     * @param replica names this process, differently after each start
     * @param alarms told of arms that have changed, once per alarm among all replicas
     */
    public SharedEvidence(
            Policy policy,
            ArmStateStore store,
            KnownArms known,
            Executor thread,
            InstantSource clock,
            RandomGenerator random,
            String replica,
            Consumer<Alarm> alarms) {
        this.policy = policy;
        this.store = store;
        this.known = known;
        this.thread = thread;
        this.clock = clock;
        this.random = random;
        this.replica = replica;
        this.alarms = alarms;
        this.terms = Flush.Terms.of(policy.settings());
        this.decay = ForwardDecay.over(policy.settings().memory());
        this.reader = new SnapshotReader(known, decay);
    }

    /** A population is decided for: what others know of it is of interest. Any thread; returns at once. */
    public void use(String population) {
        FollowedPopulation known = followed.get(population);
        if (known == null) {
            thread.execute(() -> follow(population).usedAt = clock.instant());
        } else {
            known.usedAt = clock.instant();
        }
    }

    /** The config has changed: what can be there, and what is behind the arms, is looked at anew. Any thread; returns at once. */
    void know(KnownArms known) {
        thread.execute(() -> {
            this.known = known;
            reader = new SnapshotReader(known, decay);
            followed.values().forEach(FollowedPopulation::beginsAnew);
        });
    }

    /** Takes over what the store knows of the populations there can be. Completes when all were asked; never fails. */
    public Future<Void> load() {
        Promise<Void> loaded = Promise.promise();
        thread.execute(() -> {
            Iterator<String> rest = known.populations().stream()
                    .limit(policy.settings().bounds().populations())
                    .iterator();
            List<Future<Void>> lines = new ArrayList<>();
            for (int i = 0; i < LOADED_TOGETHER; i++) {
                lines.add(loadNext(rest));
            }
            Future.join(lines).onComplete(_ -> loaded.complete());
        });
        return loaded.future();
    }

    private Future<Void> loadNext(Iterator<String> rest) {
        if (!rest.hasNext()) {
            return Future.succeededFuture();
        }
        return refresh(follow(rest.next())).compose(_ -> loadNext(rest));
    }

    private FollowedPopulation follow(String population) {
        FollowedPopulation known = followed.get(population);
        if (known == null) {
            makeRoom();
            known = new FollowedPopulation(population, new Retry(random), clock.instant());
            followed.put(population, known);
        }
        return known;
    }

    private void makeRoom() {
        if (followed.size() >= policy.settings().bounds().populations()) {
            followed.values().stream()
                    .filter(one -> !one.hasToTell())
                    .min(java.util.Comparator.comparing(one -> one.usedAt))
                    .ifPresent(oldest -> followed.remove(oldest.name()));
        }
    }

    /**
     * The policy has learned something that the store is to hear.
     *
     * @param weight of the outcome, 0.0 to 1.0
     */
    public void learned(EvidenceKey key, Lesson lesson, double weight) {
        FollowedPopulation population = follow(key.context().population());
        if (CellName.of(key.context()).length() > ArmDelta.MAX_CELL || !population.takes(key, MAX_QUEUED - queued)) {
            dropped.increment();
            return;
        }
        int lessons = population.learned(
                key, lesson, weight, policy.settings().drift().slack());
        count();
        if (lessons >= FLUSH_AT && population.mayAsk(clock.instant())) {
            var _ = flush(population);
        }
    }

    /** To be called several times a second. */
    public void tick() {
        Instant now = clock.instant();
        for (FollowedPopulation population : followed.values()) {
            if (!population.mayAsk(now)) {
                continue;
            }
            boolean isUsed = population.usedAt.plus(WHOLE).isAfter(now);
            if (population.hasToTell()) {
                var _ = flush(population);
            } else if (!population.isHeardSince(now.minus(isUsed ? REFRESH : WHOLE))) {
                var _ = refresh(population);
            }
        }
    }

    /**
     * Has the store forget one arm of a population, or all, and takes over what it has then. What was gathered here before is told first: a
     * store that has not heard of an arm cannot forget it, and would take what comes later. What is learned meanwhile is refused by the store.
     * Fails when the store does. Any thread.
     */
    Future<Void> reset(String population, Optional<String> arm) {
        Promise<Void> done = Promise.promise();
        thread.execute(() -> told(population)
                .compose(_ -> store.reset(population, arm))
                .onFailure(done::fail)
                .onSuccess(_ -> thread.execute(() -> {
                    FollowedPopulation known = followed.get(population);
                    if (known == null) {
                        done.complete();
                        return;
                    }
                    known.asksForAll();
                    // Where it is asked already, the next tick asks again.
                    Future<Void> heard = known.mayAsk(clock.instant()) ? refresh(known) : Future.succeededFuture();
                    heard.onComplete(_ -> done.complete());
                })));
        return done.future();
    }

    private Future<Void> told(String population) {
        FollowedPopulation known = followed.get(population);
        return known == null ? Future.succeededFuture() : flushAll(known);
    }

    /** Sends what is left. Completes when all is acknowledged, or has failed once more; never fails. */
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        thread.execute(
                () -> Future.join(followed.values().stream().map(this::flushAll).toList())
                        .onComplete(_ -> closed.complete()));
        return closed.future();
    }

    private Future<Void> flushAll(FollowedPopulation population) {
        long before = failures.sum();
        return population.hasToTell()
                ? flush(population)
                        .compose(_ -> failures.sum() == before ? flushAll(population) : Future.succeededFuture())
                : Future.succeededFuture();
    }

    private Future<Void> flush(FollowedPopulation population) {
        Flush flush = population.nextFlush(replica, () -> ++sequence, terms);
        population.asks();
        return answered(population, store.flush(flush), flushed -> {
            population.acknowledged(flush);
            (flushed.effect() == Flushed.Effect.APPLIED ? applied : duplicates).increment();
            refused.add(flushed.refused());
            flushed.alarms().forEach(alarms);
            hear(population, flushed.after());
        });
    }

    private Future<Void> refresh(FollowedPopulation population) {
        population.asks();
        long since = population.since(WHOLE, clock.instant());
        return answered(population, store.changes(population.name(), since), snapshot -> hear(population, snapshot));
    }

    /** Never fails: a failure is counted, and tried again later. */
    private <T> Future<Void> answered(FollowedPopulation population, Future<T> answer, Consumer<T> heard) {
        Promise<Void> done = Promise.promise();
        answer.onComplete(result -> thread.execute(() -> {
            try {
                if (result.succeeded()) {
                    heard.accept(result.result());
                } else {
                    failures.increment();
                    population.failed(clock.instant());
                }
            } catch (RuntimeException bug) {
                population.failed(clock.instant());
                throw bug;
            } finally {
                count();
                done.complete();
            }
        }));
        return done.future();
    }

    private void hear(FollowedPopulation population, Snapshot snapshot) {
        SnapshotReader.Taken taken = reader.read(population.name(), snapshot);
        Instant now = clock.instant();
        population.heard(snapshot, taken.ignored(), now);
        double difference = snapshot.at() - now.toEpochMilli() / 1e3;
        ahead = Math.abs(difference) > CLOCKS_AGREE ? difference : 0;
        Shared shared = population.withOwn(taken.shared(), decay);
        if (!shared.landmarks().isEmpty()) {
            policy.follow(shared, now);
        }
        shared.landmarks().forEach((arm, landmark) -> identify(population, arm, landmark));
    }

    /** Once per process and arm: the store finds out whether the config has put another model behind it. */
    private void identify(FollowedPopulation population, Arm arm, Landmark landmark) {
        Optional<String> model = Optional.ofNullable(known.of(population.name()).get(arm));
        if (model.isEmpty() || !population.identifies(arm)) {
            return;
        }
        store.identify(population.name(), arm.name(), model.get(), landmark, terms.jump(KEPT_OF_ANOTHER_MODEL))
                .onComplete(result -> thread.execute(() -> {
                    if (result.failed()) {
                        population.notIdentified(arm);
                    } else if (!result.result().equals(landmark)) {
                        population.expectsNews();
                    }
                }));
    }

    private void count() {
        int cells = 0;
        int nobodys = 0;
        for (FollowedPopulation population : followed.values()) {
            cells += population.queued();
            nobodys += population.ignored();
        }
        queued = cells;
        ignored = nobodys;
    }

    /** Seconds by which the store's clock, on which all replicas' decisions are timed, is ahead of ours; 0 when they agree. */
    double ahead() {
        return ahead;
    }

    public SharingCounts counts() {
        Instant now = clock.instant();
        Duration stale = followed.values().stream()
                .filter(population -> population.usedAt.plus(WHOLE).isAfter(now))
                .map(population -> Duration.between(population.heardAt(), now))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return new SharingCounts(
                stale, applied.sum(), duplicates.sum(), failures.sum(), refused.sum(), dropped.sum(), queued, ignored);
    }
}
