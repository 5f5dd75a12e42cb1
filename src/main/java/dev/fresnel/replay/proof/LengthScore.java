package dev.fresnel.replay.proof;

import dev.fresnel.estimate.LengthBand;
import dev.fresnel.replay.proof.LengthStream.Arrival;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How well one rule foretold the lengths of one stream, each before it was told.
 *
 * @param mae mean absolute error of the median, in tokens
 * @param twofold share of answers between half and twice the median
 * @param auc probability that of an answer above {@value #LONG} tokens and one that is not, the longer was expected to be longer; not a
 *     number where the stream has fewer than {@value #LEAST} of either
 * @param below share of answers below the band of 80 %
 * @param above share above it
 */
record LengthScore(double mae, double twofold, double auc, double below, double above) {
    static final long LONG = 500;
    static final int LEAST = 20;

    static LengthScore of(List<Arrival> stream, LengthRule rule) {
        double error = 0;
        int twofold = 0;
        int below = 0;
        int above = 0;
        List<Told> told = new ArrayList<>();
        for (Arrival arrival : stream) {
            LengthBand band = rule.foretell(arrival);
            rule.learn(arrival);
            long real = arrival.tokens();
            error += Math.abs(band.l50() - real);
            twofold += 2 * real >= band.l50() && real <= 2 * band.l50() ? 1 : 0;
            below += real < band.l10() ? 1 : 0;
            above += real > band.l90() ? 1 : 0;
            told.add(new Told(band.l50(), real > LONG));
        }
        double n = stream.size();
        return new LengthScore(error / n, twofold / n, auc(told), below / n, above / n);
    }

    double covered() {
        return 1 - below - above;
    }

    private record Told(double tokens, boolean isLong) {}

    /** Mann-Whitney: mean rank of the long ones, ties sharing theirs. */
    private static double auc(List<Told> told) {
        List<Told> sorted =
                told.stream().sorted(Comparator.comparingDouble(Told::tokens)).toList();
        long positives = sorted.stream().filter(Told::isLong).count();
        long negatives = sorted.size() - positives;
        if (positives < LEAST || negatives < LEAST) {
            return Double.NaN;
        }
        double ranks = 0;
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            while (to < sorted.size()
                    && sorted.get(to).tokens() == sorted.get(from).tokens()) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            for (Told one : sorted.subList(from, to)) {
                ranks += one.isLong() ? rank : 0;
            }
            from = to;
        }
        return (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }
}
