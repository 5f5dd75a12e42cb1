package dev.fresnel.replay.rule;

import java.util.function.ToIntFunction;

/** Chooses by the request alone and never learns: always direct, always cheap, or an oracle that was told the answers. */
final class FixedArm implements Chooser {
    private final ToIntFunction<Offer> arm;

    FixedArm(ToIntFunction<Offer> arm) {
        this.arm = arm;
    }

    @Override
    public Choice choose(Offer offer) {
        int wanted = arm.applyAsInt(offer);
        return Choice.of(offer.isOpen(wanted) ? wanted : firstOpen(offer));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {}

    private static int firstOpen(Offer offer) {
        int arm = 0;
        while (!offer.isOpen(arm)) {
            arm++;
        }
        return arm;
    }
}
