package dev.fresnel.savings;

import java.util.Optional;

/**
 * What the conversations of the experiment would have cost, and how good they would have been, had the requested model answered all of them.
 *
 * <p>Each conversation {@code i} went direct with a probability {@code e_i} that is known, since a lot decided. So the costs {@code y_i} of those that did
 * ({@code D}) are a random sample (Poisson sampling) of what all would have cost, and nothing else is assumed: not that a worker writes as much as the requested
 * model, nor that costs have any distribution. What was really spent is known and has no error; all uncertainty is in the counterfactual.
 *
 * <p><b>Money.</b> The generalised regression estimator over all {@code N} conversations, with {@code w = 1/e} (Hájek 1971; Särndal, Swensson and Wretman 1992,
 * ch. 6; as CUPED, Deng et al. 2013):
 *
 * <pre>
 *   T = N (a + b x̄),   a, b = weighted least squares of y on x over D
 *   σ² = (N / sum_D w)² · n/(n-k) · sum_D (1-e)/e² r²,   r = y - a - b x
 * </pre>
 *
 * where {@code x} is the square root of what the first request was expected to cost. With fewer than {@value #REGRESSED} controls, or where a few large conversations
 * would decide it, the slope is left out ({@code b = 0, k = 1}): it would be fitted to noise, and the interval would not know (measured: down to 88 % coverage with 30).
 *
 * <p>Costs have long tails, for which {@code T ± t σ} is too narrow and too far left: big conversations that are missing from the sample make both {@code T} and
 * {@code σ} small. Two corrections: the degrees of freedom of {@code t} are those that the spread of {@code r²} leaves (Satterthwaite 1946), and the interval is skewed
 * by Hall's cubic transformation (Hall 1992), here for a weighted sum:
 *
 * <pre>
 *   df = 2 / CV²(σ²),   CV²(σ²) = sum_D ((1-e)/e²)² r⁴ / σ⁴ - 1/n
 *   interval = [T - σ h(t), T - σ h(-t)],   h(t) = 3/ρ ((1 + ρ (t - ρ/6))^(1/3) - 1),   ρ = 1.3 sum_D (1-e)²/e³ r³ / σ³
 * </pre>
 *
 * <p><b>Quality.</b> The weighted mean of the outcomes of those of {@code D} that have one. Its interval is Wilson's (1927) with the number of equally weighted answers that
 * would vary as much (Korn and Graubard 1998): outcomes are often all good, where a plain interval has no width.
 */
final class Counterfactual {
    /** Controls from which on the expected cost is adjusted for. */
    static final int REGRESSED = 100;

    /** Degrees of freedom from which on they are many enough for a slope: below, a few conversations decide it. */
    private static final double TAME = 25;

    /** A sample's skewness is smaller than that of what it is drawn from, whose tail it has mostly not seen. Set on made traffic. */
    private static final double UNSEEN_TAIL = 1.3;

    /** Residuals smaller than this share of the total are rounding; nothing is read out of their higher powers. */
    private static final double ROUNDING = 1e-6;

    /** The 97.5 % quantile of the normal distribution. */
    private static final double NORMAL = 1.959963984540054;

    private final Sums sums;
    private final int money;
    private final int quality;

    private Counterfactual(Sums sums, int money, int quality) {
        this.sums = sums;
        this.money = money;
        this.quality = quality;
    }

    /** From the control slice alone. */
    static Counterfactual ofControls(Sums sums) {
        return new Counterfactual(sums, Sums.CONTROL, Sums.CONTROL_QUALITY);
    }

    /** From all that went direct, by the lot or by the learned policy's draw: off-policy estimation. */
    static Counterfactual ofAllDirect(Sums sums) {
        return new Counterfactual(sums, Sums.DIRECT, Sums.DIRECT_QUALITY);
    }

    /** Conversations that the money is estimated from. */
    long sample() {
        return Math.round(Moments.count(sums.reals(), money));
    }

