package dev.fresnel.store.redis;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.LeaseStore;
import dev.fresnel.budget.Period;
import dev.fresnel.budget.Spent;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
 * to have, so that asking twice changes nothing. An ask that Redis hears of after a newer one, over a connection that was given up, changes
 * nothing either.
 */
public final class RedisSpendStore implements LeaseStore {
    private static final RedisScript ADD = RedisScript.load("spend_add");
    private static final RedisScript OPEN = RedisScript.load("spend_open");
    static final int KEPT_DAYS = 35;
    static final int KEPT_MONTHS = 13;

    /** Of a gateway's leases: longer than an outage that is waited out, and than most calls. */
    public static final Duration LEASE_TERM = Duration.ofSeconds(60);

    private static final Duration RETRY_EVERY = Duration.ofSeconds(1);

    /** Read at once at most, so that a long list of tenants does not fill the link. */
    private static final int READ_TOGETHER = 128;

    private final Vertx vertx;
    private final RedisLink link;
    private final String replica;
    private final Supplier<Map<TenantId, List<String>>> keys;
    private final Duration leaseTime;
    private final long retries;

    private final SpendOutbox outbox = new SpendOutbox();

    /**
     * @param replica names this process, in hex digits; no two that run at once may share it
     * @param keys names of the keys of every tenant whose spend is read; asked anew each time
     */
    public RedisSpendStore(Vertx vertx, RedisLink link, String replica, Supplier<Map<TenantId, List<String>>> keys) {
        this(vertx, link, replica, keys, LEASE_TERM);
    }

    /** @param leaseTime after which the lease of a replica that is not heard of is over */
    public RedisSpendStore(
            Vertx vertx,
            RedisLink link,
            String replica,
            Supplier<Map<TenantId, List<String>>> keys,
            Duration leaseTime) {
        if (!replica.matches("[0-9a-f]+")) {
            // The script tells leases from its other fields by that.
            throw new IllegalArgumentException("a replica's name is hex digits: " + replica);
        }
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
                        Spent all = outbox.onTopOf(known, account, day);
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

    @Override
    public Future<Void> add(Account account, LocalDate day, Usd amount) {
        Future<Void> added = outbox.add(account, day, amount);
        send(account.tenant());
        return added;
    }

    @Override
    public Future<Lease> lease(Ask ask) {
        if (!link.isUp()) {
            return Future.failedFuture(new RedisFailure(RedisFailure.Kind.AWAY, "no lease while Redis is away"));
        }
        Future<Lease> lease = outbox.ask(ask);
        send(ask.account().tenant());
        // A batch before it may take as long as its own.
        return lease.timeout(2 * link.commandTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Duration term() {
        return leaseTime;
    }

    @Override
    public boolean isReachable() {
        return link.isUp();
    }

    /** Sends what is due for one tenant, unless it is being sent. */
    private void send(TenantId tenant) {
        outbox.due(tenant)
                .ifPresent(batch -> carriedOut(tenant, batch)
                        .onSuccess(answer -> {
                            link.wrote();
                            if (!Text.at(answer, 0).equals("0")) {
                                link.report(new RedisProblem.ValueDiscarded(
                                        "stored spend of " + tenant + " was no amount and was replaced"));
                            }
                            outbox.acknowledged(tenant, batch, answer);
                            send(tenant);
                        })
                        .onFailure(failure -> outbox.unanswered(tenant, batch, failure)));
    }

    private Future<Response> carriedOut(TenantId tenant, SpendBatch batch) {
        return once(tenant, batch)
                .compose(answer -> Text.at(answer, 0).equals("absent")
                        ? open(tenant, batch.today()).compose(_ -> once(tenant, batch))
                        : Future.succeededFuture(answer));
    }

    private Future<Response> once(TenantId tenant, SpendBatch batch) {
        return link.run(ADD, keysOf(tenant), batch.arguments(replica, leaseTime))
                .map(Optional::orElseThrow);
    }

    private void retry() {
        if (link.isUp()) {
            outbox.tenants().forEach(this::send);
        }
    }

    /** Sends what waits one last time; what Redis does not take then is lost, and said. */
    public Future<Void> close() {
        vertx.cancelTimer(retries);
        outbox.tenants().forEach(this::send);
        // Each ends with an answer or with the link's own limit; a little more than that for what follows it.
        return Future.join(outbox.unacknowledged())
                .timeout(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                .transform(_ -> {
                    List<TenantId> lost = outbox.tenants();
                    if (!lost.isEmpty()) {
                        link.report(new RedisProblem.NotWritable(
                                "Redis did not take the last spend of " + lost + " before the gateway stopped"));
                    }
                    return Future.succeededFuture();
                });
    }
}
