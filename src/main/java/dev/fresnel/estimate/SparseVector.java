package dev.fresnel.estimate;

import java.util.Arrays;

/** A vector of which only the entries that are not zero are kept. Immutable. */
final class SparseVector {
    static final double FIRST_SLOPE = 0.25;

    private final int[] indexes;
    private final float[] values;

    private SparseVector(int[] indexes, float[] values) {
        this.indexes = indexes;
        this.values = values;
    }

    int size() {
        return indexes.length;
    }

    /** Inner product with {@code weights}, which covers every index. */
    double dot(float[] weights) {
        double sum = 0;
        for (int i = 0; i < indexes.length; i++) {
            sum += weights[indexes[i]] * values[i];
        }
        return sum;
    }

    /**
     * One step of AdaGrad against a gradient that is {@code slope} times this vector: each weight moves by
     * {@code rate * g / sqrt(sum of its g^2)} (Duchi, Hazan and Singer 2011, diagonal form). The sum begins as if a slope of
     * {@value #FIRST_SLOPE} had been met once: else the first step would be a whole one, however small the error.
     *
     * @param squares sums of squared gradients, updated too
     */
    void descend(double slope, double rate, float[] weights, float[] squares) {
        if (slope == 0) {
            return;
        }
        for (int i = 0; i < indexes.length; i++) {
            int at = indexes[i];
            double gradient = slope * values[i];
            squares[at] += (float) (gradient * gradient);
            double before = FIRST_SLOPE * values[i];
            weights[at] -= (float) (rate * gradient / Math.sqrt(squares[at] + before * before));
        }
    }

    /** Collects entries in any order; an index that comes twice adds up. Not thread-safe. */
    static final class Builder {
        private int[] indexes = new int[64];
        private float[] values = new float[64];
        private int size;

        void add(int index, double value) {
            if (value == 0) {
                return;
            }
            if (size == indexes.length) {
                indexes = Arrays.copyOf(indexes, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            indexes[size] = index;
            values[size] = (float) value;
            size++;
        }

        SparseVector build() {
            return new SparseVector(Arrays.copyOf(indexes, size), Arrays.copyOf(values, size));
        }
    }
}
