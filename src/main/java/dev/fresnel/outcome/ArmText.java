package dev.fresnel.outcome;

import dev.fresnel.policy.Cusum;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import java.util.Optional;

/**
 * Evidence and scales as all stores write them: numbers as text, parted by single spaces. Text keeps all digits where a store's own
 * numbers would not, and what is no number is seen as such.
 */
public final class ArmText {
    /** Larger ones are damage: sums stay below e^30 times a count. */
    private static final double MAX = 1e300;

    /** Beyond it a double does not count one by one. */
    private static final double MAX_VERSION = 9e15;

    private ArmText() {}

    /** {@code WEIGHT REWARD SQUARES}. */
    public static String of(Evidence sums) {
        return sums.weight() + " " + sums.reward() + " " + sums.squares();
    }

    /** Empty: damaged. */
    public static Optional<Evidence> evidence(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        Optional<Double> weight = number(parts[0]);
        Optional<Double> reward = number(parts[1]);
        Optional<Double> squares = number(parts[2]);
        return weight.isPresent() && reward.isPresent() && squares.isPresent()
                ? Optional.of(new Evidence(weight.get(), reward.get(), squares.get()))
                : Optional.empty();
    }

    /** {@code EPOCH ORIGIN JUMP RESET-EPOCH}; evidence from epochs before the last one is from before a reset. */
    public static String of(Landmark landmark, long resetEpoch) {
        return landmark.epoch() + " " + landmark.origin() + " " + landmark.jump() + " " + resetEpoch;
    }

    /**
     * A landmark with the epoch of the last reset.
     *
     * @param resetEpoch evidence from earlier epochs does not count
     */
    public record Stored(Landmark landmark, long resetEpoch) {}

    /** Empty: damaged. */
    public static Optional<Stored> landmark(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        Optional<Landmark> landmark = landmark(parts[0], parts[1], parts[2]);
        Optional<Double> reset = number(parts[3]);
        return landmark.isPresent() && reset.isPresent()
                ? Optional.of(new Stored(landmark.get(), reset.get().longValue()))
                : Optional.empty();
    }

    /** From its three numbers; empty: damaged. */
    public static Optional<Landmark> landmark(String epoch, String origin, String jump) {
        Optional<Double> rises = number(epoch);
        Optional<Double> seconds = number(origin);
        Optional<Double> jumped = number(jump).filter(ahead -> ahead >= 0);
        return rises.isPresent() && seconds.isPresent() && jumped.isPresent()
                ? Optional.of(new Landmark(rises.get().longValue(), seconds.get(), jumped.get()))
                : Optional.empty();
    }

    /** {@code LOW HIGH}. */
    public static String of(Cusum drift) {
        return drift.low() + " " + drift.high();
    }

    /** Damaged ones begin again. */
    public static Cusum drift(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 2) {
            return Cusum.ZERO;
        }
        return number(parts[0])
                .flatMap(low -> number(parts[1]).map(high -> new Cusum(Math.max(0, low), Math.max(0, high))))
                .orElse(Cusum.ZERO);
    }

    /** {@code VERSION WHOLE}: how often the population has changed, and since which change the changes are known one by one. */
    public record Version(long version, long whole) {
        public static final Version NONE = new Version(0, 0);

        public String text() {
            return version + " " + whole;
        }
    }

    /** Damaged ones begin again. */
    public static Version version(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 2) {
            return Version.NONE;
        }
        return number(parts[0])
                .filter(version -> version >= 0 && version <= MAX_VERSION)
                .flatMap(version -> number(parts[1]).map(whole -> new Version(version.longValue(), whole.longValue())))
                .orElse(Version.NONE);
    }

    /** Whether a store takes it: numbers, of a size that can occur. */
    public static boolean isKept(Evidence evidence) {
        return Math.abs(evidence.weight()) < MAX
                && Math.abs(evidence.reward()) < MAX
                && Math.abs(evidence.squares()) < MAX;
    }

    /** A finite number of a size that can occur; empty otherwise. */
    public static Optional<Double> number(String text) {
        try {
            double value = Double.parseDouble(text);
            return Math.abs(value) < MAX ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
