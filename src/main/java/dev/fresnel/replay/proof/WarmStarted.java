package dev.fresnel.replay.proof;

import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.TaskMeans;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Setup;
import dev.fresnel.replay.rule.Setup.SeedEvidence;
import java.util.ArrayList;
import java.util.List;

/**
 * P16: ten rows of earlier evidence per task and arm, either true (each arm's own means) or adverse (the arms' means exchanged), against a
 * cold start; the first 3,000 requests. The target of 12.5 was set where the cold start had 14.9, so their ratio is a claim too.
 */
final class WarmStarted implements Proof {
    private static final int FIRST = 3000;
    private static final double MASS = 10;

    @Override
    public String id() {
        return "P16";
    }

    @Override
    public String title() {
        return "warm start: helps when right, harms little when wrong";
    }

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        TaskMeans means = new TaskMeans(set);
        Setup cold = Setup.plain(set.arms(), set.successUsd());
        TrafficPlan plan = TrafficPlan.of(set, FIRST);
        Comparison colds = Comparison.run(plan, cold, Lineup.of(bench, Baselines.all()), bench.seeds());
        Comparison rights =
                Comparison.run(plan, cold.warmed(rows(means, 0)), Lineup.of(bench, List.of()), bench.seeds());
        Comparison wrongs =
                Comparison.run(plan, cold.warmed(rows(means, 1)), Lineup.of(bench, List.of()), bench.seeds());
        String name = bench.subject().name();
        List<Score> coldRuns = colds.scores(name);
        return new Verdict(
                id(),
                Lineup.stream(set, "the first 3,000 requests; ten seed rows per task and arm"),
                List.of(
                        Claim.atMost(
                                "right rows: regret per 1,000",
                                Seeds.interval(rights.scores(name), Score::regret),
                                12.5,
                                1),
                        Claim.atMost(
                                "right rows: regret / cold start's",
                                Seeds.ratio(rights.scores(name), coldRuns, Score::regret),
                                0.84,
                                2),
                        Claim.atMost(
                                "adverse rows: regret / cold start's",
                                Seeds.ratio(wrongs.scores(name), coldRuns, Score::regret),
                                1.2,
                                2)),
                List.of(colds.table("cold start"), tableOf(rights, "right rows"), tableOf(wrongs, "adverse rows")),
                List.of());
    }

    private static Table tableOf(Comparison runs, String corner) {
        return runs.table(corner);
    }

    /** @param shift 0 = each arm's own means; 1 = those of the next arm */
    private static List<SeedEvidence> rows(TaskMeans means, int shift) {
        List<SeedEvidence> rows = new ArrayList<>();
        for (String task : means.tasks()) {
            for (int arm = 0; arm < 2; arm++) {
                rows.add(new SeedEvidence(task, arm, MASS * means.quality(task, (arm + shift) % 2), MASS));
            }
        }
        return rows;
    }
}
