package dev.fresnel.lens;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The records of lenses as this process knows them, and their keeping. The store has the sums of all replicas; what is added here is
 * added there, and the answer replaces what was known here, but for what is still on its way. So a replica learns that a lens was retired elsewhere with the next outcome
 * it adds, or when it looks the lens up. What cannot be added because the store is away counts here only, until the store answers
 * again: some evidence is lost then, none counts twice.
 *
 * <p>Thread-safe; asks memory only, unless it says otherwise. Bounded.
 */
final class LensRecords {
    /** So many versions of one lens may fail before the key is left alone. */
    static final int ATTEMPTS = 2;

    private static final int SPREAD_HOLDS = 100;

    private final GuardedStore store;
    private final Consumer<LensEvent> listener;
    private final Predicate<LensKey> pinned;
    private final Cache<LensKey, Sum> own;
    private final Map<TenantId, Sum> tenants = new ConcurrentHashMap<>();

    private final Map<TenantId, Aged> spreads = new ConcurrentHashMap<>();

    /** @param age times it was used */
    private record Aged(LensSpread spread, int age) {}

    /**
     * What is known of one sum.
     *
     * @param told by the store, or counted here while it was away
     * @param sent and not yet answered
     */
    private record Sum(LensCounts told, LensCounts sent) {
        static final Sum NOTHING = new Sum(LensCounts.NONE, LensCounts.NONE);

        LensCounts all() {
            return told.plus(sent);
        }

        Sum told(LensCounts now) {
            return new Sum(now, sent);
        }

        Sum sending(LensCounts more) {
            return new Sum(told, sent.plus(more));
        }

        Sum answered(LensCounts now, LensCounts more) {
            return new Sum(now, sent.plus(more.negated()));
        }

        Sum lost(LensCounts more) {
            return answered(told.added(more), more);
        }
    }

    /** @param pinned keys whose lens stays whatever its record says */
    LensRecords(
            GuardedStore store,
            LongSupplier nanos,
            int maximum,
            Predicate<LensKey> pinned,
            Consumer<LensEvent> listener) {
        this.store = store;
        this.pinned = pinned;
        this.listener = listener;
        this.own = Caffeine.newBuilder()
                .maximumSize(maximum)
                .ticker(nanos::getAsLong)
                .expireAfterWrite(LensStore.RECORD_LIFE)
                .executor(Runnable::run)
                .build();
    }

    LensRecord of(LensKey key) {
        return new LensRecord(
                Optional.ofNullable(own.getIfPresent(key)).orElse(Sum.NOTHING).all());
    }

    /** Of answers to the lens's own task, by the worker that used it: .75 as long as nothing is known. */
    double quality(LensUse use) {
        Tally own = use.lens()
                .flatMap(lens -> use.worker()
                        .map(worker -> of(use.key()).with(lens, worker.value().replaceAll("\\s", "_"))))
                .orElse(Tally.NONE);
        return (own.good() + 1.5) / (own.mass() + 2);
    }

    private Recorded sums(LensKey key) {
        return new Recorded(
                of(key).counts(),
                tenants.getOrDefault(key.tenant(), Sum.NOTHING).all());
    }

    /** What the store says. */
    void learned(LensKey key, Recorded sums) {
        own(key, sum -> sum.told(sums.own()));
        ofTenant(key, sum -> sum.told(sums.tenant()));
    }

    boolean isRetired(LensKey key, LensId lens) {
        return of(key).isRetired(lens);
    }

    /** Whether enough is known of a version to say that it does not hurt: it need not be written again when its time is over. */
    boolean isProven(LensKey key, LensId lens) {
        List<LensJudge.Finding> findings = LensJudge.findings(lens, sums(key), spread(key.tenant()));
        return findings.stream().anyMatch(LensJudge.Finding::isSettled)
                && findings.stream().noneMatch(finding -> finding.harm() > LensJudge.UNDECIDED);
    }

    /** Whether no lens is written for the key any more. */
    boolean isLeftAlone(LensKey key) {
        return of(key).retirements() >= ATTEMPTS;
    }

