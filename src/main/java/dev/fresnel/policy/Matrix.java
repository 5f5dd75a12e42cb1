package dev.fresnel.policy;

import java.util.Arrays;

/**
 * Arithmetic on small dense symmetric matrices, one row and column per arm, or two. Written out instead of taken from a library: the
 * largest matrix is 16 by 16, where a library's layout and dispatch cost more than the sums, and this package depends on nothing.
 * Results are new arrays.
 */
final class Matrix {
    /** Added to a pivot that rounding made negative, relative to the largest diagonal entry. */
    private static final double JITTER = 1e-12;

    private Matrix() {}

    static double[][] diagonal(int size, double value) {
        double[][] result = new double[size][size];
        for (int i = 0; i < size; i++) {
            result[i][i] = value;
        }
        return result;
    }

    static double[][] plus(double[][] left, double[][] right) {
        return combined(left, right, 1);
    }

    static double[][] minus(double[][] left, double[][] right) {
        return combined(left, right, -1);
    }

    static double[] plus(double[] left, double[] right) {
        return combined(left, right, 1);
    }

    static double[] minus(double[] left, double[] right) {
        return combined(left, right, -1);
    }

    private static double[][] combined(double[][] left, double[][] right, double sign) {
        double[][] result = new double[left.length][];
        for (int i = 0; i < left.length; i++) {
            result[i] = combined(left[i], right[i], sign);
        }
        return result;
    }

    private static double[] combined(double[] left, double[] right, double sign) {
        double[] result = new double[left.length];
        for (int i = 0; i < left.length; i++) {
            result[i] = left[i] + sign * right[i];
        }
        return result;
    }

    static double[] times(double[][] matrix, double[] vector) {
        double[] result = new double[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            double sum = 0;
            for (int j = 0; j < vector.length; j++) {
                sum += matrix[i][j] * vector[j];
            }
            result[i] = sum;
        }
        return result;
    }

    static double[][] transposed(double[][] matrix) {
        double[][] result = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }

    /** {@code vector vector'}. */
    static double[][] outer(double[] vector) {
        double[][] result = new double[vector.length][vector.length];
        for (int i = 0; i < vector.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                result[i][j] = vector[i] * vector[j];
            }
        }
        return result;
    }

    /** The first rows and columns. */
    static double[][] corner(double[][] matrix, int size) {
        double[][] result = new double[size][];
        for (int i = 0; i < size; i++) {
            result[i] = Arrays.copyOf(matrix[i], size);
        }
        return result;
    }

    static double[][] product(double[][] left, double[][] right) {
        double[][] result = new double[left.length][right[0].length];
        for (int i = 0; i < left.length; i++) {
            for (int k = 0; k < right.length; k++) {
                for (int j = 0; j < right[k].length; j++) {
                    result[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return result;
    }

    /** The scalar product, over the shorter length. */
    static double product(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }

    /**
     * The lower triangular {@code L} with {@code L L' = matrix}. A pivot that is not positive is lifted to a tiny one: what is
     * handed in is positive definite up to rounding, and a belief must come out of every state.
     */
    static double[][] cholesky(double[][] matrix) {
        int size = matrix.length;
        double largest = 0;
        for (int i = 0; i < size; i++) {
            largest = Math.max(largest, matrix[i][i]);
        }
        double least = Math.max(largest * JITTER, Double.MIN_NORMAL);
        double[][] factor = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i][k] * factor[j][k];
                }
                factor[i][j] = i == j ? Math.sqrt(Math.max(sum, least)) : sum / factor[j][j];
            }
        }
        return factor;
    }

    /** {@code x} with {@code matrix x = vector}, given the factor of the matrix. */
    static double[] solve(double[][] factor, double[] vector) {
        int size = vector.length;
        double[] x = vector.clone();
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= factor[i][k] * x[k];
            }
            x[i] /= factor[i][i];
        }
        for (int i = size - 1; i >= 0; i--) {
            for (int k = i + 1; k < size; k++) {
                x[i] -= factor[k][i] * x[k];
            }
            x[i] /= factor[i][i];
        }
        return x;
    }

    /** The inverse of a positive definite matrix, made exactly symmetric. */
    static double[][] inverse(double[][] matrix) {
        int size = matrix.length;
        double[][] factor = cholesky(matrix);
        double[][] result = new double[size][];
        for (int i = 0; i < size; i++) {
            double[] unit = new double[size];
            unit[i] = 1;
            result[i] = solve(factor, unit);
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double middle = (result[i][j] + result[j][i]) / 2;
                result[i][j] = middle;
                result[j][i] = middle;
            }
        }
        return result;
    }
}
