package dev.fresnel.replay.proof;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.LearnedPolicy;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * P9, the part of several replicas: the money of a day, over one process, or over 16 that spend it out of leases, where the stores have them, and of which one is
 * killed when half of the first day's requests have come. They come evenly over two days. What the ledgers hold by themselves is shown by a rule that
 * takes the dear arm as long as it can be paid, while all of a day's requests come within an hour: then many calls are under way whose
 * cost only one replica knows.
 */
final class ReplicasSpend {
    private static final int REPLICAS = 16;
    private static final double DAY = Duration.ofDays(1).toSeconds();
    private static final double HOUR = Duration.ofHours(1).toSeconds();

    /** What is learned is not what this is about. */
    private static final Duration REFRESH = Duration.ofMinutes(15);

    private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    private final DataSet set;
    private final RuleName rule;
    private final int perDay;
    private final int seeds;
    private final SharedStores stores;

    /** @param perDay requests */
    ReplicasSpend(DataSet set, RuleName rule, int perDay, int seeds, SharedStores stores) {
        this.set = set;
        this.rule = rule;
        this.perDay = perDay;
        this.seeds = seeds;
        this.stores = stores;
    }

    /**
     * When requests come.
     *
     * @param days how many days are looked at
     * @param seconds within which a day's requests come
     */
    private record Rush(int days, double seconds) {}

    /** Who serves a day. */
    @FunctionalInterface
    private interface Crew {
        Rule of(int replicas, String population, SharedDay day);
    }

    private static final Rush EVEN = new Rush(2, DAY);
    private static final Rush HASTE = new Rush(1, HOUR);

    /**
     * Adds claims and rows for one budget.
     *
     * @param usd per request
     */
    void tell(String tightness, double usd, List<Claim> claims, List<List<String>> rows) {
        row(tightness, rule.key() + ", 1 replica", of(1, usd, EVEN, this::fleet), rows);
        if (stores.hasLeases()) {
            replicas(tightness, usd, claims, rows);
        }
    }

    private void replicas(String tightness, double usd, List<Claim> claims, List<List<String>> rows) {
        String what = REPLICAS + " replicas, " + tightness + ": ";
        List<BudgetKept.Course> even = of(REPLICAS, usd, EVEN, this::fleet);
        row(tightness, rule.key() + ", 16 replicas", even, rows);
        Rule direct = Baselines.alwaysDirect();
        List<BudgetKept.Course> haste = of(REPLICAS, usd, HASTE, (_, _, _) -> direct);
        row(tightness, direct.name() + ", 16 replicas, in an hour", haste, rows);
        claims.add(Claim.atMost(
                what + "highest day of any seed, % of the cap", Worst.of(even, c -> 100 * c.highest()), 100, 2));
        claims.add(Claim.atMost(
                what + "highest day, always direct within an hour, % of the cap",
                Worst.of(haste, c -> 100 * c.highest()),
                100,
                2));
        claims.add(Claim.atLeast(what + "used, %", Seeds.interval(even, c -> 100 * c.used()), 98, 1));
        claims.add(Claim.atLeast(what + "lift, %", Seeds.interval(even, c -> 100 * c.lift()), 85, 1));
    }

    private void row(String tightness, String who, List<BudgetKept.Course> courses, List<List<String>> rows) {
        rows.add(List.of(
                set.name(),
                tightness,
                who,
                String.format(
                        Locale.ROOT,
                        "%.2f",
                        Worst.of(courses, c -> 100 * c.highest()).mean()),
                Seeds.interval(courses, c -> 100 * c.used()).text(1),
                Seeds.interval(courses, c -> 100 * c.lift()).text(1),
                Seeds.interval(courses, c -> 100 * c.refused()).text(2)));
    }

    private List<BudgetKept.Course> of(int replicas, double usd, Rush rush, Crew crew) {
        double cap = usd * perDay;
        TrafficPlan plan = TrafficPlan.of(set, perDay * rush.days()).perSecond(perDay / rush.seconds());
        Setup setup = Setup.plain(set.arms(), set.successUsd());
        return Seeds.each(seeds, seed -> {
            String name =
                    stores.corner() + "P9-" + replicas + "-" + rush.days() + "-" + Math.round(usd * 1e9) + "-" + seed;
            TenantId tenant = new TenantId(name);
            SharedDay day = new SharedDay(
                    tenant,
                    new SharedDay.Terms(
                            replicas,
                            new Usd(Math.round(cap * 1e9)),
                            MIDNIGHT,
                            replicas == 1 ? -1 : perDay / 2,
                            List.of(set.worstCost(0), set.worstCost(1))),
                    (replica, clock) -> stores.ledger(Integer.toHexString(replica), tenant, clock),
                    new SplittableRandom(seed));
            Traffic traffic = plan.draw(seed);
            return BudgetKept.course(
                    traffic, Replay.run(traffic, crew.of(replicas, name, day), setup, seed, day), plan, cap, perDay);
        });
    }

    private Rule fleet(int replicas, String population, SharedDay day) {
        return new Rule(
                rule.key(),
                (setup, chance) -> new Fleet(
                        PolicySettings.DEFAULT.with(rule).with(PolicySettings.Guard.OFF),
                        new Fleet.Size(replicas, REFRESH),
                        new LearnedPolicy.Place(population, MIDNIGHT),
                        stores.arms(),
                        setup,
                        chance,
                        day));
    }
}
