package dev.fresnel.policy;

import java.util.Locale;

/** The update rules an operator can name. All of them use the same state, so a change takes effect at the next decision. */
public enum RuleName {
    UCB,
    UCB1,
    UCB_TUNED,
    KL_UCB,
    THOMPSON,
    THOMPSON_FLAT,
    EPSILON_GREEDY,
    OFF;

    /** As in config and logs: {@code kl-ucb}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    UpdateRule create(PolicySettings.Tuning tuning) {
        return switch (this) {
            case UCB -> new HierarchicalUcb(tuning.ucbWidth());
            case UCB1 -> new Ucb1(tuning.ucb1Width());
            case UCB_TUNED -> new UcbTuned();
            case KL_UCB -> new KlUcb();
            case THOMPSON -> new HierarchicalThompson(tuning.thompsonSpread());
            case THOMPSON_FLAT -> new FlatThompson();
            case EPSILON_GREEDY -> new EpsilonGreedy(tuning.epsilonPulls());
            case OFF -> new Off();
        };
    }
}
