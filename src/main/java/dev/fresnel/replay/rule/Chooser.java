package dev.fresnel.replay.rule;

/**
 * A rule at work on one stream: chooses, and later learns what came of it. Made anew for every stream and seed; used by one thread.
 */
public interface Chooser {
    /** An open arm of {@code offer}. */
    Choice choose(Offer offer);

    /**
     * The outcome of an earlier choice. May come many requests later, or never.
     *
     * @param quality 0.0 to 1.0
     */
    void learn(Offer offer, Choice choice, double quality);

    /** The horizon of an earlier choice has passed and no outcome came. */
    default void giveUp(Offer offer, Choice choice) {}

    /** What the chosen call really cost, in dollars. Told at once, before any outcome. */
    default void paid(Offer offer, Choice choice, double usd) {}

    /** How often the rule raised a drift alarm so far; 0 for rules that have none. */
    default int alarms() {
        return 0;
    }

    /** A reference that is shown what every arm would have done: no rule of a gateway can be this. */
    interface SeesAll extends Chooser {
        /** @param qualities one per arm, also of those not chosen */
        void learnAll(Offer offer, double... qualities);
    }
}
