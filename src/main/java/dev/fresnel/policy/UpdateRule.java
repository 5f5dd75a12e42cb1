package dev.fresnel.policy;

/**
 * A way to get from what is known about each arm to the probability that it is chosen. Rules only rank: the exploration floor, the
 * quality guard and the draw itself come after and are the same for all of them, which is why every logged propensity is exact.
 *
 * <p>A rule is immutable and is called by many threads at once. It writes into the standings it is given and allocates nothing.
 * Equal state gives equal probabilities: chance enters only when the arm is drawn from them.
 */
public interface UpdateRule {
    /** Sets the score and the probability of every arm; the probabilities sum to 1, an impossible arm gets 0. */
    void rank(Standings standings);

    /** Whether the exploration floor applies to what the rule ranks. */
    default boolean explores() {
        return true;
    }
}
