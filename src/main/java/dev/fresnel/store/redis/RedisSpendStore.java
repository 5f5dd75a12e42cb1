package dev.fresnel.store.redis;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.LeaseStore;
import dev.fresnel.budget.Period;
import dev.fresnel.budget.Spent;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Spend in Redis, shared by all replicas: integer nano-dollars in the hash {@code fresnel:{TENANT}:spend}, in fields {@code KEY|WINDOW}; the
 * window is a day, a month or {@code total}, and the key is empty for the whole tenant. Days are kept for {@value #KEPT_DAYS} days, months for
 * {@value #KEPT_MONTHS}, totals for ever. Thread-safe.
 *
 * <p>Additions for one tenant are gathered while one is under way, so there is at most one script per tenant at a time. Each
 * carries this replica's name and a rising sequence number, and is repeated unchanged until Redis acknowledges it: whether a lost
 * answer meant a lost addition or not, it counts once. While Redis is away additions wait in memory, one number per account and day.
 *
 * <p>Leases are in the hash {@code fresnel:{TENANT}:leases} beside it and go with the additions, in one script: a lease is asked for by the level
 * to have, so that asking twice changes nothing.
 */
public final class RedisSpendStore implements LeaseStore {
    private static final RedisScript ADD = RedisScript.load("spend_add");
    private static final RedisScript OPEN = RedisScript.load("spend_open");
    private static final int KEPT_DAYS = 35;
    private static final int KEPT_MONTHS = 13;
    /** Longer than an outage that is waited out, and than most calls. */
    private static final Duration LEASE_TERM = Duration.ofSeconds(60);

    private static final int LEASE_FIELDS = 5;
    private static final Duration RETRY_EVERY = Duration.ofSeconds(1);

    /** Read at once at most, so that a long list of tenants does not fill the link. */
    private static final int READ_TOGETHER = 128;

    private final Vertx vertx;
    private final RedisLink link;
    private final String replica;
    private final Supplier<Map<TenantId, List<String>>> keys;
    private final Duration leaseTime;
    private final long retries;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TenantId, Outbox> outboxes = new HashMap<>();
    private final Map<Account, Long> everAdded = new HashMap<>();
    private long lastSequence;

    /**
     * @param replica names this process, in hex digits; no two that run at once may share it
     * @param keys names of the keys of every tenant whose spend is read; asked anew each time
     */
    public RedisSpendStore(Vertx vertx, RedisLink link, String replica, Supplier<Map<TenantId, List<String>>> keys) {
        this(vertx, link, replica, keys, LEASE_TERM);
    }

    /** @param leaseTime after which the lease of a replica that is not heard of is over */
    RedisSpendStore(
            Vertx vertx,
            RedisLink link,
            String replica,
            Supplier<Map<TenantId, List<String>>> keys,
            Duration leaseTime) {
        this.leaseTime = leaseTime;
        this.vertx = vertx;
        this.link = link;
        this.replica = replica;
        this.keys = keys;
        this.retries = vertx.setPeriodic(RETRY_EVERY.toMillis(), _ -> retry());
    }

    private static TypedKey key(TenantId tenant) {
        return TypedKey.hash(RedisKeys.of(tenant, "spend"));
    }

    private static List<TypedKey> keysOf(TenantId tenant) {
        return List.of(key(tenant), TypedKey.hash(RedisKeys.of(tenant, "leases")));
    }

    private static String field(Account account, Period period, LocalDate day) {
        return account.key().orElse("") + "|" + period.window(day);
    }

    /** What belongs to one day of one account. */
    private record Entry(Account account, LocalDate day) {}

    /** What Redis has not acknowledged for one tenant. Guarded by the lock. */
    private static final class Outbox {
        @Nullable
        Batch underWay;

        @Nullable
        Batch waiting;

        boolean sent;

        Stream<Batch> batches() {
            return Stream.of(Optional.ofNullable(underWay), Optional.ofNullable(waiting))
                    .flatMap(Optional::stream);
        }
    }

    /** A lease asked for, and who waits for it. */
    private record Asking(Ask ask, Promise<Lease> answer) {
        /** One ask that does for both. */
        Asking and(Ask other) {
            return new Asking(
                    new Ask(
                            ask.account(),
                            other.limits(),
                            other.today(),
                            max(ask.wanted(), other.wanted()),
                            max(ask.least(), other.least()),
                            max(ask.reserved(), other.reserved())),
                    answer);
        }

        private static Usd max(Usd one, Usd two) {
            return one.isLessThan(two) ? two : one;
        }
    }

    /** What goes together. */
    private static final class Batch {
        final Promise<Void> done = Promise.promise();
        final long sequence;
        final Map<Entry, Long> nanos = new LinkedHashMap<>();
        final Map<Account, Asking> asked = new LinkedHashMap<>();

        Batch(long sequence) {
            this.sequence = sequence;
        }

        LocalDate today() {
            return Stream.concat(
                            nanos.keySet().stream().map(Entry::day),
                            asked.values().stream().map(asking -> asking.ask().today()))
                    .max(LocalDate::compareTo)
                    .orElseThrow();
        }

        List<byte[]> arguments(String replica, Duration leaseTime) {
            LocalDate today = today();
            List<String> arguments = new ArrayList<>(List.of(
                    replica,
                    Long.toString(sequence),
                    Period.DAY.window(today.minusDays(KEPT_DAYS)),
                    Period.MONTH.window(today.minusMonths(KEPT_MONTHS)),
                    today.toString(),
                    Long.toString(leaseTime.toMillis()),
                    Integer.toString(nanos.size())));
            nanos.forEach((entry, sum) -> {
                arguments.add(entry.account().key().orElse(""));
                arguments.add(entry.day().toString());
                arguments.add(Long.toString(sum));
            });
            asked.values().forEach(asking -> {
                Ask ask = asking.ask();
                arguments.add(ask.account().key().orElse(""));
                for (Period period : Period.values()) {
                    arguments.add(ask.limits()
                            .limit(period)
                            .map(limit -> Long.toString(limit.nanos()))
                            .orElse(""));
                }
                arguments.add(Long.toString(ask.wanted().nanos()));
                arguments.add(Long.toString(ask.least().nanos()));
                arguments.add(Long.toString(ask.reserved().nanos()));
            });
            return Text.arguments(arguments.toArray(String[]::new));
        }
    }

    @Override
    public Future<Map<Account, Spent>> spentAsOf(LocalDate day) {
        return read(day, List.copyOf(keys.get().entrySet()), new HashMap<>());
    }

    private Future<Map<Account, Spent>> read(
            LocalDate day, List<Map.Entry<TenantId, List<String>>> left, Map<Account, Spent> spent) {
        if (left.isEmpty()) {
            return Future.succeededFuture(spent);
        }
        List<Map.Entry<TenantId, List<String>>> chunk = left.subList(0, Math.min(left.size(), READ_TOGETHER));
        List<Future<Map<Account, Spent>>> answers = new ArrayList<>();
        chunk.forEach(tenant -> answers.add(read(day, tenant.getKey(), accounts(tenant.getKey(), tenant.getValue()))));
        return Future.all(answers).compose(_ -> {
            answers.forEach(answer -> spent.putAll(answer.result()));
            return read(day, left.subList(chunk.size(), left.size()), spent);
        });
    }

    private static List<Account> accounts(TenantId tenant, List<String> keys) {
        List<Account> accounts = new ArrayList<>(List.of(Account.of(tenant)));
        keys.forEach(key -> accounts.add(Account.of(tenant, key)));
        return accounts;
    }

    private Future<Map<Account, Spent>> read(LocalDate day, TenantId tenant, List<Account> accounts) {
        Request request = Request.cmd(Command.HMGET).arg(key(tenant).name()).arg("v");
        accounts.forEach(account -> {
            for (Period period : Period.values()) {
                request.arg(field(account, period, day));
            }
        });
        return link.send(request)
                .recover(failure -> {
                    if (failure instanceof RedisFailure known && known.kind() == RedisFailure.Kind.REFUSED) {
                        // Another type: the next addition puts it right and says so.
                        return Future.succeededFuture(Optional.empty());
                    }
                    return Future.failedFuture(failure);
                })
                .compose(answer -> {
                    if (answer.isPresent() && answer.get().get(0) == null) {
                        return open(tenant, day).compose(_ -> link.send(request));
                    }
                    return Future.succeededFuture(answer);
                })
                .map(answer -> {
                    Map<Account, Spent> spent = new HashMap<>();
                    for (int i = 0; i < accounts.size(); i++) {
                        Account account = accounts.get(i);
                        Spent known = stored(account, day, answer, 1 + i * Period.values().length);
                        Spent all = unacknowledged(account, day, known);
                        if (!all.equals(Spent.NOTHING)) {
                            spent.put(account, all);
                        }
                    }
                    return spent;
                });
    }

    private Spent stored(Account account, LocalDate day, Optional<Response> answer, int from) {
        return answer.map(fields -> new Spent(
                        amount(account, Period.DAY, day, fields.get(from)),
                        amount(account, Period.MONTH, day, fields.get(from + 1)),
                        amount(account, Period.TOTAL, day, fields.get(from + 2))))
                .orElse(Spent.NOTHING);
    }

    private Usd amount(Account account, Period period, LocalDate day, @Nullable Response field) {
        if (field == null) {
            return Usd.ZERO;
        }
        try {
            return new Usd(Long.parseLong(field.toString()));
        } catch (NumberFormatException _) {
            link.report(new RedisProblem.ValueDiscarded("the stored spend of " + account + " in " + period.window(day)
                    + " is not an amount: counted as none"));
            return Usd.ZERO;
        }
    }

    /** Begins what is kept of a tenant, with what earlier versions kept of it. */
    private Future<Void> open(TenantId tenant, LocalDate day) {
        List<TypedKey> hashes = new ArrayList<>(List.of(key(tenant)));
        List<String> days = new ArrayList<>();
        for (int i = 0; i <= KEPT_DAYS; i++) {
            String old = day.minusDays(i).toString();
            hashes.add(TypedKey.hash(RedisKeys.of(tenant, "spend:" + old)));
            days.add(old);
        }
        return link.run(OPEN, hashes, Text.arguments(days.toArray(String[]::new)))
                .mapEmpty();
    }

    private Spent unacknowledged(Account account, LocalDate day, Spent stored) {
        lock.lock();
        try {
            Outbox outbox = outboxes.get(account.tenant());
            Spent all = stored;
            for (Batch batch :
                    outbox == null ? List.<Batch>of() : outbox.batches().toList()) {
                for (Map.Entry<Entry, Long> addition : batch.nanos.entrySet()) {
                    if (addition.getKey().account().equals(account)) {
                        all = all.plus(
                                new Usd(addition.getValue()), addition.getKey().day(), day);
                    }
                }
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Future<Void> add(Account account, LocalDate day, Usd amount) {
        Batch joined;
        lock.lock();
        try {
            joined = waiting(account.tenant());
            joined.nanos.merge(new Entry(account, day), amount.nanos(), Math::addExact);
            everAdded.merge(account, amount.nanos(), Long::sum);
        } finally {
            lock.unlock();
        }
        send(account.tenant());
        return joined.done.future();
    }

    @Override
    public Future<Lease> lease(Ask ask) {
        if (!link.isUp()) {
            return Future.failedFuture(new RedisFailure(RedisFailure.Kind.AWAY, "no lease while Redis is away"));
        }
        Asking asking;
        lock.lock();
        try {
            asking = waiting(ask.account().tenant())
                    .asked
                    .merge(ask.account(), new Asking(ask, Promise.promise()), (first, _) -> first.and(ask));
        } finally {
            lock.unlock();
        }
        send(ask.account().tenant());
        // A batch before it may take as long as its own.
        return asking.answer().future().timeout(2 * link.commandTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Duration term() {
        return leaseTime;
    }

    @Override
    public boolean isReachable() {
        return link.isUp();
    }

    /** Under the lock. */
    private Batch waiting(TenantId tenant) {
        Outbox outbox = outboxes.computeIfAbsent(tenant, _ -> new Outbox());
        Batch known = outbox.waiting;
        if (known == null) {
            lastSequence++;
            known = new Batch(lastSequence);
            outbox.waiting = known;
        }
        return known;
    }

    /** Sends what is due for one tenant, unless it is being sent. */
    private void send(TenantId tenant) {
        due(tenant)
                .ifPresent(batch -> carriedOut(tenant, batch)
                        .onSuccess(answer -> {
                            link.wrote();
                            if (!Text.at(answer, 0).equals("0")) {
                                link.report(new RedisProblem.ValueDiscarded(
                                        "stored spend of " + tenant + " was no amount and was replaced"));
                            }
                            acknowledged(tenant, batch, answer);
                        })
                        .onFailure(failure -> unanswered(tenant, batch, failure)));
    }

    private Future<Response> carriedOut(TenantId tenant, Batch batch) {
        return once(tenant, batch)
                .compose(answer -> Text.at(answer, 0).equals("absent")
                        ? open(tenant, batch.today()).compose(_ -> once(tenant, batch))
                        : Future.succeededFuture(answer));
    }

    private Future<Response> once(TenantId tenant, Batch batch) {
        return link.run(ADD, keysOf(tenant), batch.arguments(replica, leaseTime))
                .map(Optional::orElseThrow);
    }

    private Optional<Batch> due(TenantId tenant) {
        lock.lock();
        try {
            Outbox outbox = outboxes.get(tenant);
            if (outbox == null || outbox.sent) {
                return Optional.empty();
            }
            if (outbox.underWay == null) {
                outbox.underWay = outbox.waiting;
                outbox.waiting = null;
            }
            outbox.sent = outbox.underWay != null;
            return Optional.ofNullable(outbox.underWay);
        } finally {
            lock.unlock();
        }
    }

    private void acknowledged(TenantId tenant, Batch batch, Response answer) {
        boolean more = false;
        Map<Promise<Lease>, Lease> leases = new LinkedHashMap<>();
        lock.lock();
        try {
            Outbox outbox = outboxes.get(tenant);
            if (outbox != null) {
                int at = 1;
                for (Asking asking : batch.asked.values()) {
                    leases.put(asking.answer(), lease(asking.ask(), answer, at, outbox.waiting));
                    at += LEASE_FIELDS;
                }
                outbox.underWay = null;
                outbox.sent = false;
                more = outbox.waiting != null;
                if (!more) {
                    outboxes.remove(tenant);
                }
            }
        } finally {
            lock.unlock();
        }
        batch.done.complete();
        leases.forEach(Promise::complete);
        if (more) {
            send(tenant);
        }
    }

    /** @param waiting additions that come out of the lease, and that Redis has not heard of */
    private Lease lease(Ask ask, Response answer, int at, @Nullable Batch waiting) {
        Spent spent = new Spent(number(answer, at + 2), number(answer, at + 3), number(answer, at + 4));
        Usd notTold = Usd.ZERO;
        for (Map.Entry<Entry, Long> addition :
                waiting == null ? Map.<Entry, Long>of().entrySet() : waiting.nanos.entrySet()) {
            if (addition.getKey().account().equals(ask.account())) {
                Usd amount = new Usd(addition.getValue());
                notTold = notTold.plus(amount);
                spent = spent.plus(amount, addition.getKey().day(), ask.today());
            }
        }
        return new Lease(
                number(answer, at).minus(notTold),
                number(answer, at + 1).minus(notTold),
                spent,
                new Usd(everAdded.getOrDefault(ask.account(), 0L)));
    }

    private static Usd number(Response answer, int at) {
        return new Usd(Long.parseLong(Text.at(answer, at)));
    }

    /** Additions are sent again; who waits for a lease waits no longer, nor does who would go with what is sent after them. */
    private void unanswered(TenantId tenant, Batch batch, Throwable failure) {
        List<Asking> asked = new ArrayList<>();
        lock.lock();
        try {
            asked.addAll(batch.asked.values());
            batch.asked.clear();
            Outbox outbox = outboxes.get(tenant);
            if (outbox != null) {
                outbox.sent = false;
                outbox.underWay = kept(outbox.underWay);
                Batch waiting = outbox.waiting;
                if (waiting != null) {
                    asked.addAll(waiting.asked.values());
                    waiting.asked.clear();
                }
                outbox.waiting = kept(waiting);
                if (outbox.underWay == null && outbox.waiting == null) {
                    outboxes.remove(tenant);
                }
            }
        } finally {
            lock.unlock();
        }
        asked.forEach(asking -> asking.answer().fail(failure));
    }

    /** Where there is something to add. */
    private static @Nullable Batch kept(@Nullable Batch batch) {
        return batch == null || batch.nanos.isEmpty() ? null : batch;
    }

    private void retry() {
        if (link.isUp()) {
            waiting().forEach(this::send);
        }
    }

    private List<TenantId> waiting() {
        lock.lock();
        try {
            return List.copyOf(outboxes.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits one last time; what Redis does not take then is lost, and said. */
    public Future<Void> close() {
        vertx.cancelTimer(retries);
        waiting().forEach(this::send);
        List<Future<Void>> open = new ArrayList<>();
        lock.lock();
        try {
            outboxes.values().forEach(outbox -> outbox.batches().forEach(batch -> open.add(batch.done.future())));
        } finally {
            lock.unlock();
        }
        // Each ends with an answer or with the link's own limit; a little more than that for what follows it.
        return Future.join(open)
                .timeout(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                .transform(_ -> {
                    List<TenantId> lost = waiting();
                    if (!lost.isEmpty()) {
                        link.report(new RedisProblem.NotWritable(
                                "Redis did not take the last spend of " + lost + " before the gateway stopped"));
                    }
                    return Future.succeededFuture();
                });
    }
}
