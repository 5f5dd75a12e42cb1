package dev.fresnel.store.redis;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.LeaseStore.Ask;
import dev.fresnel.budget.LeaseStore.Lease;
import dev.fresnel.budget.Spent;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this replica has to tell Redis of its spend and the leases that it asks for, by tenant, until Redis acknowledges it. There is one batch
 * under way for a tenant at most; what comes meanwhile is gathered in the next. Thread-safe.
 */
final class SpendOutbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TenantId, Lane> lanes = new HashMap<>();
    private final Map<Account, Long> everAdded = new HashMap<>();
    private long lastSequence;

    /** One tenant's batches. Guarded by the lock. */
    private static final class Lane {
        @Nullable
        SpendBatch underWay;

        @Nullable
        SpendBatch waiting;

        boolean sent;

        Stream<SpendBatch> batches() {
            return Stream.of(Optional.ofNullable(underWay), Optional.ofNullable(waiting))
                    .flatMap(Optional::stream);
        }
    }

    /** Completes when Redis has it. */
    Future<Void> add(Account account, LocalDate day, Usd amount) {
        lock.lock();
        try {
            SpendBatch joined = waiting(account.tenant());
            joined.add(account, day, amount);
            everAdded.merge(account, amount.nanos(), Long::sum);
            return joined.done();
        } finally {
            lock.unlock();
        }
    }

    Future<Lease> ask(Ask ask) {
        lock.lock();
        try {
            return waiting(ask.account().tenant()).ask(ask);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private SpendBatch waiting(TenantId tenant) {
        Lane lane = lanes.computeIfAbsent(tenant, _ -> new Lane());
        SpendBatch known = lane.waiting;
        if (known == null) {
            lastSequence++;
            known = new SpendBatch(lastSequence);
            lane.waiting = known;
        }
        return known;
    }

    /** What is to be sent for one tenant now; nothing while a batch is under way. */
    Optional<SpendBatch> due(TenantId tenant) {
        lock.lock();
        try {
            Lane lane = lanes.get(tenant);
            if (lane == null || lane.sent) {
                return Optional.empty();
            }
            if (lane.underWay == null) {
                lane.underWay = lane.waiting;
                lane.waiting = null;
            }
            lane.sent = lane.underWay != null;
            return Optional.ofNullable(lane.underWay);
        } finally {
            lock.unlock();
        }
    }

    /** Redis has carried out what was under way. */
    void acknowledged(TenantId tenant, SpendBatch batch, Response answer) {
        Map<Promise<Lease>, Lease> leases = new LinkedHashMap<>();
        lock.lock();
        try {
            Lane lane = lanes.get(tenant);
            if (lane != null) {
                SpendBatch waiting = lane.waiting;
                leases.putAll(batch.leases(answer, (ask, granted) -> lease(ask, granted, waiting)));
                lane.underWay = null;
                lane.sent = false;
                if (waiting == null) {
                    lanes.remove(tenant);
                }
            }
        } finally {
            lock.unlock();
        }
        batch.complete();
        leases.forEach(Promise::complete);
    }

    /** @param waiting additions that come out of the lease, and that Redis has not heard of */
    private Lease lease(Ask ask, SpendBatch.Granted granted, @Nullable SpendBatch waiting) {
        Usd notTold = waiting == null ? Usd.ZERO : waiting.of(ask.account());
        return new Lease(
                granted.held().minus(notTold),
                granted.all().minus(notTold),
                waiting == null ? granted.spent() : waiting.onTopOf(granted.spent(), ask.account(), ask.today()),
                new Usd(everAdded.getOrDefault(ask.account(), 0L)));
    }

    /** Additions are sent again; who waits for a lease waits no longer, nor does who would go with what is sent after them. */
    void unanswered(TenantId tenant, SpendBatch batch, Throwable failure) {
        List<Promise<Lease>> asked = new ArrayList<>();
        lock.lock();
        try {
            asked.addAll(batch.withdrawAsks());
            Lane lane = lanes.get(tenant);
            if (lane != null) {
                lane.sent = false;
                lane.underWay = kept(lane.underWay);
                SpendBatch waiting = lane.waiting;
                if (waiting != null) {
                    asked.addAll(waiting.withdrawAsks());
                }
                lane.waiting = kept(waiting);
                if (lane.underWay == null && lane.waiting == null) {
                    lanes.remove(tenant);
                }
            }
        } finally {
            lock.unlock();
        }
        asked.forEach(waiting -> waiting.fail(failure));
    }

    /** Where there is something to add. */
    private static @Nullable SpendBatch kept(@Nullable SpendBatch batch) {
        return batch == null || !batch.hasAdditions() ? null : batch;
    }

    /** What that account has spent as of {@code day}, with what Redis has not acknowledged. */
    Spent onTopOf(Spent stored, Account account, LocalDate day) {
        lock.lock();
        try {
            Lane lane = lanes.get(account.tenant());
            Spent all = stored;
            for (SpendBatch batch :
                    lane == null ? List.<SpendBatch>of() : lane.batches().toList()) {
                all = batch.onTopOf(all, account, day);
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Those with something to send or under way. */
    List<TenantId> tenants() {
        lock.lock();
        try {
            return List.copyOf(lanes.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** When each batch that is there now has been acknowledged. */
    List<Future<Void>> unacknowledged() {
        lock.lock();
        try {
            return lanes.values().stream()
                    .flatMap(Lane::batches)
                    .map(SpendBatch::done)
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
