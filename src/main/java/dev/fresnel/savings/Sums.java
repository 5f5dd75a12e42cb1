package dev.fresnel.savings;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the statement has to know of one {@link Account}, or of several together: sums that are only added, in any order, so replicas and restarts
 * lose nothing. Immutable.
 *
 * <p>Stored as {@link #text}: numbers separated by blanks, whole ones first.
 */
public final class Sums {
    /** Whole numbers, money in nano-dollars. */
    static final int CONVERSATIONS = 0;

    static final int REQUESTS = 1;
    static final int NANOS = 2;
    static final int OTHER_REQUESTS = 3;
    static final int OTHER_NANOS = 4;
    static final int UNPRICED = 5;
    static final int OTHER_UNPRICED = 6;
    /** Conversations with an outcome. */
    static final int OUTCOMES = 7;

    /** How many whole numbers there are. */
    public static final int WHOLE = 8;

    /** What is known beforehand, summed over all conversations of the experiment. */
    static final int X = 0;
    /** Outcomes, summed over all conversations that have one. */
    static final int QUALITY = 1;
    /** Money of controls, then of all that went direct; outcomes likewise. */
    static final int CONTROL = 2;

    static final int DIRECT = CONTROL + Moments.SIZE;
    static final int CONTROL_QUALITY = DIRECT + Moments.SIZE;
    static final int DIRECT_QUALITY = CONTROL_QUALITY + Moments.SIZE;

    /** How many real numbers there are. */
    public static final int REAL = DIRECT_QUALITY + Moments.SIZE;

    public static final Sums NONE = new Sums(new long[WHOLE], new double[REAL]);

    private final long[] whole;
    private final double[] real;

    private Sums(long[] whole, double[] real) {
        this.whole = whole;
        this.real = real;
    }

    long whole(int index) {
        return whole[index];
    }

    double real(int index) {
        return real[index];
    }

    /** Not to be changed. */
    double[] reals() {
        return real;
    }

    /** Both together; a count that would overflow stays at its end. */
    public Sums plus(Sums other) {
        Building sum = new Building();
        sum.add(this);
        sum.add(other);
        return sum.built();
    }

    /** {@code WHOLE} whole and then {@code REAL} real numbers, as {@link #read} takes them. */
    public String text() {
        StringBuilder text = new StringBuilder(512);
        for (long number : whole) {
            text.append(number).append(' ');
        }
        for (double number : real) {
            // Most are 0.
            text.append(number == 0 ? "0" : Double.toString(number)).append(' ');
        }
        return text.toString().stripTrailing();
    }

    /** Empty for a text that is no sums: too few or too many numbers, or one that is none. */
    public static Optional<Sums> read(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != WHOLE + REAL) {
            return Optional.empty();
        }
        long[] whole = new long[WHOLE];
        double[] real = new double[REAL];
        try {
            for (int i = 0; i < WHOLE; i++) {
                whole[i] = Long.parseLong(parts[i]);
            }
            for (int i = 0; i < REAL; i++) {
                real[i] = Double.parseDouble(parts[WHOLE + i]);
            }
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
        return Arrays.stream(real).allMatch(Double::isFinite) ? Optional.of(new Sums(whole, real)) : Optional.empty();
    }

    /** The numbers that are not 0, by a name each: {@code w} or {@code r} with the place. What {@link #of} takes, summed up by whoever keeps them. */
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < WHOLE; i++) {
            if (whole[i] != 0) {
                fields.put("w" + i, Long.toString(whole[i]));
            }
        }
        for (int i = 0; i < REAL; i++) {
            if (real[i] != 0) {
                fields.put("r" + i, Double.toString(real[i]));
            }
        }
        return fields;
    }

    /** Empty when one is no number; what has another name is left out, and what is missing is 0. */
    public static Optional<Sums> of(Map<String, String> fields) {
        long[] whole = new long[WHOLE];
        double[] real = new double[REAL];
        try {
            for (int i = 0; i < WHOLE; i++) {
                whole[i] = Long.parseLong(fields.getOrDefault("w" + i, "0"));
            }
            for (int i = 0; i < REAL; i++) {
                real[i] = Double.parseDouble(fields.getOrDefault("r" + i, "0"));
            }
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
        return Arrays.stream(real).allMatch(Double::isFinite) ? Optional.of(new Sums(whole, real)) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sums sums && Arrays.equals(whole, sums.whole) && Arrays.equals(real, sums.real);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(whole) + Arrays.hashCode(real);
    }

    @Override
    public String toString() {
        return text();
    }

    /** Sums under construction. Not thread-safe. */
    static final class Building {
        private final long[] whole = new long[WHOLE];
        private final double[] real = new double[REAL];

        void add(Sums sums) {
            for (int i = 0; i < WHOLE; i++) {
                count(i, sums.whole[i]);
            }
            for (int i = 0; i < REAL; i++) {
                real[i] += sums.real[i];
            }
        }

        void count(int index, long more) {
            long sum = whole[index] + more;
            boolean overflows = ((whole[index] ^ sum) & (more ^ sum)) < 0;
            whole[index] = overflows ? (more > 0 ? Long.MAX_VALUE : Long.MIN_VALUE) : sum;
        }

        /** A conversation enters the experiment. */
        void begins(Trial trial) {
            count(CONVERSATIONS, 1);
            double x = x(trial);
            real[X] += x;
            if (trial.isControl()) {
                Moments.begin(real, CONTROL, trial.controlShare(), x);
            }
            if (trial.side() != Trial.Side.DELEGATED) {
                Moments.begin(real, DIRECT, trial.directShare(), x);
            }
        }

        /** It has cost {@code now} dollars so far, and {@code before} until this request. */
        void grows(Trial trial, double before, double now) {
            double x = x(trial);
            if (trial.isControl()) {
                Moments.grow(real, CONTROL, trial.controlShare(), x, before, now);
            }
            if (trial.side() != Trial.Side.DELEGATED) {
                Moments.grow(real, DIRECT, trial.directShare(), x, before, now);
            }
        }

        /** It has an outcome, for the first time. */
        void judged(Trial trial) {
            count(OUTCOMES, 1);
            if (trial.isControl()) {
                Moments.begin(real, CONTROL_QUALITY, trial.controlShare(), 0);
            }
            if (trial.side() != Trial.Side.DELEGATED) {
                Moments.begin(real, DIRECT_QUALITY, trial.directShare(), 0);
            }
        }

        /** Its outcome is another than before; 0 before the first. */
        void rejudged(Trial trial, double before, double now) {
            real[QUALITY] += now - before;
            if (trial.isControl()) {
                Moments.grow(real, CONTROL_QUALITY, trial.controlShare(), 0, before, now);
            }
            if (trial.side() != Trial.Side.DELEGATED) {
                Moments.grow(real, DIRECT_QUALITY, trial.directShare(), 0, before, now);
            }
        }

        /** The root: costs have long tails, and a few large estimates would have all the leverage. */
        private static double x(Trial trial) {
            return Math.sqrt(trial.expectedUsd());
        }

        boolean isEmpty() {
            return Arrays.stream(whole).allMatch(n -> n == 0)
                    && Arrays.stream(real).allMatch(n -> n == 0);
        }

        Sums built() {
            return new Sums(whole.clone(), real.clone());
        }
    }
}
