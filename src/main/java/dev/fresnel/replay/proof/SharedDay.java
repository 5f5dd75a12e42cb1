package dev.fresnel.replay.proof;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Period;
import dev.fresnel.budget.Reservation;
import dev.fresnel.budget.Verdict.Denied;
import dev.fresnel.budget.Verdict.Granted;
import dev.fresnel.budget.Verdict.Unleased;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.replay.Purse;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Pacing;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One tenant's daily budget over several replicas, as gateways hold it: each has a {@link Ledger} of its own, which every two seconds looks into the
 * shared store what the others have spent and gives back what it has no use for, and a {@link BudgetPacing} of its own. Calls take a while, and until they are
 * settled only their own replica knows what they may cost.
 */
final class SharedDay implements Purse, Fleet.Front {
    /** Between a request and the booking of its cost. */
    private static final Duration CALL = Duration.ofSeconds(20);

    /** Between two looks into the store. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private static final double NANOS = 1e9;

    private final TenantId tenant;
    private final Terms terms;
    private final RandomGenerator balancer;
    private final List<Replica> replicas = new ArrayList<>();
    /** Read by the store's threads too. */
    private volatile Instant now;

    private int asked;
    private Optional<Reservation> reserved = Optional.empty();

    /**
     * What is to be kept, by whom.
     *
     * @param replicas 1 or more
     * @param start a midnight, UTC
     * @param killedAt the request before which the last replica is killed, with all that it had not told; -1 for none
     * @param worstUsd the most a call of each arm can cost
     */
    record Terms(int replicas, Usd limit, Instant start, int killedAt, List<Double> worstUsd) {}

    /** Opens a replica's ledger, by the day's own clock. */
    @FunctionalInterface
    interface Ledgers {
        Ledger of(int replica, InstantSource clock);
    }

    private record Call(Reservation reservation, Usd cost, Instant end) {}

    private static final class Replica {
        final Ledger ledger;
        final BudgetPacing pacing = new BudgetPacing();
        final Deque<Call> calls = new ArrayDeque<>();
        Instant lookedAt = Instant.EPOCH;
        Instant renewedAt = Instant.EPOCH;

        Replica(Ledger ledger) {
            this.ledger = ledger;
        }
    }

    SharedDay(TenantId tenant, Terms terms, Ledgers ledgers, RandomGenerator balancer) {
        this.tenant = tenant;
        this.terms = terms;
        this.balancer = balancer;
        this.now = terms.start();
        for (int i = 0; i < terms.replicas(); i++) {
            replicas.add(new Replica(ledgers.of(i, () -> now)));
        }
    }

    @Override
    public Optional<Offer> admit(Offer offer) {
        if (offer.number() == terms.killedAt()) {
            replicas.removeLast();
        }
        asked = balancer.nextInt(replicas.size());
        now = terms.start().plusNanos((long) (offer.seconds() * NANOS));
        look(replicas.get(asked));
        replicas.forEach(this::settle);
        replicas.forEach(this::renew);
        Ledger ledger = replicas.get(asked).ledger;
        Usd left = ledger.remaining(payer()).orElse(Usd.ZERO);
        boolean[] open = new boolean[offer.arms()];
        Usd worst = Usd.ZERO;
        boolean any = false;
        for (int arm = 0; arm < open.length; arm++) {
            Usd cost = usd(terms.worstUsd().get(arm));
            open[arm] = offer.isOpen(arm) && !left.isLessThan(cost);
            any |= open[arm];
            worst = open[arm] && worst.isLessThan(cost) ? cost : worst;
        }
        if (!any) {
            return Optional.empty();
        }
        reserved = switch (Answered.answered(ledger.obtain(payer(), worst)).result()) {
            case Granted(Reservation reservation) -> Optional.of(reservation);
            case Denied _, Unleased _ -> Optional.empty();
        };
        return reserved.map(_ -> offer.withOpen(open));
    }

    private Payer payer() {
        return Payer.of(tenant, Budget.daily(terms.limit()));
    }

    private Instant midnight() {
        return Period.DAY.end(LocalDate.ofInstant(now, ZoneOffset.UTC)).orElseThrow();
    }

    /** It sees what had been settled when the request before this one was served. */
    private void look(Replica replica) {
        if (!replica.lookedAt.plus(LOOK).isAfter(now)) {
            replica.lookedAt = now;
            var _ = Answered.answered(replica.ledger.refresh().map(true));
        }
    }

    /** What had no use since one time is given back the next: when both have passed since the last request, it was twice. */
    private void renew(Replica replica) {
        long times = Duration.between(replica.renewedAt, now).dividedBy(LOOK);
        if (times > 0) {
            replica.renewedAt = now;
            for (long i = 0; i < Math.min(2, times); i++) {
                var _ = Answered.answered(replica.ledger.renew().map(true));
            }
        }
    }

    private void settle(Replica replica) {
        while (!replica.calls.isEmpty() && !replica.calls.getFirst().end().isAfter(now)) {
            Call call = replica.calls.removeFirst();
            var _ = Answered.answered(
                    replica.ledger.settle(call.reservation(), call.cost()).map(true));
            Usd left = replica.ledger.remaining(payer()).orElse(Usd.ZERO);
            replica.pacing.spent(
                    Account.of(tenant), call.cost(), List.of(new BudgetPacing.Left(left, midnight())), now);
        }
    }

    @Override
    public void spent(Offer offer, double usd) {
        reserved.ifPresent(
                reservation -> replicas.get(asked).calls.add(new Call(reservation, usd(usd), now.plus(CALL))));
    }

    @Override
    public int replica(Offer offer) {
        return asked;
    }

    @Override
    public Pacing pacing(int replica) {
        BudgetPacing pacing = replicas.get(replica).pacing;
        return new Pacing() {
            @Override
            public double perDollar() {
                return pacing.pressure(Account.of(tenant)).perDollar();
            }

            @Override
            public double allowed() {
                return pacing.pressure(Account.of(tenant)).allowed();
            }

            @Override
            public void paid(double usd) {
                // When the call has ended, as the gateway does.
            }
        };
    }

    private static Usd usd(double dollars) {
        return new Usd(Math.round(dollars * NANOS));
    }
}
