package dev.fresnel.replay.proof;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * P10: delegation may cost at most a share alpha of direct's quality. A run breaches when at any request from the 200th on the expected
 * quality lost so far is above alpha times what direct would have earned so far. Fifty runs per seed. The oracle is the most
 * delegation that keeps the same bound with every task's means known.
 */
final class QualityGuarded implements Proof {
    private static final double[] ALPHAS = {0.02, 0.05, 0.08};
    private static final int FROM = 200;
    private static final int RUNS_PER_SEED = 50;
    private static final double CREDIT = PolicySettings.Guard.DEFAULT.credit();

    @Override
    public String id() {
        return "P10";
    }

    @Override
    public String title() {
        return "quality guard: the promised bound holds at any time, and leaves room to delegate";
    }

    /**
     * One run.
     *
     * @param breached whether the bound was broken at any time
     * @param beyond whether it was broken by more than the requests' worth of credit the guard starts with
     * @param loss final loss of quality, % of direct's
     * @param share delegated requests over the oracle's
     */
    private record Course(boolean breached, boolean beyond, double loss, double share) {}

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        int runs = RUNS_PER_SEED * bench.seeds();
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (double alpha : ALPHAS) {
            List<Course> courses = of(bench.subject(), set, alpha, runs);
            claims.add(Claim.atMost(
                    String.format(Locale.ROOT, "alpha %.0f %%: runs with a breach, %%", 100 * alpha),
                    breaches(courses, Course::breached),
                    1,
                    2));
            claims.add(Claim.atMost(
                    String.format(Locale.ROOT, "alpha %.0f %%: runs with a breach beyond the credit, %%", 100 * alpha),
                    breaches(courses, Course::beyond),
                    1,
                    2));
            if (alpha == 0.05) {
                claims.add(Claim.atLeast(
                        "alpha 5 %: delegated, % of the oracle's",
                        Seeds.interval(courses, c -> 100 * c.share()), 55, 1));
            }
            rows.add(row(bench.subject(), alpha, courses));
            for (Rule rule : List.of(Baselines.betaThompson(), Baselines.random(), Baselines.alwaysDirect())) {
                rows.add(row(rule, alpha, of(rule, set, alpha, bench.seeds())));
            }
        }
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "one pass per run, " + runs + " runs per alpha for the rule on trial, " + bench.seeds()
                                + " for the others, which have no guard"),
                claims,
                List.of(new Table(
                        List.of(
                                "alpha",
                                "rule",
                                "runs with a breach %",
                                "beyond the credit %",
                                "loss % of direct",
                                "delegated % of oracle"),
                        rows)),
                List.of());
    }

    private static List<String> row(Rule rule, double alpha, List<Course> courses) {
        return List.of(
                String.format(Locale.ROOT, "%.0f %%", 100 * alpha),
                rule.name(),
                breaches(courses, Course::breached).text(2),
                breaches(courses, Course::beyond).text(2),
                Seeds.interval(courses, Course::loss).text(2),
                Seeds.interval(courses, c -> 100 * c.share()).text(1));
    }

    private static Interval breaches(List<Course> courses, Predicate<Course> broken) {
        int hits = (int) courses.stream().filter(broken).count();
        Interval share = Interval.ofShare(hits, courses.size());
        return new Interval(100 * share.mean(), 100 * share.half(), share.count());
    }

    private static List<Course> of(Rule rule, DataSet set, double alpha, int runs) {
        TrafficPlan plan = TrafficPlan.passes(set, 1);
        Setup setup = Setup.plain(set.arms(), set.successUsd()).guarded(alpha);
        return Seeds.each(runs, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, setup, seed);
            double loss = 0;
            double direct = 0;
            int delegated = 0;
            boolean breached = false;
            boolean beyond = false;
            for (int step = 0; step < traffic.length(); step++) {
                loss += traffic.truth(step, 0) - traffic.truth(step, trace.arm(step));
                direct += traffic.truth(step, 0);
                delegated += trace.arm(step) == 0 ? 0 : 1;
                breached |= step + 1 >= FROM && loss > alpha * direct;
                beyond |= step + 1 >= FROM && loss > alpha * (direct + CREDIT * direct / (step + 1));
            }
            return new Course(
                    breached,
                    beyond,
                    100 * loss / direct,
                    delegated / Knapsack.cheapRequests(plan, traffic, alpha * direct));
        });
    }
}
