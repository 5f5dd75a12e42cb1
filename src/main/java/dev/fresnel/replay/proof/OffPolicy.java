package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.TaskMeans;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.log.DecisionLog;
import dev.fresnel.replay.log.Evaluation;
import dev.fresnel.replay.log.LogRow;
import dev.fresnel.replay.log.TargetPolicy;
import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * P14: the rule's own log judges policies that never ran. Requests are drawn with replacement, so the truth is each arm's mean over
 * the data set and every run is a fresh sample of it. Ten logs per seed.
 */
final class OffPolicy implements Proof {
    private static final int LOGS_PER_SEED = 10;

    @Override
    public String id() {
        return "P14";
    }

    @Override
    public String title() {
        return "off-policy evaluation: the log judges policies that never ran, with honest intervals";
    }

    private record Judged(String name, double rmse, TargetPolicy policy, double truth) {}

    private record Errors(double ips, double snips, double dr, boolean covered, double half, double ess) {}

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        TaskMeans means = new TaskMeans(set);
        List<Judged> targets = targets(set, means);
        TrafficPlan plan = TrafficPlan.passes(set, 2).drawn();
        int logs = LOGS_PER_SEED * bench.seeds();
        List<List<Errors>> runs = Seeds.each(logs, seed -> {
            DecisionLog log = log(plan.draw(seed), bench, set, seed);
            return targets.stream().map(target -> errors(log, target)).toList();
        });
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        int hits = 0;
        for (int i = 0; i < targets.size(); i++) {
            int at = i;
            Judged target = targets.get(i);
            List<Errors> errors = runs.stream().map(run -> run.get(at)).toList();
            int covered = (int) errors.stream().filter(Errors::covered).count();
            hits += covered;
            claims.add(Claim.atMost(
                    target.name() + ": error of DR (RMSE), points", rmse(errors, Errors::dr), target.rmse(), 2));
            rows.add(List.of(
                    target.name(),
                    rmse(errors, Errors::ips).text(2),
                    rmse(errors, Errors::snips).text(2),
                    rmse(errors, Errors::dr).text(2),
                    percent(Interval.ofShare(covered, logs)).text(1),
                    Seeds.interval(errors, e -> 100 * e.half()).text(2),
                    Seeds.interval(errors, Errors::ess).text(0)));
        }
        Interval coverage = percent(Interval.ofShare(hits, logs * targets.size()));
        claims.add(Claim.atLeast("DR intervals that hold the truth, %", coverage, 93, 1));
        claims.add(Claim.atMost("DR intervals that hold the truth, %", coverage, 97, 1));
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        plan.length() + " requests drawn with replacement, " + logs + " logs of "
                                + bench.subject().name()),
                claims,
                List.of(new Table(
                        List.of("target", "IPS", "SNIPS", "DR", "DR 95 % covers %", "half width", "effective size"),
                        rows)),
                List.of());
    }

    private static List<Judged> targets(DataSet set, TaskMeans means) {
        String direct = set.arms().get(0).name();
        String cheap = set.arms().get(1).name();
        return List.of(
                new Judged("always cheap", 1.3, TargetPolicy.always(cheap), set.meanQuality(1)),
                new Judged("always direct", 0.8, TargetPolicy.always(direct), set.meanQuality(0)),
                new Judged(
                        "best arm per task",
                        0.5,
                        TargetPolicy.of("best arm per task", row -> best(set, means, row.task())),
                        set.rows().stream()
                                .mapToDouble(row -> row.outcomes()
                                        .get(best(set, means, row.task()))
                                        .quality())
                                .average()
                                .orElseThrow()));
    }

    private static int best(DataSet set, TaskMeans means, String task) {
        double direct = means.quality(task, 0) - means.costUsd(task, 0) / set.successUsd();
        double cheap = means.quality(task, 1) - means.costUsd(task, 1) / set.successUsd();
        return direct >= cheap ? 0 : 1;
    }

    private static DecisionLog log(Traffic traffic, Bench bench, DataSet set, long seed) {
        Trace trace = Replay.run(traffic, bench.subject(), Setup.plain(set.arms(), set.successUsd()), seed);
        List<String> arms = set.arms().stream().map(arm -> arm.name()).toList();
        List<LogRow> rows = new ArrayList<>(traffic.length());
        for (int step = 0; step < traffic.length(); step++) {
            Offer offer = traffic.offer(step);
            Choice choice = trace.choice(step);
            List<Double> p = new ArrayList<>();
            List<Double> usd = new ArrayList<>();
            for (int arm = 0; arm < arms.size(); arm++) {
                // A rule that does not know its probabilities logs what it did as certain, and is found out.
                p.add(choice.probability(arm).orElse(arm == choice.arm() ? 1 : 0));
                usd.add(offer.expectedUsd(arm));
            }
            rows.add(new LogRow(
                    "r" + step,
                    offer.seconds(),
                    offer.tenant(),
                    "r" + step,
                    offer.task(),
                    arms,
                    p,
                    choice.arm(),
                    LogRow.Turn.DECIDED,
                    usd,
                    OptionalDouble.of(traffic.costUsd(step, choice.arm())),
                    OptionalDouble.of(traffic.quality(step, choice.arm()))));
        }
        return new DecisionLog(rows, List.of());
    }

    private static Errors errors(DecisionLog log, Judged target) {
        if (log.rows().stream().allMatch(LogRow::isForced)) {
            return new Errors(1, 1, 1, false, Double.NaN, 0);
        }
        Evaluation found = Evaluation.of(log, target.policy());
        return new Errors(
                found.ips().mean() - target.truth(),
                found.snips().mean() - target.truth(),
                found.dr().mean() - target.truth(),
                found.dr().contains(target.truth()),
                found.dr().half(),
                found.effectiveSize());
    }

    /** Root mean square, in points, with the interval of the squares carried over. */
    private static Interval rmse(List<Errors> errors, java.util.function.ToDoubleFunction<Errors> error) {
        Interval squares = Seeds.interval(errors, e -> Math.pow(100 * error.applyAsDouble(e), 2));
        double root = Math.sqrt(squares.mean());
        return new Interval(root, squares.half() / (2 * root), squares.count());
    }

    private static Interval percent(Interval share) {
        return new Interval(100 * share.mean(), 100 * share.half(), share.count());
    }
}
