package dev.fresnel.replay.proof;

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

/**
 * P7: the requested model's price falls to a tenth after the first pass, and with it the best arm of most tasks changes. Quality is
 * known by then, so a rule that computes dollars from prices has nothing to unlearn. Judged on the requests whose best arm has changed.
 */
final class PriceCut implements Proof {
    private static final double FACTOR = 0.1;
    private static final int WINDOW = 20;
    private static final double OF_LATER = 0.9;

    @Override
    public String id() {
        return "P7";
    }

    @Override
    public String title() {
        return "price cut: the next decision already knows";
    }

    /**
     * One run, counted in requests whose best arm has changed.
     *
     * @param first share of right choices among the first 20 of them
     * @param later among the 501st to the 1,000th
     * @param lag how many passed before 20 in a row were right at least nine tenths as often as later
     */
    private record Course(double first, double later, double lag) {}

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
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
                        Baselines.discountedLinUcb(),
                        Baselines.fullInformation()))) {
            List<Course> courses = of(rule, set, bench.seeds());
            subject = subject.isEmpty() ? courses : subject;
            rows.add(List.of(
                    rule.name(),
                    Seeds.interval(courses, c -> 100 * c.first()).text(1),
                    Seeds.interval(courses, c -> 100 * c.later()).text(1),
                    Seeds.interval(courses, Course::lag).text(1)));
        }
        Interval missed = Seeds.interval(subject, c -> 100 * (c.later() - c.first()));
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "2 passes; after the first, a call of the requested model costs a tenth; counted are requests whose"
                                + " best arm changed with it"),
                List.of(
                        Claim.atMost("lag in requests", Seeds.interval(subject, Course::lag), 0.5, 1),
                        Claim.atMost("right choices lost in the first 20, points", missed, 5, 1),
                        Claim.atLeast(
                                "right in the first 20, %", Seeds.interval(subject, c -> 100 * c.first()), 80, 1)),
                List.of(new Table(List.of("rule", "right in the first 20 %", "right later %", "lag, requests"), rows)),
                List.of());
    }

    private static List<Course> of(Rule rule, DataSet set, int seeds) {
        int pass = set.rows().size();
        TrafficPlan plan = TrafficPlan.passes(set, 2).price(0, FACTOR, pass);
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, Setup.plain(set.arms(), set.successUsd()), seed);
            List<Boolean> right = new ArrayList<>();
            for (int step = pass; step < traffic.length(); step++) {
                if (changed(traffic, step)) {
                    right.add(Right.at(traffic, trace, step));
                }
            }
            double later = share(right, Math.min(500, right.size() / 2), Math.min(1000, right.size()));
            return new Course(share(right, 0, Math.min(WINDOW, right.size())), later, lag(right, OF_LATER * later));
        });
    }

    /** Whether the best arm would be another one at the old price. */
    private static boolean changed(Traffic traffic, int step) {
        double successUsd = traffic.offer(step).successUsd();
        double oldCharge = traffic.offer(step).expectedUsd(0) / FACTOR / successUsd;
        boolean directWas = traffic.truth(step, 0) - oldCharge >= traffic.worth(step, 1);
        boolean directIs = traffic.bestArm(step) == 0;
        return directWas != directIs;
    }

    private static double share(List<Boolean> right, int from, int to) {
        return right.subList(from, to).stream().filter(is -> is).count() / (double) (to - from);
    }

    private static int lag(List<Boolean> right, double enough) {
        for (int from = 0; from + WINDOW <= right.size(); from++) {
            if (share(right, from, from + WINDOW) >= enough) {
                return from;
            }
        }
        return right.size();
    }
}
