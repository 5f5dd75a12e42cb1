package dev.fresnel.policy;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much quality delegation has cost a population so far, and whether one more delegation is affordable:
 *
 * <pre>
 *   loss   = sum_l n_la gap_la,   gap_la = q_l,direct - q_la      over leaves l and delegated arms a
 *   spread = sum_l n_la sd_la
 *   earned = sum_l N_l q_l,direct
 *
 *   play a iff  loss + gap + z (spread + sd) &lt;= alpha (earned + (1 + credit) q_direct)
 * </pre>
 *
 * <ul>
 *   <li>{@code n_la} delegated decisions, {@code N_l} all decisions of the leaf; {@code q, sd} posterior mean and deviation of the gap,
 *       as they are <em>now</em>: a ledger that adds up what was believed at decision time protects from nothing, since arms are
 *       played where they were overrated;
 *   <li>{@code alpha} share of direct's quality that may be lost, {@code z} confidence, {@code credit} requests' worth of allowance to
 *       begin with.
 * </ul>
 *
 * <p>References: Wu et al., "Conservative bandits", ICML 2016 (arXiv:1602.04282); Kazerouni et al., "Conservative contextual linear
 * bandits", NIPS 2017 (arXiv:1611.06426). Departures: a normal bound at {@code z = 3} stands in for an anytime-valid one; deviations are added
 * up, not variances, which holds however the leaves' errors go together: early on they share the population's; counts fade with the same time constant as evidence, so that last year's thrift pays for nothing today. Seed rows earn
 * nothing.
 *
 * <p>Booked by the learner, read by all threads. Decisions not booked yet are taken for delegations to the leaf that asks.
 */
final class QualityLedger {
    private final PolicySettings.Guard guard;
    private final ForwardDecay decay;
    private final AtomicInteger unbooked = new AtomicInteger();
    private double loss;
    private double spread;
    private double earned;
    private volatile Statement statement = new Statement(0, 0, 0);

    QualityLedger(PolicySettings.Guard guard, ForwardDecay decay) {
        this.guard = guard;
        this.decay = decay;
    }

    /** Takes note of a delegation that will be booked later. */
    void note() {
        unbooked.incrementAndGet();
    }

    /** Whether {@code arm}, an index of {@code standings}, may be played; where direct is no option there is nothing to protect. */
    boolean allows(Standings standings, int arm) {
        int direct = standings.indexOf(Arm.DIRECT);
        if (guard.isOff() || direct < 0 || arm == direct) {
            return true;
        }
        Statement booked = statement;
        double more = 1.0 + Math.max(0, unbooked.get());
        double gap = standings.quality(direct) - standings.quality(arm);
        double variance = standings.covariance(direct, direct)
                + standings.covariance(arm, arm)
                - 2 * standings.covariance(direct, arm);
        double bound = booked.loss + more * gap + guard.z() * (booked.spread + more * Math.sqrt(Math.max(0, variance)));
        return bound <= guard.alpha() * (booked.earned + (1 + guard.credit()) * standings.quality(direct));
    }

    /** Brings a leaf's account up to what it decided since and to what is believed now. */
    void book(Leaf leaf, Gaussian posterior, int direct, double seconds) {
        Account account = leaf.account;
        int fresh = account.take(leaf, direct, Math.exp(-Math.max(0, seconds - account.bookedAt) / decay.tau()));
        account.bookedAt = seconds;
        unbooked.addAndGet(-fresh);
        loss -= account.loss;
        spread -= account.spread;
        earned -= account.earned;
        account.judge(posterior, direct);
        loss += account.loss;
        spread += account.spread;
        earned += account.earned;
        statement = new Statement(loss, Math.max(0, spread), earned);
    }

    /** One leaf's decisions and what they cost, confined to the learner. What a dropped leaf cost stays in the totals. */
    static final class Account {
        private final double[] decisions = new double[Policy.MAX_ARMS];
        private double bookedAt = Double.NEGATIVE_INFINITY;
        private double loss;
        private double spread;
        private double earned;

        private int take(Leaf leaf, int direct, double kept) {
            int delegated = 0;
            for (int a = 0; a < Policy.MAX_ARMS; a++) {
                int fresh = leaf.unbooked.getAndSet(a, 0);
                decisions[a] = decisions[a] * kept + fresh;
                delegated += a == direct ? 0 : fresh;
            }
            return delegated;
        }

        private void judge(Gaussian posterior, int direct) {
            loss = 0;
            spread = 0;
            double all = 0;
            double[] mean = posterior.mean();
            double[][] covariance = posterior.covariance();
            for (int a = 0; a < posterior.size(); a++) {
                all += decisions[a];
                if (a != direct) {
                    loss += decisions[a] * (mean[direct] - mean[a]);
                    double variance = covariance[direct][direct] + covariance[a][a] - 2 * covariance[direct][a];
                    spread += decisions[a] * Math.sqrt(Math.max(0, variance));
                }
            }
            earned = all * mean[direct];
        }
    }

    private record Statement(double loss, double spread, double earned) {}
}
