package dev.fresnel.store.redis;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.LeaseStore.Ask;
import dev.fresnel.budget.LeaseStore.Lease;
import dev.fresnel.budget.Period;
import dev.fresnel.budget.Spent;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** What one script tells Redis of one tenant: additions, and asks for leases. Not thread-safe: its {@link SpendOutbox} guards it. */
final class SpendBatch {
    private static final int LEASE_FIELDS = 5;

    private final long sequence;
    private final Promise<Void> done = Promise.promise();
    private final Map<Entry, Long> nanos = new LinkedHashMap<>();
    private final Map<Account, Asking> asked = new LinkedHashMap<>();

    /** @param sequence above those of all earlier batches of this replica */
    SpendBatch(long sequence) {
        this.sequence = sequence;
    }

    /** What belongs to one day of one account. */
    private record Entry(Account account, LocalDate day) {}

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

    void add(Account account, LocalDate day, Usd amount) {
        nanos.merge(new Entry(account, day), amount.nanos(), Math::addExact);
    }

    Future<Lease> ask(Ask ask) {
        return asked.merge(ask.account(), new Asking(ask, Promise.promise()), (first, _) -> first.and(ask))
                .answer()
                .future();
    }

    boolean hasAdditions() {
        return !nanos.isEmpty();
    }

    /** When Redis has acknowledged it. */
    Future<Void> done() {
        return done.future();
    }

    void complete() {
        done.complete();
    }

    /** Whoever waits for a lease; the batch asks for none from now on. */
    List<Promise<Lease>> withdrawAsks() {
        List<Promise<Lease>> waiting =
                asked.values().stream().map(Asking::answer).toList();
        asked.clear();
        return waiting;
    }

    /** The latest day that it is about. */
    LocalDate today() {
        return Stream.concat(
                        nanos.keySet().stream().map(Entry::day),
                        asked.values().stream().map(asking -> asking.ask().today()))
                .max(LocalDate::compareTo)
                .orElseThrow();
    }

    /** That account's additions. */
    Usd of(Account account) {
        return new Usd(nanos.entrySet().stream()
                .filter(addition -> addition.getKey().account().equals(account))
                .mapToLong(Map.Entry::getValue)
                .sum());
    }

    /** What that account has spent as of {@code day}, with its additions. */
    Spent onTopOf(Spent known, Account account, LocalDate day) {
        Spent all = known;
        for (Map.Entry<Entry, Long> addition : nanos.entrySet()) {
            if (addition.getKey().account().equals(account)) {
                all = all.plus(new Usd(addition.getValue()), addition.getKey().day(), day);
            }
        }
        return all;
    }

    /** What the script wants to be told. */
    List<byte[]> arguments(String replica, Duration leaseTime) {
        LocalDate today = today();
        List<String> arguments = new ArrayList<>(List.of(
                replica,
                Long.toString(sequence),
                Period.DAY.window(today.minusDays(RedisSpendStore.KEPT_DAYS)),
                Period.MONTH.window(today.minusMonths(RedisSpendStore.KEPT_MONTHS)),
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

    /**
     * A lease by what the script answered.
     *
     * @param held by this replica
     * @param all leases of the account together
     * @param spent by all replicas
     */
    record Granted(Usd held, Usd all, Spent spent) {}

    /** The leases that were asked for, by who waits for them. */
    Map<Promise<Lease>, Lease> leases(Response answer, BiFunction<Ask, Granted, Lease> lease) {
        Map<Promise<Lease>, Lease> leases = new LinkedHashMap<>();
        int at = 1;
        for (Asking asking : asked.values()) {
            Granted granted = new Granted(
                    number(answer, at),
                    number(answer, at + 1),
                    new Spent(number(answer, at + 2), number(answer, at + 3), number(answer, at + 4)));
            leases.put(asking.answer(), lease.apply(asking.ask(), granted));
            at += LEASE_FIELDS;
        }
        return leases;
    }

    private static Usd number(Response answer, int at) {
        return new Usd(Long.parseLong(Text.at(answer, at)));
    }
}
