package dev.fresnel.replay.proof;

import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule that hears of outcomes in batches: what replicas are that share one state and learn nothing on their own between two refreshes. The
 * gateway's rules count their requests in flight meanwhile as virtual pulls, the baselines do not.
 */
final class Refreshed implements Chooser {
    private final Chooser rule;
    private final int every;
    private final List<Runnable> waiting = new ArrayList<>();

    private Refreshed(Chooser rule, int every) {
        this.rule = rule;
        this.every = every;
    }

    /** @param every so many requests */
    static Rule of(Rule rule, int every) {
        return new Rule(rule.name(), (setup, chance) -> new Refreshed(rule.begin(setup, chance), every));
    }

    @Override
    public Choice choose(Offer offer) {
        if (offer.number() % every == 0) {
            waiting.forEach(Runnable::run);
            waiting.clear();
        }
        return rule.choose(offer);
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        waiting.add(() -> rule.learn(offer, choice, quality));
    }

    @Override
    public void giveUp(Offer offer, Choice choice) {
        rule.giveUp(offer, choice);
    }
}
