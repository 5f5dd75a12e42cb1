package dev.fresnel.replay.proof;

import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Whether what the rule believes is so. Before each outcome its belief about the arm it chose says what to expect and how surely. The expected
 * calibration error is
 *
 * <pre>
 *   ECE = sum_b (n_b / n) |mean foretold in b - mean realised in b|,   b: ten equal bins of what was foretold
 * </pre>
 *
 * and the belief's 95 % interval should hold the task's true mean in 95 of 100 requests. A rule that chooses what it overrates is found out
 * here: only chosen arms count. Reference: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
 * AAAI 2015.
 */
final class Calibrated implements Proof {
    private static final int BINS = 10;
    private static final double NORMAL_95 = 1.96;
    private static final double MOST_ERROR = 0.03;

    /** A stream: name, data set, tenants. */
    private record Stream(String name, String set, int tenants) {}

    private static final List<Stream> STREAMS = List.of(
            new Stream("dense", "routellm-mmlu", 1),
            new Stream("sparse", "routellm-mmlu", 20),
            new Stream("three models", "paretobandit-3", 1));

    /** One run: shares and means over its requests. */
    private record Score(double error, double foretold, double realised, double covered) {}

    @Override
    public String id() {
        return "CALIBRATION";
    }

    @Override
    public String title() {
        return "what the rule believes of the arms it chooses is so";
    }

    @Override
    public Verdict run(Bench bench) {
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (Stream stream : STREAMS) {
            DataSet set = bench.data().apply(stream.set());
            TrafficPlan plan = TrafficPlan.passes(set, 2).tenants(stream.tenants());
            for (Rule rule : Lineup.of(bench, List.of())) {
                List<Score> scores = Seeds.each(bench.seeds(), seed -> {
                    Traffic traffic = plan.draw(seed);
                    Setup setup = Setup.plain(set.arms(), set.successUsd());
                    return score(traffic, Replay.run(traffic, rule, setup, seed));
                });
                if (rule.name().equals(bench.subject().name())) {
                    claims.add(Claim.atMost(
                            "calibration error, " + stream.name(),
                            Seeds.interval(scores, Score::error),
                            MOST_ERROR,
                            3));
                }
                rows.add(List.of(
                        stream.name(),
                        rule.name(),
                        Seeds.interval(scores, Score::error).text(3),
                        percent(scores, Score::foretold),
                        percent(scores, Score::realised),
                        percent(scores, Score::covered)));
            }
        }
        return new Verdict(
                id(),
                "2 shuffled passes of routellm-mmlu with 1 and with 20 Zipf tenants, and of paretobandit-3; each choice's belief before its"
                        + " outcome",
                claims,
                List.of(new Table(
                        List.of("stream", "rule", "error", "foretold %", "realised %", "truth in 95 % interval, %"),
                        rows)),
                List.of());
    }

    private static String percent(List<Score> scores, ToDoubleFunction<Score> share) {
        return Seeds.interval(scores, score -> 100 * share.applyAsDouble(score)).text(1);
    }

    private static Score score(Traffic traffic, Trace trace) {
        double[] foretold = new double[BINS];
        double[] realised = new double[BINS];
        int covered = 0;
        int n = traffic.length();
        for (int step = 0; step < n; step++) {
            int arm = trace.arm(step);
            Choice.Foretold belief = trace.choice(step).foretold();
            int bin = (int) Math.clamp(belief.quality() * BINS, 0, BINS - 1);
            foretold[bin] += belief.quality();
            realised[bin] += traffic.quality(step, arm);
            boolean isWithin = Math.abs(traffic.truth(step, arm) - belief.quality()) <= NORMAL_95 * belief.deviation();
            covered += isWithin ? 1 : 0;
        }
        double error = 0;
        double all = 0;
        double got = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(foretold[bin] - realised[bin]) / n;
            all += foretold[bin];
            got += realised[bin];
        }
        return new Score(error, all / n, got / n, (double) covered / n);
    }
}
