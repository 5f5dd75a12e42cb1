package dev.fresnel.store.redis;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Spend in Redis, shared by all replicas: integer nano-dollars in the hash {@code fresnel:{TENANT}:spend:DAY}, kept for
 * {@value #KEPT_DAYS} days. Thread-safe.
 *
 * <p>Additions to one tenant's day are gathered while one is under way, so there is at most one script per tenant at a time. Each
 * carries this replica's name and a rising sequence number, and is repeated unchanged until Redis acknowledges it: whether a lost
 * answer meant a lost addition or not, it counts once. While Redis is away additions wait in memory, one number per tenant and day.
 */
public final class RedisSpendStore implements SpendStore {
    private static final RedisScript ADD = RedisScript.load("spend_add");
    private static final int KEPT_DAYS = 35;
    private static final Duration RETRY_EVERY = Duration.ofSeconds(1);

    /** Read at once at most, so that a long list of tenants does not fill the link. */
    private static final int READ_TOGETHER = 128;

    private final Vertx vertx;
    private final RedisLink link;
    private final String replica;
    private final Supplier<List<TenantId>> tenants;
    private final long retries;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Day, Account> accounts = new HashMap<>();
    private long lastSequence;

    /**
     * @param replica names this process; no two that run at once may share it
     * @param tenants whose spend is read; asked anew each time
     */
    public RedisSpendStore(Vertx vertx, RedisLink link, String replica, Supplier<List<TenantId>> tenants) {
        this.vertx = vertx;
        this.link = link;
        this.replica = replica;
        this.tenants = tenants;
        this.retries = vertx.setPeriodic(RETRY_EVERY.toMillis(), _ -> retry());
    }

    private record Day(TenantId tenant, LocalDate day) {
        TypedKey key() {
            return TypedKey.hash(RedisKeys.of(tenant, "spend:" + day));
        }
    }

    /** What Redis has not acknowledged. Guarded by the lock. */
    private static final class Account {
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
        long nanos;

        Batch(long sequence) {
            this.sequence = sequence;
        }
    }

    @Override
    public Future<Map<TenantId, Usd>> spentOn(LocalDate day) {
        return read(day, tenants.get(), new HashMap<>());
    }

    private Future<Map<TenantId, Usd>> read(LocalDate day, List<TenantId> left, Map<TenantId, Usd> spent) {
        if (left.isEmpty()) {
            return Future.succeededFuture(spent);
        }
        List<TenantId> chunk = left.subList(0, Math.min(left.size(), READ_TOGETHER));
        List<Future<Optional<Usd>>> answers = new ArrayList<>();
        chunk.forEach(tenant -> answers.add(read(new Day(tenant, day))));
        return Future.all(answers).compose(_ -> {
            for (int i = 0; i < chunk.size(); i++) {
                Day account = new Day(chunk.get(i), day);
                Usd sum = answers.get(i).result().orElse(Usd.ZERO).plus(unacknowledged(account));
                if (!sum.equals(Usd.ZERO)) {
                    spent.put(account.tenant(), sum);
                }
            }
            return read(day, left.subList(chunk.size(), left.size()), spent);
        });
    }

    private Future<Optional<Usd>> read(Day day) {
        return link.send(Request.cmd(Command.HGET).arg(day.key().name()).arg("nanos"))
                .map(value -> value.flatMap(text -> amount(day, text.toString())))
                .recover(failure -> {
                    if (failure instanceof RedisFailure known && known.kind() == RedisFailure.Kind.REFUSED) {
                        // Another type: the next addition puts it right and says so.
                        return Future.succeededFuture(Optional.empty());
                    }
                    return Future.failedFuture(failure);
                });
    }

    private Optional<Usd> amount(Day day, String text) {
        try {
            return Optional.of(new Usd(Long.parseLong(text)));
        } catch (NumberFormatException _) {
            link.report(new RedisProblem.ValueDiscarded(
                    "the stored spend of " + day.tenant() + " on " + day.day() + " is not an amount: counted as none"));
            return Optional.empty();
        }
    }

    private Usd unacknowledged(Day day) {
        lock.lock();
        try {
            Account account = accounts.get(day);
            if (account == null) {
                return Usd.ZERO;
            }
            return new Usd((account.underWay == null ? 0 : account.underWay.nanos)
                    + (account.waiting == null ? 0 : account.waiting.nanos));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Future<Void> add(TenantId tenant, LocalDate day, Usd amount) {
        Day key = new Day(tenant, day);
        Batch joined;
        lock.lock();
        try {
            Account account = accounts.computeIfAbsent(key, _ -> new Account());
            if (account.waiting == null) {
                lastSequence++;
                account.waiting = new Batch(lastSequence);
            }
            joined = account.waiting;
            joined.nanos = Math.addExact(joined.nanos, amount.nanos());
        } finally {
            lock.unlock();
        }
        send(key);
        return joined.done.future();
    }

    /** Sends what is due for one tenant's day, unless it is being sent. */
    private void send(Day day) {
        Optional<Batch> due = due(day);
        due.ifPresent(batch -> link.run(
                        ADD,
                        List.of(day.key()),
                        Text.arguments(
                                replica,
                                Long.toString(batch.sequence),
                                Long.toString(batch.nanos),
                                Long.toString(Duration.ofDays(KEPT_DAYS).toMillis())))
                .onSuccess(answer -> {
                    link.wrote();
                    if (Text.at(answer.orElseThrow(), 1).equals("1")) {
                        link.report(new RedisProblem.ValueDiscarded("the stored spend of " + day.tenant() + " on "
                                + day.day() + " was no amount and was replaced"));
                    }
                    acknowledged(day, batch);
                })
                .onFailure(_ -> unanswered(day)));
    }

    private Optional<Batch> due(Day day) {
        lock.lock();
        try {
            Account account = accounts.get(day);
            if (account == null || account.sent) {
                return Optional.empty();
            }
            if (account.underWay == null) {
                account.underWay = account.waiting;
                account.waiting = null;
            }
            account.sent = account.underWay != null;
            return Optional.ofNullable(account.underWay);
        } finally {
            lock.unlock();
        }
    }

    private void acknowledged(Day day, Batch batch) {
        boolean more = false;
        lock.lock();
        try {
            Account account = accounts.get(day);
            if (account != null) {
                account.underWay = null;
                account.sent = false;
                more = account.waiting != null;
                if (!more) {
                    accounts.remove(day);
                }
            }
        } finally {
            lock.unlock();
        }
        batch.done.complete();
        if (more) {
            send(day);
        }
    }

    private void unanswered(Day day) {
        lock.lock();
        try {
            Account account = accounts.get(day);
            if (account != null) {
                account.sent = false;
            }
        } finally {
            lock.unlock();
        }
    }

    private void retry() {
        if (link.isUp()) {
            days().forEach(this::send);
        }
    }

    private List<Day> days() {
        lock.lock();
        try {
            return List.copyOf(accounts.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits one last time; what Redis does not take then is lost, and said. */
    public Future<Void> close() {
        vertx.cancelTimer(retries);
        days().forEach(this::send);
        List<Future<Void>> open = new ArrayList<>();
        lock.lock();
        try {
            accounts.values()
                    .forEach(account -> Stream.of(
                                    Optional.ofNullable(account.underWay), Optional.ofNullable(account.waiting))
                            .flatMap(Optional::stream)
                            .forEach(batch -> open.add(batch.done.future())));
        } finally {
            lock.unlock();
        }
        // Each ends with an answer or with the link's own limit; a little more than that for what follows it.
        return Future.join(open)
                .timeout(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                .transform(_ -> {
                    List<Day> lost = days();
                    if (!lost.isEmpty()) {
                        link.report(new RedisProblem.NotWritable(
                                "Redis did not take the last spend of " + lost + " before the gateway stopped"));
                    }
                    return Future.succeededFuture();
                });
    }
}
