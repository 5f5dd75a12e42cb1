package dev.fresnel.store.redis;

import dev.fresnel.savings.Account;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.Sums;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The savings statement's sums in Redis, over all replicas: one hash {@code fresnel:{TENANT}:savings:DAY} with a field per model and number. Thread-safe.
 *
 * <p>Additions to one account are gathered while one is under way. Each carries this replica's name and a rising sequence number, and is repeated unchanged until
 * Redis acknowledges it: whether a lost answer meant a lost addition or not, it counts once. While Redis is away additions wait in memory, one set of sums per
 * account.
 */
public final class RedisStatementStore implements StatementStore {
    private static final RedisScript ADD = RedisScript.load("statement_add");
    private static final RedisScript READ = RedisScript.load("statement_read");
    private static final Duration RETRY_EVERY = Duration.ofSeconds(1);
    private static final String MODEL = "model:";

    /** Days read at once at most, so that a long period does not fill the link. */
    private static final int READ_TOGETHER = 32;

    private final Vertx vertx;
    private final RedisLink link;
    private final String replica;
    private final long retries;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Account, Lane> lanes = new HashMap<>();
    private long lastSequence;

    /** @param replica names this process; no two that run at once may share it */
    public RedisStatementStore(Vertx vertx, RedisLink link, String replica) {
        this.vertx = vertx;
        this.link = link;
        this.replica = replica;
        this.retries = vertx.setPeriodic(RETRY_EVERY.toMillis(), _ -> retry());
    }

    /** What Redis has not acknowledged of one account. Guarded by the lock. */
    private static final class Lane {
        @Nullable
        Batch underWay;

        @Nullable
        Batch waiting;

        boolean sent;
    }

    /** Additions that go together. */
    private static final class Batch {
        final Promise<Void> done = Promise.promise();
        final long sequence;
        Sums sums = Sums.NONE;

        Batch(long sequence) {
            this.sequence = sequence;
        }
    }

    private static TypedKey key(TenantId tenant, LocalDate day) {
        return TypedKey.hash(RedisKeys.of(tenant, "savings:" + day));
    }

    @Override
    public Future<Void> add(Account account, Sums sums) {
        Batch joined;
        lock.lock();
        try {
            Lane lane = lanes.computeIfAbsent(account, _ -> new Lane());
            if (lane.waiting == null) {
                lastSequence++;
                lane.waiting = new Batch(lastSequence);
            }
            joined = lane.waiting;
            joined.sums = joined.sums.plus(sums);
        } finally {
            lock.unlock();
        }
        send(account);
        return joined.done.future();
    }

    /** Sends what is due for one account, unless it is being sent. */
    private void send(Account account) {
        due(account)
                .ifPresent(batch -> link.run(
                                ADD, List.of(key(account.tenant(), account.day())), arguments(account, batch))
                        .onSuccess(answer -> {
                            link.wrote();
                            if (!answer.orElseThrow().toString().equals("0")) {
                                discarded(account.tenant(), account.day());
                            }
                            acknowledged(account, batch);
                        })
                        .onFailure(_ -> unanswered(account)));
    }

    private List<byte[]> arguments(Account account, Batch batch) {
        List<byte[]> arguments = new ArrayList<>(Text.arguments(
                replica,
                Long.toString(batch.sequence),
                Long.toString(Duration.ofDays(KEPT_DAYS).toMillis()),
                account.model()));
        batch.sums.fields().forEach((name, amount) -> arguments.addAll(Text.arguments(name, amount)));
        return arguments;
    }

