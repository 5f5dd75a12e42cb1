package dev.fresnel.policy;

/**
 * Never delegate: the requested model with probability 1, and no floor. Outcomes are still learned, so that switching a rule on
 * later does not begin from nothing.
 */
final class Off implements UpdateRule {
    @Override
    public void rank(Standings standings) {
        int direct = standings.direct();
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, standings.quality(i) - standings.price(i));
            standings.probability(i, i == direct ? 1 : 0);
        }
    }

    @Override
    public boolean explores() {
        return false;
    }
}
