package dev.fresnel.policy;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much of a population's allowance for lost quality is left, and whether one more delegation is affordable. What was delegated so
 * far leaves a margin that is linear in the qualities nobody knows exactly,
 *
 * <pre>
 *   margin = alpha sum_l N_l q_l,direct - sum_la n_la (q_l,direct - q_la)  =  sum_l w_l . q_l
 *
 *   play a iff  E[margin] + alpha (1 + credit) q_direct - gap  &gt;=  z (sd[margin] + sd[gap]),   gap = q_direct - q_a
 *          or   sum_la n_la q_l,direct + q_direct  &lt;=  alpha (sum_l N_l q_l,direct + (1 + credit) q_direct)
 * </pre>
 *
 * <ul>
 *   <li>{@code n_la} delegated decisions, {@code N_l} all decisions of leaf {@code l}; {@code q} quality as believed <em>now</em>: a
 *       ledger that adds up what was believed at decision time protects from nothing, since arms are played where they were overrated;
 *   <li>{@code alpha} share of direct's quality that may be lost, {@code z} confidence, {@code credit} requests' worth of allowance to
 *       begin with.
 * </ul>
 *
 * The second bound needs no belief about the arm: an answer that is worth nothing loses what direct would have earned and no more, so a
 * share {@code alpha} of the decisions may always be delegated. Without it a direct arm that has become worthless would lock itself in,
 * since its allowance shrinks with its quality.
 *
 * <p>The leaves' errors are partly one and the same, the population's ({@link ErrorSplit}), which adds up as it is, and partly each task's
 * own, which add up as variances:
 *
 * <pre>
 *   var[margin] = b' C b + sum_g (sum_(l in g) sqrt(w_l' V_l w_l))^2,   b = sum_l G_l' w_l
 * </pre>
 *
 * with {@code C} the covariance of the population's mean. Within a task deviations add up, which holds however its leaves' errors go
 * together; so does the deviation of the next decision, and of those not booked yet.
 *
 * <p>References: Wu et al., "Conservative bandits", ICML 2016 (arXiv:1602.04282); Kazerouni et al., "Conservative contextual linear
 * bandits", NIPS 2017 (arXiv:1611.06426). Departures: a normal bound at {@code z = 3} stands in for an anytime-valid one; counts fade
 * with the same time constant as evidence, so that last year's thrift pays for nothing today. Seed rows earn nothing.
 *
 * <p>Booked by the learner, read by all threads. Decisions not booked yet are taken for delegations to the leaf that asks.
 */
final class QualityLedger {
    private final PolicySettings.Guard guard;
    private final ForwardDecay decay;
    private final AtomicInteger unbooked = new AtomicInteger();
    private final double[] exposure = new double[2 * Policy.MAX_ARMS];
    private double margin;
    private double ownVariance;
    private double left;
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
        double doubt = guard.z() * (booked.deviation + more * Math.sqrt(Math.max(0, variance)));
        double allowance = guard.alpha() * (1 + guard.credit()) * standings.quality(direct);
        return booked.margin + allowance - more * gap >= doubt
                || booked.left + allowance >= more * standings.quality(direct);
    }

    /**
     * Brings a leaf's account up to what it decided since and to what is believed now.
     *
     * @param shared covariance {@code C} of the population's mean
     */
    void book(
            Population.Place place,
            Gaussian posterior,
            ErrorSplit errors,
            double[][] shared,
            int direct,
            double seconds) {
        Leaf leaf = place.leaf();
        Account account = leaf.account;
        unbooked.addAndGet(
                -account.take(leaf, direct, Math.exp(-Math.max(0, seconds - account.bookedAt) / decay.tau())));
        account.bookedAt = seconds;
        double[] weights = account.weights(guard.alpha(), posterior.size(), direct);
        double[] exposed = errors.exposure(weights);
        double deviation = errors.deviation(weights);

        Task task = place.task();
        ownVariance -= task.deviation * task.deviation;
        task.deviation = Math.max(0, task.deviation + deviation - account.deviation);
        ownVariance += task.deviation * task.deviation;
        account.deviation = deviation;
        double now = Matrix.product(weights, posterior.mean());
        margin += now - account.margin;
        account.margin = now;
        double ifAllFailed = account.ifAllFailed(guard.alpha(), posterior.size(), direct)
                * posterior.mean()[direct];
        left += ifAllFailed - account.left;
        account.left = ifAllFailed;
        int arms = posterior.size();
        for (int a = 0; a < exposed.length; a++) {
            int at = place(a, arms);
            exposure[at] += exposed[a] - account.exposure[at];
            account.exposure[at] = exposed[a];
        }
        double common = 0;
        for (int a = 0; a < shared.length; a++) {
            for (int b = 0; b < shared.length; b++) {
                common += exposure[place(a, arms)] * shared[a][b] * exposure[place(b, arms)];
            }
        }
        statement = new Statement(margin, Math.sqrt(Math.max(0, common) + Math.max(0, ownVariance)), left);
    }

    /** Arms elsewhere have places of their own, wherever the hierarchy keeps them: what a dropped leaf left must not move. */
    private static int place(int row, int arms) {
        return row < arms ? row : Policy.MAX_ARMS + row - arms;
    }

    /** One leaf's decisions and what they leave, confined to the learner. What a dropped leaf left stays in the totals. */
    static final class Account {
        private final double[] decisions = new double[Policy.MAX_ARMS];
        private final double[] exposure = new double[2 * Policy.MAX_ARMS];
        private double bookedAt = Double.NEGATIVE_INFINITY;
        private double margin;
        private double left;
        private double deviation;

        private int take(Leaf leaf, int direct, double kept) {
            int delegated = 0;
            for (int a = 0; a < Policy.MAX_ARMS; a++) {
                int fresh = leaf.unbooked.getAndSet(a, 0);
                decisions[a] = decisions[a] * kept + fresh;
                delegated += a == direct ? 0 : fresh;
            }
            return delegated;
        }

        /** What is left of the allowance, in decisions, had every delegation come to nothing. */
        private double ifAllFailed(double alpha, int arms, int direct) {
            double decisionsLeft = 0;
            for (int a = 0; a < arms; a++) {
                decisionsLeft += decisions[a] * (a == direct ? alpha : alpha - 1);
            }
            return decisionsLeft;
        }

        /** {@code w}: what one point of each arm's quality adds to the margin. */
        private double[] weights(double alpha, int arms, int direct) {
            double[] weights = new double[arms];
            for (int a = 0; a < arms; a++) {
                weights[direct] += decisions[a] * (a == direct ? alpha : alpha - 1);
                weights[a] += a == direct ? 0 : decisions[a];
            }
            return weights;
        }
    }

    /**
     * @param margin expected, and its {@code deviation}
     * @param left of the allowance, had every delegation come to nothing
     */
    private record Statement(double margin, double deviation, double left) {}
}
