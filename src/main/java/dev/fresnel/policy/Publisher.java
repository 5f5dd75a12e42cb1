package dev.fresnel.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the sums of a population into what its leaves are taken for, and publishes it: effective evidence now, noise, the hierarchy's
 * prior for the task, the leaf's siblings, then the leaf itself.
 *
 * <p>The third level is approximate: a leaf scatters around its task, and the task, for this leaf, is what its other leaves say; but
 * the population hears of a task as if all its leaves were one. With a scatter of leaves far below that of tasks the difference is small.
 *
 * <p>Used by one thread at a time, the learner's.
 */
final class Publisher {
    /** Relative change of evidence that a table of quantiles is not made anew for. */
    private static final double SAME = 1e-3;

    private final Population population;
    private final PolicySettings settings;
    private final ForwardDecay decay;
    private final Hierarchy hierarchy;

    Publisher(Population population, PolicySettings settings) {
        this.population = population;
        this.settings = settings;
        this.decay = ForwardDecay.over(settings.memory());
        this.hierarchy = new Hierarchy(settings.prior());
    }

    /** Whether every arm of the population has its row in the hierarchy. */
    boolean knowsAllArms() {
        return hierarchy.size() == population.roster().size();
    }

    /** Estimates the scatter anew and adds up all tasks from their sums: decay since the last time, and rounding, are caught up with. */
    void restart(List<Task> tasks, double seconds) {
        Roster roster = population.roster();
        hierarchy.restart(roster);
        List<Evidence[]> evidence = new ArrayList<>();
        List<double[]> noises = new ArrayList<>();
        for (Task task : tasks) {
            evidence.add(effective(task.sums, seconds));
            noises.add(noise(evidence.getLast()));
        }
        hierarchy.restart(roster, TaskScatter.fit(evidence, noises, hierarchy.scatter()));
        for (int g = 0; g < tasks.size(); g++) {
            tasks.get(g).message = hierarchy.exchange(null, Likelihood.of(evidence.get(g), noises.get(g)));
        }
    }

    /** Lets the population hear what a task's sums say now. */
    void tell(Task task, double seconds) {
        Evidence[] effective = effective(task.sums, seconds);
        task.message = hierarchy.exchange(task.message, Likelihood.of(effective, noise(effective)));
    }

    /** Publishes what a leaf is taken for now. */
    void publish(Population.Place place, double seconds) {
        publish(place, new TaskOutlook(place.task(), seconds), seconds);
    }

    /** Publishes a leaf that learned, and what its task now promises to leaves not seen yet. */
    void publishWithTask(Population.Place place, double seconds) {
        Task task = place.task();
        TaskOutlook view = new TaskOutlook(task, seconds);
        task.newcomer = view.of(none(), task.newcomer);
        publish(place, view, seconds);
    }

    /** Books the decisions a leaf made since it was published. */
    void book(Population.Place place, double seconds) {
        Outlook outlook = place.leaf().outlook;
        if (outlook == null) {
            publish(place, seconds);
        } else {
            book(place.leaf(), outlook, seconds);
        }
    }

    private void publish(Population.Place place, TaskOutlook view, double seconds) {
        Leaf leaf = place.leaf();
        Outlook outlook = view.of(effective(leaf.sums, seconds), leaf.outlook);
        leaf.outlook = outlook;
        book(leaf, outlook, seconds);
    }

    private void book(Leaf leaf, Outlook outlook, double seconds) {
        int direct = population.roster().slot(Arm.DIRECT);
        Gaussian posterior = outlook.likelier().posterior();
        if (direct >= 0 && direct < posterior.size()) {
            population.ledger.book(leaf, posterior, direct, seconds);
        }
    }

    /** Publishes what a task that was never seen is taken for. */
    void publishNewcomer() {
        Evidence[] none = none();
        Gaussian leaf = hierarchy.leafPrior(hierarchy.taskPrior(null));
        population.newcomer = Outlook.of(new Belief(leaf, noise(none), none, beta(none, population.newcomer)));
    }

    /** Sums as they weigh now, per arm of the hierarchy. */
    Evidence[] effective(Evidence[] sums, double seconds) {
        List<Landmark> landmarks = population.roster().landmarks();
        Evidence[] effective = new Evidence[hierarchy.size()];
        for (int a = 0; a < effective.length; a++) {
            effective[a] =
                    sums[a].times(decay.effective(landmarks.get(a), seconds)).asTotal();
        }
        return effective;
    }

    /** What a task is taken for without its own evidence, with the seed rows and without them. */
    private final class TaskOutlook {
        private final Gaussian plain;
        private final @Nullable Gaussian informed;
        private final Evidence[] all;
        private final double[] noise;
        private final double trust;

        TaskOutlook(Task task, double seconds) {
            all = effective(task.sums, seconds);
            noise = noise(all);
            // A dropped task is no part of the sums any more; a leaf of it may still be asked for in this round.
            plain = hierarchy.taskPrior(task.isDropped ? null : task.message);
            if (task.isSeeded()) {
                Evidence[] seeds = effective(task.seeds, seconds);
                informed = Likelihood.of(seeds, noise(seeds)).after(plain);
                trust = SeedTrust.of(all, seeds, settings.warmStart().trust());
            } else {
                informed = null;
                trust = 0;
            }
        }

        /** @param leaf evidence of a leaf, part of the task's; {@code before} what the leaf was taken for */
        Outlook of(Evidence[] leaf, @Nullable Outlook before) {
            double[][] beta = beta(leaf, before);
            Belief belief = belief(plain, leaf, beta);
            return informed == null ? Outlook.of(belief) : new Outlook(belief, belief(informed, leaf, beta), trust);
        }

        private Belief belief(Gaussian prior, Evidence[] leaf, double[][] beta) {
            Evidence[] siblings = new Evidence[all.length];
            for (int a = 0; a < siblings.length; a++) {
                siblings[a] = all[a].minus(leaf[a]).asTotal();
            }
            Gaussian task = Likelihood.of(siblings, noise).after(prior);
            Gaussian posterior = Likelihood.of(leaf, noise).after(hierarchy.leafPrior(task));
            return new Belief(posterior, noise, leaf, beta);
        }
    }

    /** Quantiles cost more than all the rest, so those of unchanged evidence are kept. */
    private double[][] beta(Evidence[] leaf, @Nullable Outlook before) {
        if (settings.rule() != RuleName.THOMPSON_FLAT) {
            return new double[0][];
        }
        double[][] tables = new double[leaf.length][];
        for (int a = 0; a < leaf.length; a++) {
            Belief known = before == null || a >= before.plain().size() ? null : before.plain();
            tables[a] = known != null && isNearly(known.pulls()[a], leaf[a])
                    ? known.beta()[a]
                    : BetaQuantiles.of(hierarchy.priorMean()[a], leaf[a]);
        }
        return tables;
    }

    private static boolean isNearly(Evidence known, Evidence now) {
        double slack = SAME * (1 + now.weight());
        return Math.abs(known.weight() - now.weight()) < slack && Math.abs(known.reward() - now.reward()) < slack;
    }

    private Evidence[] none() {
        Evidence[] none = new Evidence[hierarchy.size()];
        Arrays.fill(none, Evidence.NONE);
        return none;
    }

    private double[] noise(Evidence[] effective) {
        double[] noise = new double[effective.length];
        for (int a = 0; a < noise.length; a++) {
            noise[a] = Task.noise(effective[a], hierarchy.priorMean()[a]);
        }
        return noise;
    }
}
