package dev.fresnel.policy;

import java.time.Duration;

/**
 * Exponential forgetting that never touches what is stored. Instead of multiplying old sums down, an outcome enters with the
 * weight of its <em>decision</em> time,
 *
 * <pre>
 *   g(s) = exp((s - L0) / tau),   s = t_decision + jump
 *   n(now) = N / g(now)
 * </pre>
 *
 * with {@code L0} the landmark's origin and {@code jump} the arm's soft resets so far. Sums of weighted outcomes commute, so
 * replicas add in any order and any batching, a late outcome weighs what an early one of the same moment weighs, and a retry or a
 * correction is a difference. Decay on read would forget once per reader, decay by arrival time would let a late batch outweigh
 * fresh data.
 *
 * <p>Reference: Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay: a practical time decay model for streaming systems", ICDE
 * 2009. We add the jump.
 *
 * @param tau seconds in which old evidence loses all but {@code 1/e} of its weight, above 0
 */
public record ForwardDecay(double tau) {
    /** The exponent from which the origin moves: g is then 1e13, far from overflow and still exact to three digits in the sums. */
    public static final double FAR = 30;

    /** Beyond this exponent a weight would overflow a sum; a clock that far ahead is wrong. */
    private static final double FARTHEST = 300;

    public ForwardDecay {
        if (!(tau > 0 && tau < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("tau is a positive, finite number of seconds: " + tau);
        }
    }

    /** Forgetting with time constant {@code tau}; its half-life is {@code tau * ln 2}. */
    public static ForwardDecay over(Duration tau) {
        return new ForwardDecay(tau.toNanos() / 1e9);
    }

    /** {@code g(s)}: the weight with which an outcome of that stamp enters the sums. Clamped, so always a positive finite number. */
    public double weight(Landmark landmark, double stamp) {
        double exponent = (stamp - landmark.origin()) / tau;
        return Math.exp(Double.isNaN(exponent) ? 0 : Math.clamp(exponent, -FARTHEST, FARTHEST));
    }

    /** {@code 1 / g(now)}: what turns stored sums into effective counts at {@code seconds}. */
    public double effective(Landmark landmark, double seconds) {
        return 1 / weight(landmark, landmark.stamp(seconds));
    }

    /** The evidence of one outcome in units of the landmark. */
    public Evidence weigh(Landmark landmark, double stamp, Evidence outcome) {
        return outcome.times(weight(landmark, stamp));
    }

    /** The same sums relative to another origin. */
    public Evidence rebase(Evidence sums, Landmark from, Landmark to) {
        return sums.times(rebase(from, to));
    }

    double rebase(Landmark from, Landmark to) {
        return Math.exp(Math.clamp((from.origin() - to.origin()) / tau, -FARTHEST, FARTHEST));
    }

    /** Whether weights at {@code seconds} have grown so large that the origin should move. */
    public boolean isFar(Landmark landmark, double seconds) {
        return (landmark.stamp(seconds) - landmark.origin()) / tau > FAR;
    }

    /** The landmark with its origin at {@code seconds}, one epoch on; sums follow by {@link #rebase(Evidence, Landmark, Landmark)}. */
    public Landmark moved(Landmark landmark, double seconds) {
        return new Landmark(landmark.epoch() + 1, landmark.stamp(seconds), landmark.jump());
    }

    /**
     * A soft reset of one arm in constant time: from now on all evidence gathered so far weighs {@code keep} of what it would.
     *
     * @param keep above 0.0, at most 1.0
     */
    public Landmark jump(Landmark landmark, double keep) {
        if (!(keep > 0 && keep <= 1)) {
            throw new IllegalArgumentException("the kept share is above 0 and at most 1: " + keep);
        }
        return new Landmark(landmark.epoch(), landmark.origin(), landmark.jump() - tau * Math.log(keep));
    }
}
