package dev.fresnel.replay.proof;

import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Setup;
import java.util.List;

/**
 * P1: many requests of each of 56 tasks. The target of 60 % was set where a full-information learner reached 84.8 % and Beta-Thompson
 * 56.7 %; what those two reach on the rows at hand is on the same stream, so their ratios to the rule are claims too.
 */
final class DenseTasks implements Proof {
    @Override
    public String id() {
        return "P1";
    }

    @Override
    public String title() {
        return "dense tasks: captures most of what any learner could";
    }

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        Comparison runs = Comparison.run(
                TrafficPlan.passes(set, 2),
                Setup.plain(set.arms(), set.successUsd()),
                Lineup.of(bench, Baselines.all()),
                bench.seeds());
        List<Score> subject = runs.scores(bench.subject().name());
        return new Verdict(
                id(),
                Lineup.stream(set, "2 shuffled passes, one request per second, outcome at once"),
                List.of(
                        Claim.atLeast("capture, %", Seeds.interval(subject, s -> 100 * s.capture()), 60, 1),
                        Claim.atLeast(
                                "capture / full-information learner's",
                                Seeds.ratio(subject, runs.scores("full-information"), Score::capture),
                                0.71,
                                2),
                        Claim.atLeast(
                                "capture / Beta-Thompson's",
                                Seeds.ratio(subject, runs.scores("beta-thompson"), Score::capture),
                                1.06,
                                2)),
                List.of(runs.table()),
                runs.curves());
    }
}
