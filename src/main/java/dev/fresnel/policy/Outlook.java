package dev.fresnel.policy;

/**
 * What a leaf is taken for: one belief, or two when seed rows were loaded that may be wrong. Immutable and published, so a reader sees
 * either the old one or the new one.
 *
 * @param plain what live outcomes say
 * @param informed what they say together with the seed rows; the same object as {@code plain} without any
 * @param trust probability that the seed rows are right, 0.0 without any
 */
record Outlook(Belief plain, Belief informed, double trust) {
    static Outlook of(Belief belief) {
        return new Outlook(belief, belief, 0);
    }

    /** The more credible belief. */
    Belief likelier() {
        return trust > 0.5 ? informed : plain;
    }
}