    /** Conversations that quality is estimated from. */
    long judged() {
        return Math.round(Moments.count(sums.reals(), quality));
    }

    /** Dollars, of all conversations of the experiment together; empty below two in the sample. */
    Optional<Range> dollars() {
        if (sample() < 2) {
            return Optional.empty();
        }
        Fit plain = fit(0, 1);
        if (sample() < REGRESSED) {
            return Optional.of(plain.range());
        }
        double[] at = sums.reals();
        double weight = Moments.weight(at, money);
        double meanX = Moments.weightX(at, money) / weight;
        double meanXx = Moments.weightXx(at, money) / weight;
        double spread = meanXx - meanX * meanX;
        if (spread <= ROUNDING * meanXx) {
            return Optional.of(plain.range());
        }
        double covariance = Moments.weightXy(at, money) / weight - meanX * Moments.weightY(at, money) / weight;
        Fit regressed = fit(covariance / spread, 2);
        return Optional.of((regressed.degrees() >= TAME ? regressed : plain).range());
    }

    /**
     * The estimate with one slope.
     *
     * @param skew of the estimate's error, {@code ρ}
     * @param degrees of freedom that its variance is known with
     */
    private record Fit(double total, double sigma, double skew, double degrees) {
        Range range() {
            double t = StudentT.quantile975(degrees);
            return new Range(total, total - sigma * skewed(t, skew), total - sigma * skewed(-t, skew));
        }
    }

    /** @param fitted coefficients, the mean included */
    private Fit fit(double slope, int fitted) {
        double[] at = sums.reals();
        double n = sample();
        double all = sums.whole(Sums.CONVERSATIONS);
        double weight = Moments.weight(at, money);
        double a = (Moments.weightY(at, money) - slope * Moments.weightX(at, money)) / weight;
        double total = all * a + slope * sums.real(Sums.X);
        double scale = all / weight;
        double most = Math.max(1, n - fitted);
        double variance = scale * scale * n / most * Math.max(0, Moments.variance(at, money, a, slope));
        double sigma = Math.sqrt(variance);
        if (sigma <= ROUNDING * Math.abs(total)) {
            return new Fit(total, sigma, 0, most);
        }
        double cubed = Math.pow(scale, 3) * Moments.skew(at, money, a, slope);
        double fourth = Math.pow(scale, 4) * Moments.spread(at, money, a, slope);
        double noise = fourth / (variance * variance) - 1 / Moments.effective(at, money);
        double degrees = noise > 0 ? Math.clamp(2 / noise, Math.min(2, most), most) : most;
        return new Fit(total, sigma, UNSEEN_TAIL * cubed / (variance * sigma), degrees);
    }

    private static double skewed(double t, double skew) {
        return Math.abs(skew) < ROUNDING ? t : 3 / skew * (Math.cbrt(1 + skew * (t - skew / 6)) - 1);
    }

    /** The mean outcome, 0.0 to 1.0; empty below two in the sample. */
    Optional<Range> quality() {
        double[] at = sums.reals();
        long n = judged();
        if (n < 2) {
            return Optional.empty();
        }
        double weight = Moments.weight(at, quality);
        double mean = Math.clamp(Moments.weightY(at, quality) / weight, 0, 1);
        double variance = Math.max(0, Moments.variance(at, quality, mean, 0)) / (weight * weight) * n / (n - 1);
        double binary = mean * (1 - mean);
        double effective = variance > ROUNDING * ROUNDING && binary > ROUNDING
                ? binary / variance
                : Moments.effective(at, quality);
        double z2 = NORMAL * NORMAL / effective;
        double centre = (mean + z2 / 2) / (1 + z2);
        double half = Math.sqrt(z2 * (binary + z2 / 4)) / (1 + z2);
        return Optional.of(new Range(mean, centre - half, centre + half));
    }
}
