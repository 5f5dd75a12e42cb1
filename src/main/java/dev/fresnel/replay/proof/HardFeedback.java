package dev.fresnel.replay.proof;

import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;

/** P3: little to learn from: the first 3,000 requests only; one outcome in five; every outcome 500 requests late. */
final class HardFeedback implements Proof {
    private static final int FIRST = 3000;

    @Override
    public String id() {
        return "P3";
    }

    @Override
    public String title() {
        return "little, rare or late feedback";
    }

    private record Case(String name, TrafficPlan plan, double target) {}

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        TrafficPlan whole = TrafficPlan.passes(set, 2);
        List<Claim> claims = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        for (Case one : List.of(
                new Case("first 3,000 requests", TrafficPlan.of(set, Math.min(FIRST, whole.length())), 33),
                new Case("20 % of outcomes", whole.feedback(0.2), 27),
                new Case("outcomes 500 requests late", whole.delay(500), 52))) {
            Comparison runs = Comparison.run(
                    one.plan(),
                    Setup.plain(set.arms(), set.successUsd()),
                    Lineup.of(bench, Baselines.all()),
                    bench.seeds());
            List<Score> subject = runs.scores(bench.subject().name());
            claims.add(Claim.atLeast(
                    one.name() + ": capture, %", Seeds.interval(subject, s -> 100 * s.capture()), one.target(), 1));
            tables.add(runs.table(one.name()));
        }
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "3,000 requests of one pass; 2 passes with 20 % of outcomes; 2 passes, each outcome 500 requests late"),
                claims,
                tables,
                List.of());
    }
}
