package dev.fresnel.estimate;

import java.util.Optional;

/** What one tenant's answers have taught of its texts. Belongs to the writer; readers get {@link Published} copies. */
final class TenantWeights {
    /** Early lessons change much, so each is published; later ones in batches, since each publication copies all weights. */
    private static final int PUBLISHED_SINGLY = 64;

    private static final int BATCH = 16;

    private final float[] median = new float[LengthFeatures.SIZE];
    private final float[] medianSquares = new float[LengthFeatures.SIZE];
    private final float[] spread = new float[LengthFeatures.SIZE];
    private final float[] spreadSquares = new float[LengthFeatures.SIZE];
    private double high;
    private double low;
    private long lessons;

    double median(SparseVector features) {
        return features.dot(median);
    }

    double spread(SparseVector features) {
        return features.dot(spread);
    }

    double high() {
        return high;
    }

    double low() {
        return low;
    }

    void descendMedian(SparseVector features, double slope, double rate) {
        features.descend(slope, rate, median, medianSquares);
    }

    void descendSpread(SparseVector features, double slope, double rate) {
        features.descend(slope, rate, spread, spreadSquares);
    }

    /** Moves the ends of the band outwards by {@code ln} units; inwards when negative. */
    void widen(double atTheTop, double atTheBottom) {
        high += atTheTop;
        low += atTheBottom;
    }

    /** To be called once per lesson; empty while the lesson waits for its batch. */
    Optional<Published> publish() {
        lessons++;
        return lessons <= PUBLISHED_SINGLY || lessons % BATCH == 0
                ? Optional.of(new Published(median.clone(), spread.clone(), high, low))
                : Optional.empty();
    }

    /** Weights as they were at one lesson. Immutable. */
    static final class Published {
        static final Published NOTHING =
                new Published(new float[LengthFeatures.SIZE], new float[LengthFeatures.SIZE], 0, 0);

        private final float[] median;
        private final float[] spread;
        private final double high;
        private final double low;

        private Published(float[] median, float[] spread, double high, double low) {
            this.median = median;
            this.spread = spread;
            this.high = high;
            this.low = low;
        }

        double median(SparseVector features) {
            return features.dot(median);
        }

        double spread(SparseVector features) {
            return features.dot(spread);
        }

        double high() {
            return high;
        }

        double low() {
            return low;
        }
    }
}
