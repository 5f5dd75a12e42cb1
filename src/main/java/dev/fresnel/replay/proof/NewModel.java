package dev.fresnel.replay.proof;

import dev.fresnel.replay.Purse;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Score;
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

/**
 * P8: after one pass with two models a third appears that is nearly as good as the dear one at a twentieth of its price. Nothing is known of
 * it beforehand. ParetoBandit reports about 142 requests until it is adopted.
 */
final class NewModel implements Proof {
    private static final int NEWCOMER = 2;
    private static final int WINDOW = 20;
    private static final double BUDGET_SHARE = 0.3;

    @Override
    public String id() {
        return "P8";
    }

    @Override
    public String title() {
        return "new model: adopted soon, the budget kept";
    }

    /**
     * One run.
     *
     * @param adopted requests from the model's appearance until it answered half of the last 20 for which it is best
     * @param spent dollars per request afterwards, as a share of the budget
     * @param regret per 1,000 requests afterwards
     */
    private record Course(double adopted, double spent, double regret) {}

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("paretobandit-3");
        List<List<String>> rows = new ArrayList<>();
        List<Course> subject = List.of();
        for (Rule rule : Lineup.of(
                bench,
                List.of(
                        Baselines.ucb1(),
                        Baselines.betaThompson(),
                        Baselines.epsilonGreedy(),
                        Baselines.liteLlm(),
                        Baselines.vllm(),
                        Baselines.discountedLinUcb()))) {
            List<Course> courses = of(rule, set, bench.seeds());
            subject = subject.isEmpty() ? courses : subject;
            rows.add(List.of(
                    rule.name(),
                    Seeds.interval(courses, Course::adopted).text(0),
                    Seeds.interval(courses, c -> 100 * c.spent()).text(1),
                    Seeds.interval(courses, Course::regret).text(1)));
        }
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "3 passes, the third arm from the second pass on; budget of 30 % of what direct costs, in windows of a"
                                + " quarter pass"),
                List.of(
                        Claim.atMost(
                                "requests until it answers half of those it is best for",
                                Seeds.interval(subject, Course::adopted),
                                100,
                                0),
                        Claim.atMost(
                                "highest spend of any seed, % of the budget",
                                Worst.of(subject, c -> 100 * c.spent()), 100, 1)),
                List.of(new Table(
                        List.of("rule", "requests until adopted", "spend % of budget", "regret/1000 after"), rows)),
                List.of());
    }

    private static List<Course> of(Rule rule, DataSet set, int seeds) {
        int pass = set.rows().size();
        double budget = BUDGET_SHARE * set.meanCost(0);
        int window = Math.max(1, pass / 4);
        double[] worst = {set.worstCost(0), set.worstCost(1), set.worstCost(NEWCOMER)};
        TrafficPlan plan = TrafficPlan.passes(set, 3).newcomer(NEWCOMER, pass);
        Setup setup = Setup.plain(set.arms(), set.successUsd()).budgeted(budget);
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, setup, seed, Purse.windows(budget * window, window, worst));
            Score after = Score.of(traffic, trace, pass, 3 * pass);
            return new Course(adopted(traffic, trace, pass), after.costUsd() / budget, after.regret());
        });
    }

    private static int adopted(Traffic traffic, Trace trace, int from) {
        List<Boolean> taken = new ArrayList<>();
        for (int step = from; step < traffic.length(); step++) {
            if (traffic.bestArm(step) == NEWCOMER) {
                taken.add(trace.arm(step) == NEWCOMER);
                int seen = taken.size();
                if (seen >= WINDOW
                        && 2
                                        * taken.subList(seen - WINDOW, seen).stream()
                                                .filter(is -> is)
                                                .count()
                                >= WINDOW) {
                    return step - from + 1;
                }
            }
        }
        return traffic.length() - from;
    }
}
