package dev.fresnel.replay;

/**
 * How a rule did over a stretch of a stream.
 *
 * @param requests in the stretch, refused ones included
 * @param capture (earned - best fixed arm) / (best arm per task - best fixed arm), earned = quality less charge, on the very rows of the
 *     stretch, the best arm of a task by its means over the whole data set; 1 is perfect, 0 as good as one arm for all, negative worse; not
 *     a number where one arm is best for all
 * @param regret expected loss against the best arm of each task, in successes per 1,000 requests
 * @param quality mean, 0.0 to 1.0; a refused request counts as 0
 * @param costUsd mean dollars per request
 * @param pgr performance gap recovered, (quality - cheap's) / (direct's - cheap's), cheap being the first worker
 * @param directShare of requests that the requested model answered
 */
public record Score(
        int requests, double capture, double regret, double quality, double costUsd, double pgr, double directShare) {
    /** Below this much per request there is nothing to capture, and a ratio to it would mean nothing. */
    private static final double SMALLEST_GAIN = 1e-9;

    /** The whole stream. */
    public static Score of(Traffic traffic, Trace trace) {
        return of(traffic, trace, 0, traffic.length());
    }

    /** From request {@code from} until before {@code to}. */
    public static Score of(Traffic traffic, Trace trace, int from, int to) {
        int arms = traffic.arms().size();
        double[] fixed = new double[arms];
        double[] fixedQuality = new double[arms];
        double earned = 0;
        double oracle = 0;
        double quality = 0;
        double cost = 0;
        double regret = 0;
        int direct = 0;
        for (int step = from; step < to; step++) {
            for (int arm = 0; arm < arms; arm++) {
                fixed[arm] += earned(traffic, step, arm);
                fixedQuality[arm] += traffic.quality(step, arm);
            }
            oracle += earned(traffic, step, traffic.bestArm(step));
            int chosen = trace.arm(step);
            regret += traffic.worth(step, traffic.bestArm(step));
            if (chosen != Trace.REFUSED) {
                earned += earned(traffic, step, chosen);
                quality += traffic.quality(step, chosen);
                cost += traffic.costUsd(step, chosen);
                regret -= traffic.worth(step, chosen);
                direct += chosen == 0 ? 1 : 0;
            }
        }
        double bestFixed = max(fixed);
        int n = to - from;
        return new Score(
                n,
                oracle - bestFixed > SMALLEST_GAIN * n ? (earned - bestFixed) / (oracle - bestFixed) : Double.NaN,
                1000 * regret / n,
                quality / n,
                cost / n,
                (quality - fixedQuality[1]) / (fixedQuality[0] - fixedQuality[1]),
                (double) direct / n);
    }

    private static double earned(Traffic traffic, int step, int arm) {
        return traffic.quality(step, arm)
                - traffic.costUsd(step, arm) / traffic.offer(step).successUsd();
    }

    private static double max(double[] values) {
        double max = values[0];
        for (double value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
