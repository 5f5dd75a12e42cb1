package dev.fresnel.replay.log;

import dev.fresnel.replay.Interval;
import java.util.ArrayList;
import java.util.List;

/**
 * What a target policy {@code pi} would have earned on the requests of a log written by policy {@code mu}. With reward {@code y}, chosen
 * arm {@code a}, weight {@code r = pi(a)/mu(a)} and predicted rewards {@code q}:
 *
 * <pre>
 * IPS   = mean(r*y)                                    Horvitz and Thompson 1952
 * SNIPS = sum(r*y) / sum(r)                            Swaminathan and Joachims 2015
 * DR    = mean(sum_b pi(b)*q(b) + r*(y - q(a)))        Dudik, Langford and Li 2011, arXiv:1103.4601
 * ESS   = sum(r)^2 / sum(r^2)                          Kish 1965
 * </pre>
 *
 * Only rows with an outcome and with {@code mu(a) < 1} are used: a forced row has no other arm to compare with, and counting it would
 * judge the target on requests where it had no say. Intervals are at 95 % and clustered by conversation: the influences of one
 * conversation are summed before they are squared. Rows without an outcome are left out and counted; the estimates then speak of
 * requests whose outcome becomes known.
 *
 * @param target name of the policy
 * @param used rows that the estimates stand on
 * @param conversations among them
 * @param total rows of the log
 * @param forcedShare of decided rows that had probability 1 and were left out, 0.0 to 1.0
 * @param inherited later turns that kept their arm, left out
 * @param silent decided rows without an outcome, left out
 * @param effectiveSize ESS in rows; far below {@code used} means that the log says little about this target
 * @param logged mean reward of the logging policy on the used rows
 * @param expectedUsd mean of {@code sum_b pi(b)*cost(b)}, from expected costs; not a number when one is unknown
 * @param loggedUsd the same for the logging policy
 */
public record Evaluation(
        String target,
        int used,
        int conversations,
        int total,
        double forcedShare,
        int inherited,
        int silent,
        double effectiveSize,
        Interval ips,
        Interval snips,
        Interval dr,
        Interval logged,
        double expectedUsd,
        double loggedUsd) {

    /** Goes through the log once, in order. {@link IllegalArgumentException} when no row can be used. */
    public static Evaluation of(DecisionLog log, TargetPolicy target) {
        Sums sums = new Sums(log.rows().size());
        OutcomeModel model = new OutcomeModel();
        int decided = 0;
        int forced = 0;
        int inherited = 0;
        int silent = 0;
        for (LogRow row : log.rows()) {
            if (row.turn() == LogRow.Turn.INHERITED) {
                inherited++;
                continue;
            }
            decided++;
            if (row.isForced()) {
                forced++;
            } else if (row.reward().isEmpty()) {
                silent++;
            } else {
                sums.add(row, target.probabilities(row), model);
            }
            // Also a forced row teaches the model and the target: it is an outcome like any other.
            if (row.reward().isPresent()) {
                model.learn(
                        row.task(), row.arms().get(row.chosen()), row.reward().getAsDouble());
                target.learn(row);
            }
        }
        if (sums.used() == 0) {
            throw new IllegalArgumentException("no row of the log can be used: "
                    + log.rows().size() + " rows, " + forced + " of them with probability 1, " + inherited
                    + " inherited, " + silent + " without an outcome");
        }
        return sums.evaluation(target.name(), log.rows().size(), (double) forced / decided, inherited, silent);
    }

    /** The rows that are used, and what each adds. */
    private static final class Sums {
        private final List<String> clusters = new ArrayList<>();
        private final double[] r;
        private final double[] y;
        private final double[] dr;
        private double targetUsd;
        private double loggedUsd;

        Sums(int capacity) {
            r = new double[capacity];
            y = new double[capacity];
            dr = new double[capacity];
        }

        int used() {
            return clusters.size();
        }

        void add(LogRow row, double[] pi, OutcomeModel model) {
            int i = clusters.size();
            clusters.add(row.conversation());
            y[i] = row.reward().orElseThrow();
            r[i] = pi[row.chosen()] / row.propensity();
            double predicted = 0;
            for (int arm = 0; arm < pi.length; arm++) {
                predicted += pi[arm] * model.predict(row.task(), row.arms().get(arm));
                targetUsd += pi[arm] == 0 ? 0 : pi[arm] * row.expectedUsd().get(arm);
                double mu = row.probabilities().get(arm);
                loggedUsd += mu == 0 ? 0 : mu * row.expectedUsd().get(arm);
            }
            dr[i] = predicted
                    + r[i] * (y[i] - model.predict(row.task(), row.arms().get(row.chosen())));
        }

        Evaluation evaluation(String target, int total, double forcedShare, int inherited, int silent) {
            int n = used();
            double sumR = 0;
            double sumRr = 0;
            double sumRy = 0;
            for (int i = 0; i < n; i++) {
                sumR += r[i];
                sumRr += r[i] * r[i];
                sumRy += r[i] * y[i];
            }
            double snips = sumR == 0 ? Double.NaN : sumRy / sumR;
            double meanR = sumR / n;
            return new Evaluation(
                    target,
                    n,
                    (int) clusters.stream().distinct().count(),
                    total,
                    forcedShare,
                    inherited,
                    silent,
                    sumRr == 0 ? 0 : sumR * sumR / sumRr,
                    clustered(i -> r[i] * y[i]),
                    around(snips, i -> r[i] * (y[i] - snips) / meanR),
                    clustered(i -> dr[i]),
                    clustered(i -> y[i]),
                    targetUsd / n,
                    loggedUsd / n);
        }

        private Interval clustered(java.util.function.IntToDoubleFunction value) {
            double mean = java.util.stream.IntStream.range(0, used())
                    .mapToDouble(value)
                    .average()
                    .orElseThrow();
            return around(mean, i -> value.applyAsDouble(i) - mean);
        }

        private Interval around(double mean, java.util.function.IntToDoubleFunction influence) {
            return ClusteredVariance.interval(mean, clusters, influence);
        }
    }
}
