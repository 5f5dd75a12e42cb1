package dev.fresnel.replay.proof;

import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Setup;
import java.util.List;

/** P2: the same requests spread over 20 tenants by Zipf's law, so that most of the 1,120 buckets see a handful of requests. */
final class SparseTenants implements Proof {
    private static final int TENANTS = 20;

    @Override
    public String id() {
        return "P2";
    }

    @Override
    public String title() {
        return "sparse tenants: buckets learn from their parents";
    }

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        Comparison runs = Comparison.run(
                TrafficPlan.passes(set, 2).tenants(TENANTS),
                Setup.plain(set.arms(), set.successUsd()),
                Lineup.of(bench, Baselines.all()),
                bench.seeds());
        List<Score> subject = runs.scores(bench.subject().name());
        return new Verdict(
                id(),
                Lineup.stream(
                        set, "2 shuffled passes, 20 Zipf tenants; every rule keeps one bucket per tenant and task"),
                List.of(
                        Claim.atLeast("capture, %", Seeds.interval(subject, s -> 100 * s.capture()), 53, 1),
                        Claim.atLeast(
                                "capture / Beta-Thompson's",
                                Seeds.ratio(subject, runs.scores("beta-thompson"), Score::capture),
                                3.5,
                                2)),
                List.of(runs.table()),
                runs.curves());
    }
}
