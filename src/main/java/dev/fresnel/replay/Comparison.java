package dev.fresnel.replay;

import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Several rules over the same streams. */
public final class Comparison {
    private static final int CURVE_POINTS = 200;

    private final Map<String, List<Score>> scores = new LinkedHashMap<>();
    private final List<RegretCurve> curves = new ArrayList<>();

    private Comparison() {}

    /**
     * Cumulative regret of one rule, mean over seeds.
     *
     * @param requests at each point
     * @param regret successes lost until then
     */
    public record RegretCurve(String rule, List<Double> requests, List<Double> regret) {}

    private record Ran(Map<String, Score> scores, Map<String, double[]> regrets) {}

    /** Runs every rule, and the oracle that knows each task's best arm, over one stream per seed. */
    public static Comparison run(TrafficPlan plan, Setup setup, List<Rule> rules, int seeds) {
        List<Ran> runs = Seeds.each(seeds, seed -> one(plan.draw(seed), setup, rules, seed));
        Comparison comparison = new Comparison();
        for (String rule : runs.getFirst().scores().keySet()) {
            comparison.scores.put(
                    rule, runs.stream().map(run -> run.scores().get(rule)).toList());
            comparison.curves.add(curve(
                    rule,
                    plan.length(),
                    runs.stream().map(run -> run.regrets().get(rule)).toList()));
        }
        return comparison;
    }

    private static Ran one(Traffic traffic, Setup setup, List<Rule> rules, long seed) {
        List<Rule> all = new ArrayList<>(rules);
        all.add(Baselines.told("task-oracle", offer -> traffic.bestArm(offer.number())));
        Map<String, Score> scores = new LinkedHashMap<>();
        Map<String, double[]> regrets = new LinkedHashMap<>();
        for (Rule rule : all) {
            Trace trace = Replay.run(traffic, rule, setup, seed);
            scores.put(rule.name(), Score.of(traffic, trace));
            regrets.put(rule.name(), cumulative(traffic, trace));
        }
        return new Ran(scores, regrets);
    }

    private static double[] cumulative(Traffic traffic, Trace trace) {
        double[] points = new double[CURVE_POINTS + 1];
        double sum = 0;
        int next = 1;
        for (int step = 0; step < traffic.length(); step++) {
            sum += traffic.worth(step, traffic.bestArm(step)) - traffic.worth(step, trace.arm(step));
            while (next <= CURVE_POINTS && step + 1 >= (long) next * traffic.length() / CURVE_POINTS) {
                points[next++] = sum;
            }
        }
        return points;
    }

    private static RegretCurve curve(String rule, int length, List<double[]> runs) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int i = 0; i <= CURVE_POINTS; i++) {
            int at = i;
            long requests = (long) i * length / CURVE_POINTS;
            x.add((double) requests);
            y.add(runs.stream().mapToDouble(run -> run[at]).average().orElseThrow());
        }
        return new RegretCurve(rule, x, y);
    }

    /** One score per seed. */
    public List<Score> scores(String rule) {
        List<Score> found = scores.get(rule);
        if (found == null) {
            throw new IllegalArgumentException("no rule " + rule + " among " + scores.keySet());
        }
        return found;
    }

    public List<RegretCurve> curves() {
        return List.copyOf(curves);
    }

    /** One row per rule: mean and 95 % interval over the seeds. */
    public Table table() {
        return table("rule");
    }

    /** @param corner heading of the first column */
    public Table table(String corner) {
        List<List<String>> rows = new ArrayList<>();
        scores.forEach((rule, runs) -> rows.add(List.of(
                rule,
                percent(runs, Score::capture),
                Seeds.interval(runs, Score::regret).text(1),
                percent(runs, Score::quality),
                String.format(
                        Locale.ROOT,
                        "%.6f",
                        Seeds.interval(runs, Score::costUsd).mean()),
                percent(runs, Score::pgr),
                percent(runs, Score::directShare))));
        return new Table(
                List.of(corner, "capture %", "regret/1000", "quality %", "USD/request", "PGR %", "direct %"), rows);
    }

    private static String percent(List<Score> runs, java.util.function.ToDoubleFunction<Score> share) {
        return Seeds.interval(runs, score -> 100 * share.applyAsDouble(score)).text(1);
    }
}
