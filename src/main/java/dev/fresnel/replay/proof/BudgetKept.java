package dev.fresnel.replay.proof;

import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Purse;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.LearnedRules;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * P9: a budget per window of requests that pays for the dear model in a tenth, a third or two thirds of requests. The cap is held by
 * reserving the worst case before each call; the rule's part is to spread the money and to spend it where it buys most. {@link
 * ReplicasSpend} is the part of several replicas. Lift is (quality - always cheap) / (the best any spending of the same money by task
 * could do - always cheap).
 */
final class BudgetKept implements Proof {
    private static final double[] TIGHTNESS = {0.1, 0.33, 0.67};
    /** A window is long against the dearest call, as a day is: what is left below one worst case cannot be spent. */
    private static final int PASSES_PER_WINDOW = 4;

    private static final int WINDOWS = 2;
    private static final double PLENTY = 1000;

    @Override
    public String id() {
        return "P9";
    }

    @Override
    public String title() {
        return "budget: never above the cap, used up, and well spent";
    }

    /**
     * One run.
     *
     * @param highest window's spend over the cap
     * @param used mean window's spend over the cap, 0.0 to 1.0
     * @param lift share of the oracle's gain over always-cheap
     * @param refused share of requests nothing could be paid for
     */
    record Course(double highest, double used, double lift, double refused) {}

    @Override
    public Verdict run(Bench bench) {
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        pair(bench, "paretobandit-llama", 85, claims, rows);
        pair(bench, "paretobandit-mistral", 55, claims, rows);
        String days = LearnedRules.find(bench.subject().name())
                .map(rule -> replicas(bench, rule, claims, rows))
                .orElse("");
        DataSet set = bench.data().apply("paretobandit-llama");
        return new Verdict(
                id(),
                Lineup.stream(set, "and paretobandit-mistral: 2 windows of 4 passes, one process" + days),
                claims,
                List.of(new Table(
                        List.of("pair", "budget", "rule", "highest window %", "used %", "lift %", "refused %"), rows)),
                List.of());
    }

    private static void pair(Bench bench, String name, double target, List<Claim> claims, List<List<String>> rows) {
        DataSet set = restrained(bench.data().apply(name));
        List<Course> all = new ArrayList<>();
        for (double tightness : TIGHTNESS) {
            double budget = budget(set, tightness);
            boolean first = true;
            for (Rule rule : Lineup.of(
                    bench, List.of(Baselines.betaThompson(), Baselines.random(), Baselines.discountedLinUcb()))) {
                List<Course> courses = of(rule, set, budget, bench.seeds());
                if (first) {
                    all.addAll(courses);
                    claims.add(Claim.atLeast(
                            name + ", " + percent(tightness) + ": lift, %",
                            Seeds.interval(courses, c -> 100 * c.lift()),
                            target,
                            1));
                    claims.add(Claim.atLeast(
                            name + ", " + percent(tightness) + ": used, %",
                            Seeds.interval(courses, c -> 100 * c.used()),
                            98,
                            1));
                    first = false;
                }
                rows.add(List.of(
                        name,
                        percent(tightness),
                        rule.name(),
                        String.format(
                                Locale.ROOT,
                                "%.1f",
                                Worst.of(courses, c -> 100 * c.highest()).mean()),
                        Seeds.interval(courses, c -> 100 * c.used()).text(1),
                        Seeds.interval(courses, c -> 100 * c.lift()).text(1),
                        Seeds.interval(courses, c -> 100 * c.refused()).text(2)));
            }
        }
        claims.add(Claim.atMost(
                name + ": highest window of any seed, % of the cap", Worst.of(all, c -> 100 * c.highest()), 100, 2));
    }

    /** Of a rule that a gateway has; gives what was replayed, in words. */
    private static String replicas(Bench bench, RuleName rule, List<Claim> claims, List<List<String>> rows) {
        DataSet set = restrained(bench.data().apply("paretobandit-llama"));
        try (SharedStores stores = bench.stores().get()) {
            ReplicasSpend days =
                    new ReplicasSpend(set, rule, PASSES_PER_WINDOW * set.rows().size(), bench.seeds(), stores);
            for (double tightness : TIGHTNESS) {
                days.tell(percent(tightness), budget(set, tightness), claims, rows);
            }
            return "; then llama with a day's budget, in one process"
                    + (stores.hasLeases()
                            ? " and over 16 replicas of which one is killed, on " + stores.name()
                            : "; several replicas share money in Redis only: see --redis");
        }
    }

    /** A success is worth so much that only the budget restrains. */
    private static DataSet restrained(DataSet set) {
        return set.worth(PLENTY * set.meanCost(0));
    }

    private static double budget(DataSet set, double tightness) {
        return set.meanCost(1) + tightness * (set.meanCost(0) - set.meanCost(1));
    }

    private static String percent(double tightness) {
        return String.format(Locale.ROOT, "budget for %.0f %%", 100 * tightness);
    }

    private static List<Course> of(Rule rule, DataSet set, double budget, int seeds) {
        int window = PASSES_PER_WINDOW * set.rows().size();
        double cap = budget * window;
        TrafficPlan plan = TrafficPlan.of(set, window * WINDOWS);
        Setup setup = Setup.plain(set.arms(), set.successUsd()).budgeted(budget);
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(
                    traffic, rule, setup, seed, Purse.windows(cap, window, set.worstCost(0), set.worstCost(1)));
            return course(traffic, trace, plan, cap, window);
        });
    }

    static Course course(Traffic traffic, Trace trace, TrafficPlan plan, double cap, int window) {
        double highest = 0;
        double spent = 0;
        double quality = 0;
        double cheap = 0;
        int windows = traffic.length() / window;
        for (int w = 0; w < windows; w++) {
            double inWindow = 0;
            for (int step = w * window; step < (w + 1) * window; step++) {
                int arm = trace.arm(step);
                inWindow += arm == Trace.REFUSED ? 0 : traffic.costUsd(step, arm);
                quality += arm == Trace.REFUSED ? 0 : traffic.quality(step, arm);
                cheap += traffic.quality(step, 1);
            }
            highest = Math.max(highest, inWindow / cap);
            spent += inWindow / cap;
        }
        double oracle = Knapsack.gain(plan, traffic, cap * windows);
        return new Course(
                highest,
                spent / windows,
                (quality - cheap) / oracle,
                (double) trace.refusals(0, traffic.length()) / traffic.length());
    }
}
