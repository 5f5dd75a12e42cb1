package dev.fresnel.savings;

/**
 * Sums over the conversations that went direct, from which totals over all conversations are estimated. With {@code e} the probability of going
 * direct, {@code y} what the conversation cost and {@code x} what is known of it beforehand, they are sums of {@code x^i y^j} under four weights:
 *
 * <pre>
 *   w = 1/e             i+j up to 1, and x², xy   the estimate
 *   v = (1-e)/e²        i+j up to 2               its variance
 *   u = (1-e)²/e³       i+j up to 3               its skewness
 *   v²                  i+j up to 4               the variance's variance
 * </pre>
 *
 * <p>All are plain sums, so those of replicas, days and models are added. A conversation that grows from {@code y} to {@code y'} adds the difference of the
 * powers: nobody has to know when it is over.
 */
final class Moments {
    private static final int COUNT = 0;
    private static final int WEIGHTS = 1;
    /** Sum of {@code w²}. */
    private static final int SQUARES = 6;

    private static final int VARIANCE = 7;
    private static final int SKEW = VARIANCE + terms(2);
    private static final int SPREAD = SKEW + terms(3);

    /** How many sums there are. */
    static final int SIZE = SPREAD + terms(4);

    private Moments() {}

    private static int terms(int degree) {
        return (degree + 1) * (degree + 2) / 2;
    }

    /** Notes a conversation that begins, at {@code y = 0}. */
    static void begin(double[] sums, int at, double e, double x) {
        double w = 1 / e;
        sums[at + COUNT] += 1;
        sums[at + SQUARES] += w * w;
        sums[at + WEIGHTS] += w;
        sums[at + WEIGHTS + 1] += w * x;
        sums[at + WEIGHTS + 2] += w * x * x;
        polynomial(sums, at + VARIANCE, 2, v(e), x, 0, 0, true);
        polynomial(sums, at + SKEW, 3, u(e), x, 0, 0, true);
        polynomial(sums, at + SPREAD, 4, v(e) * v(e), x, 0, 0, true);
    }

    /** Notes that a conversation's {@code y} has grown. */
    static void grow(double[] sums, int at, double e, double x, double before, double now) {
        double w = 1 / e;
        sums[at + WEIGHTS + 3] += w * (now - before);
        sums[at + WEIGHTS + 4] += w * x * (now - before);
        polynomial(sums, at + VARIANCE, 2, v(e), x, before, now, false);
        polynomial(sums, at + SKEW, 3, u(e), x, before, now, false);
        polynomial(sums, at + SPREAD, 4, v(e) * v(e), x, before, now, false);
    }

    private static double v(double e) {
        return (1 - e) / (e * e);
    }

    private static double u(double e) {
        return (1 - e) * (1 - e) / (e * e * e);
    }

    /** Terms in the order of j, then i. Those with j = 0 come with the beginning, the others with growth. */
    private static void polynomial(
            double[] sums, int at, int degree, double weight, double x, double before, double now, boolean begins) {
        int term = at;
        for (int j = 0; j <= degree; j++) {
            double grown = j == 0 ? (begins ? 1 : 0) : Math.pow(now, j) - Math.pow(before, j);
            double power = weight * grown;
            for (int i = 0; i + j <= degree; i++) {
                sums[term] += power;
                power *= x;
                term++;
            }
        }
    }

    static double count(double[] sums, int at) {
        return sums[at + COUNT];
    }

    static double weight(double[] sums, int at) {
        return sums[at + WEIGHTS];
    }

    static double weightX(double[] sums, int at) {
        return sums[at + WEIGHTS + 1];
    }

    static double weightXx(double[] sums, int at) {
        return sums[at + WEIGHTS + 2];
    }

    static double weightY(double[] sums, int at) {
        return sums[at + WEIGHTS + 3];
    }

    static double weightXy(double[] sums, int at) {
        return sums[at + WEIGHTS + 4];
    }

    /** Kish's effective number: of equally weighted conversations that would say as much. */
    static double effective(double[] sums, int at) {
        double squares = sums[at + SQUARES];
        return squares > 0 ? weight(sums, at) * weight(sums, at) / squares : 0;
    }

    /** {@code sum v (y - a - b x)²}. */
    static double variance(double[] sums, int at, double a, double b) {
        return residuals(sums, at + VARIANCE, 2, a, b);
    }

    /** {@code sum u (y - a - b x)³}. */
    static double skew(double[] sums, int at, double a, double b) {
        return residuals(sums, at + SKEW, 3, a, b);
    }

    /** {@code sum v² (y - a - b x)⁴}. */
    static double spread(double[] sums, int at, double a, double b) {
        return residuals(sums, at + SPREAD, 4, a, b);
    }

    /** The multinomial expansion of {@code sum weight (y - a - b x)^degree}. */
    private static double residuals(double[] sums, int at, int degree, double a, double b) {
        double sum = 0;
        int term = at;
        for (int j = 0; j <= degree; j++) {
            for (int i = 0; i + j <= degree; i++) {
                int rest = degree - i - j;
                double ways = factorial(degree) / (factorial(i) * factorial(j) * factorial(rest));
                sum += ways * Math.pow(-b, i) * Math.pow(-a, rest) * sums[term];
                term++;
            }
        }
        return sum;
    }

    private static double factorial(int n) {
        double product = 1;
        for (int i = 2; i <= n; i++) {
            product *= i;
        }
        return product;
    }
}
