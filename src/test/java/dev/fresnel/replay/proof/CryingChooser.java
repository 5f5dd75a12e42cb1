package dev.fresnel.replay.proof;

import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.Offer;

/** Raises an alarm at every hundredth outcome, whatever it says. */
final class CryingChooser implements Chooser {
    private final Chooser inner;
    private int heard;

    CryingChooser(Chooser inner) {
        this.inner = inner;
    }

    @Override
    public Choice choose(Offer offer) {
        return inner.choose(offer);
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        heard++;
        inner.learn(offer, choice, quality);
    }

    @Override
    public int alarms() {
        return heard / 100;
    }
}