    private Optional<Batch> due(Account account) {
        lock.lock();
        try {
            Lane lane = lanes.get(account);
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

    private void acknowledged(Account account, Batch batch) {
        boolean more = false;
        lock.lock();
        try {
            Lane lane = lanes.get(account);
            if (lane != null) {
                lane.underWay = null;
                lane.sent = false;
                more = lane.waiting != null;
                if (!more) {
                    lanes.remove(account);
                }
            }
        } finally {
            lock.unlock();
        }
        batch.done.complete();
        if (more) {
            send(account);
        }
    }

    private void unanswered(Account account) {
        lock.lock();
        try {
            Optional.ofNullable(lanes.get(account)).ifPresent(lane -> lane.sent = false);
        } finally {
            lock.unlock();
        }
    }

    private void retry() {
        if (link.isUp()) {
            accounts().forEach(this::send);
        }
    }

    private List<Account> accounts() {
        lock.lock();
        try {
            return List.copyOf(lanes.keySet());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to) {
        return read(tenant, from, to, new HashMap<>()).map(known -> {
            unacknowledged(tenant, from, to).forEach((account, sums) -> known.merge(account, sums, Sums::plus));
            return known;
        });
    }

    private Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to, Map<Account, Sums> known) {
        if (from.isAfter(to)) {
            return Future.succeededFuture(known);
        }
        LocalDate behind = from.plusDays(READ_TOGETHER);
        List<LocalDate> days =
                from.datesUntil(behind.isAfter(to) ? to.plusDays(1) : behind).toList();
        List<Future<Optional<Response>>> answers = new ArrayList<>();
        days.forEach(day -> answers.add(link.run(READ, List.of(key(tenant, day)), List.of())));
        return Future.all(answers).compose(_ -> {
            for (int i = 0; i < days.size(); i++) {
                LocalDate day = days.get(i);
                answers.get(i).result().ifPresent(all -> take(tenant, day, all, known));
            }
            return read(tenant, behind, to, known);
        });
    }

    private void take(TenantId tenant, LocalDate day, Response all, Map<Account, Sums> known) {
        Map<String, Map<String, String>> models = new HashMap<>();
        for (int i = 0; i + 1 < all.size(); i += 2) {
            String field = Text.at(all, i);
            int end = field.indexOf('\n');
            if (field.startsWith(MODEL) && end > 0) {
                models.computeIfAbsent(field.substring(MODEL.length(), end), _ -> new HashMap<>())
                        .put(field.substring(end + 1), Text.at(all, i + 1));
            }
        }
        models.forEach((model, fields) -> Sums.of(fields)
                .ifPresentOrElse(
                        sums -> known.put(new Account(tenant, model, day), sums), () -> discarded(tenant, day)));
    }

    private void discarded(TenantId tenant, LocalDate day) {
        link.report(new RedisProblem.ValueDiscarded(
                "a stored sum of what " + tenant + " saved on " + day + " was no number and does not count"));
    }

    private Map<Account, Sums> unacknowledged(TenantId tenant, LocalDate from, LocalDate to) {
        Map<Account, Sums> waiting = new HashMap<>();
        lock.lock();
        try {
            lanes.forEach((account, lane) -> {
                if (account.tenant().equals(tenant)
                        && !account.day().isBefore(from)
                        && !account.day().isAfter(to)) {
                    batches(lane).forEach(batch -> waiting.merge(account, batch.sums, Sums::plus));
                }
            });
        } finally {
            lock.unlock();
        }
        return waiting;
    }

    private static Stream<Batch> batches(Lane lane) {
        return Stream.of(Optional.ofNullable(lane.underWay), Optional.ofNullable(lane.waiting))
                .flatMap(Optional::stream);
    }

    /** Sends what waits one last time; what Redis does not take then is lost, and said. */
    public Future<Void> close() {
        vertx.cancelTimer(retries);
        accounts().forEach(this::send);
        List<Future<Void>> open = new ArrayList<>();
        lock.lock();
        try {
            lanes.values().forEach(lane -> batches(lane).forEach(batch -> open.add(batch.done.future())));
        } finally {
            lock.unlock();
        }
        // Each ends with an answer or with the link's own limit; a little more than that for what follows it.
        return Future.join(open)
                .timeout(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                .transform(_ -> {
                    if (!accounts().isEmpty()) {
                        link.report(new RedisProblem.NotWritable(
                                "Redis did not take the last sums of the savings statement for "
                                        + accounts().size() + " accounts before the gateway stopped"));
                    }
                    return Future.succeededFuture();
                });
    }
}
