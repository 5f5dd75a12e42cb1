package dev.fresnel.outcome;

import java.util.Optional;

/**
 * Sums and scales as all stores write them: numbers as text, parted by single spaces. Text keeps all digits where a store's own
 * numbers would not, and what is no number is seen as such.
 */
public final class ArmText {
    /** Larger ones are damage: sums stay below e^30 times a count. */
    private static final double MAX = 1e300;

    private ArmText() {}

    /** {@code WEIGHT REWARD SQUARES}. */
    public static String of(Sums sums) {
        return sums.weight() + " " + sums.reward() + " " + sums.squares();
    }

    /** Empty: damaged. */
    public static Optional<Sums> sums(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        Optional<Double> weight = number(parts[0]);
        Optional<Double> reward = number(parts[1]);
        Optional<Double> squares = number(parts[2]);
        return weight.isPresent() && reward.isPresent() && squares.isPresent()
                ? Optional.of(new Sums(weight.get(), reward.get(), squares.get()))
                : Optional.empty();
    }

    /** {@code EPOCH LANDMARK JUMP RESET-EPOCH}; evidence from epochs before the last one is from before a reset. */
    public static String of(ArmScale scale, long resetEpoch) {
        return scale.epoch() + " " + scale.landmark() + " " + scale.jump() + " " + resetEpoch;
    }

    /**
     * A scale with the epoch of the last reset.
     *
     * @param resetEpoch evidence from earlier epochs does not count
     */
    public record Stored(ArmScale scale, long resetEpoch) {}

    /** Empty: damaged. */
    public static Optional<Stored> scale(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        Optional<ArmScale> scale = scale(parts[0], parts[1], parts[2]);
        Optional<Double> reset = number(parts[3]);
        return scale.isPresent() && reset.isPresent()
                ? Optional.of(new Stored(scale.get(), reset.get().longValue()))
                : Optional.empty();
    }

    /** From its three numbers; empty: damaged. */
    public static Optional<ArmScale> scale(String epoch, String landmark, String jump) {
        Optional<Double> rises = number(epoch);
        Optional<Double> seconds = number(landmark);
        Optional<Double> jumped = number(jump);
        return rises.isPresent() && seconds.isPresent() && jumped.isPresent()
                ? Optional.of(new ArmScale(rises.get().longValue(), seconds.get(), jumped.get()))
                : Optional.empty();
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
