package dev.fresnel.policy;

/**
 * {@link #COUNT} fixed points that fill a standard normal distribution more evenly than chance does. The first half is an additive
 * recurrence with the square roots of primes (Kronecker's sequence) pushed through the normal quantile, the second half its mirror
 * image, so that every mean is exactly zero.
 */
final class NormalDraws {
    static final int COUNT = 64;

    private static final int[] PRIMES = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};

    private NormalDraws() {}

    static double[][] of(int dimensions) {
        double[][] draws = new double[COUNT][dimensions];
        for (int j = 0; j < COUNT / 2; j++) {
            for (int d = 0; d < dimensions; d++) {
                double uniform = ((j + 0.5) * Math.sqrt(PRIMES[d])) % 1;
                double normal = SpecialFunctions.normalQuantile(uniform);
                draws[j][d] = normal;
                draws[j + COUNT / 2][d] = -normal;
            }
        }
        return draws;
    }
}