    /**
     * An outcome, or the difference that a revision makes. Without a lens it counts only for keys that have a record, so that requests of
     * which nobody will write a lens leave no trace.
     *
     * @param known whether a lens of the key is kept
     */
    void heard(LensUse use, Tally outcome, boolean known) {
        LensKey key = use.key();
        boolean remembered = known || own.getIfPresent(key) != null;
        if ((use.lens().isEmpty() && !remembered) || isLeftAlone(key)) {
            return;
        }
        add(key, LensRecord.own(use, outcome), LensRecord.ofTenant(use, outcome));
    }

    /** Answers that had the lens. */
    void served(LensKey key, LensId lens, long answers) {
        add(key, LensRecord.serving(lens, answers), LensCounts.NONE);
    }

    private void add(LensKey key, LensCounts more, LensCounts ofTenant) {
        own(key, sum -> sum.sending(more));
        ofTenant(key, sum -> sum.sending(ofTenant));
        judge(key);
        store.count(key, more, ofTenant).onComplete(answer -> {
            own(key, sum -> answer.succeeded() ? sum.answered(answer.result().own(), more) : sum.lost(more));
            ofTenant(
                    key,
                    sum -> answer.succeeded() ? sum.answered(answer.result().tenant(), ofTenant) : sum.lost(ofTenant));
            judge(key);
        });
    }

    private void own(LensKey key, UnaryOperator<Sum> change) {
        own.asMap().compute(key, (_, known) -> change.apply(known == null ? Sum.NOTHING : known));
    }

    private void ofTenant(LensKey key, UnaryOperator<Sum> change) {
        tenants.compute(key.tenant(), (_, known) -> change.apply(known == null ? Sum.NOTHING : known));
    }

    /** Of the tenant's keys that this process knows; looked at anew now and then, since it changes slowly. */
    private LensSpread spread(TenantId tenant) {
        return spreads.compute(
                        tenant,
                        (_, known) -> known == null || known.age() >= SPREAD_HOLDS
                                ? new Aged(
                                        LensSpread.of(own.asMap().entrySet().stream()
                                                .filter(entry ->
                                                        entry.getKey().tenant().equals(tenant))
                                                .map(entry -> entry.getValue().all())
                                                .toList()),
                                        0)
                                : new Aged(known.spread(), known.age() + 1))
                .spread();
    }

    private void judge(LensKey key) {
        if (pinned.test(key)) {
            return;
        }
        LensRecord record = of(key);
        Recorded sums = sums(key);
        for (LensId lens : record.lenses()) {
            if (!record.isRetired(lens)) {
                LensJudge.harm(lens, sums, spread(key.tenant())).ifPresent(finding -> retire(key, lens, finding));
            }
        }
    }

    // One at a time: two outcomes may find the same harm on two threads.
    private synchronized void retire(LensKey key, LensId lens, LensJudge.Finding finding) {
        if (isRetired(key, lens)) {
            return;
        }
        add(key, LensRecord.retirement(lens), LensCounts.NONE);
        listener.accept(new LensEvent.Retired(
                key.tenant(),
                key.shortForm(),
                lens,
                finding.worker(),
                finding.answers(),
                finding.lift(),
                finding.harm(),
                finding.reference().key(),
                isLeftAlone(key) ? LensEvent.Retired.Next.LEAVE : LensEvent.Retired.Next.REFRESH));
    }

    /** The smart model had no better version to offer: that counts as one that failed. */
    void refreshFailed(LensKey key) {
        add(key, LensRecord.refreshFailure(), LensCounts.NONE);
    }

    /** By order of the operator. */
    void retire(LensKey key, LensId lens) {
        add(key, LensRecord.retirement(lens), LensCounts.NONE);
    }

    void forget(LensKey key) {
        own.invalidate(key);
    }

    void purge(TenantId tenant) {
        own.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
        tenants.remove(tenant);
        spreads.remove(tenant);
    }
}
