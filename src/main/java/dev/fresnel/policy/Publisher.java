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

    /** Steps towards the likeliest scatter; each restart goes on where the last one stopped. */
    private static final int FITTING = 5;

    private final Population population;
    private final PolicySettings settings;
    private final ForwardDecay decay;
    private final Hierarchy hierarchy;

    /** By arm, whether its former self here says more of it than rows from elsewhere; empty when there is neither. */
    private boolean[] isFormerKnown = {};

    Publisher(Population population, PolicySettings settings) {
        this.population = population;
        this.settings = settings;
        this.decay = ForwardDecay.over(settings.memory());
        this.hierarchy = new Hierarchy(settings.prior(), settings.warmStart());
    }

    /** Whether every arm of the population has its row in the hierarchy. */
    boolean knowsAllArms() {
        return hierarchy.size() == population.roster().size();
    }

    /** Fits the scatter and adds up all tasks from their sums: decay since the last time, and rounding, are caught up with. */
    void restart(List<Task> tasks, double seconds) {
        Roster roster = population.roster();
        double[][] byDefault = TaskScatter.byDefault(settings.prior(), roster.size());
        isFormerKnown = whatIsKnown(tasks, roster.size());
        if (isFormerKnown.length > 0) {
            double discrepancy = settings.warmStart().discrepancy();
            byDefault = TaskScatter.withElsewhere(byDefault, discrepancy * discrepancy);
        }
        hierarchy.restart(roster, hierarchy.scatter().length == byDefault.length ? hierarchy.scatter() : byDefault);
        List<Likelihood> seen = new ArrayList<>();
        for (Task task : tasks) {
            TaskView view = new TaskView(task, seconds);
            seen.add(view.seen(view.all));
        }
        for (int step = 0; step < FITTING; step++) {
            seen.forEach(task -> hierarchy.exchange(null, task));
            TaskScatter scatter = new TaskScatter(byDefault);
            seen.forEach(task -> scatter.add(task, hierarchy.mean(), hierarchy.scatter()));
            hierarchy.restart(roster, scatter.fitted());
        }
        for (int g = 0; g < tasks.size(); g++) {
            tasks.get(g).message = hierarchy.exchange(null, seen.get(g));
        }
    }

    private static boolean[] whatIsKnown(List<Task> tasks, int arms) {
        boolean[] isFormerKnown = new boolean[arms];
        double all = 0;
        for (int a = 0; a < arms; a++) {
            double former = 0;
            double seeds = 0;
            for (Task task : tasks) {
                former += task.former[a].weight();
                seeds += task.seeds[a].weight();
            }
            isFormerKnown[a] = former > seeds;
            all += former + seeds;
        }
        return all > 0 ? isFormerKnown : new boolean[0];
    }

    /** Lets the population hear what a task's sums say now. */
    void tell(Task task, double seconds) {
        TaskView view = new TaskView(task, seconds);
        task.message = hierarchy.exchange(task.message, view.seen(view.all));
    }

    /** Publishes what a leaf is taken for now. */
    void publish(Population.Place place, double seconds) {
        publish(place, new TaskView(place.task(), seconds), seconds);
    }

    /** Publishes a leaf that learned, and what its task now promises to leaves not seen yet. */
    void publishWithTask(Population.Place place, double seconds) {
        Task task = place.task();
        TaskView view = new TaskView(task, seconds);
        task.newcomer = view.of(none(), task.newcomer);
        publish(place, view, seconds);
    }

    private void publish(Population.Place place, TaskView view, double seconds) {
        Leaf leaf = place.leaf();
        Evidence[] evidence = effective(leaf.sums, seconds);
        Belief belief = view.of(evidence, leaf.belief);
        leaf.belief = belief;
        int direct = population.roster().slot(Arm.DIRECT);
        if (!settings.guard().isOff() && direct >= 0 && direct < belief.size()) {
            population.ledger.book(
                    place, belief.posterior(), view.errors(evidence), hierarchy.meanCovariance(), direct, seconds);
        }
    }

    /** Publishes what a task that was never seen is taken for. */
    void publishNewcomer() {
        Evidence[] none = none();
        Gaussian leaf = hierarchy.leafPrior(hierarchy.taskPrior(null));
        population.newcomer = new Belief(leaf, noise(none), none, beta(none, population.newcomer));
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

    /** What was seen of a task, here and elsewhere or before an alarm, as it weighs now. */
    private final class TaskView {
        private final Task task;
        private final Evidence[] all;
        private final Evidence[] elsewhere;
        private final double[] noise;

        TaskView(Task task, double seconds) {
            this.task = task;
            all = effective(task.sums, seconds);
            noise = noise(all);
            Evidence[] sums = new Evidence[isFormerKnown.length];
            for (int a = 0; a < sums.length; a++) {
                sums[a] = isFormerKnown[a] ? task.former[a] : task.seeds[a];
            }
            elsewhere = sums.length == 0 ? sums : effective(sums, seconds);
        }

        /** That part of the task's evidence, together with all that is from elsewhere. */
        Likelihood seen(Evidence[] here) {
            return elsewhere.length == 0
                    ? Likelihood.of(here, noise)
                    : Likelihood.of(here, noise).beside(Likelihood.of(elsewhere, noise(elsewhere)));
        }

        /** @param leaf evidence of a leaf, part of the task's; {@code before} what the leaf was taken for */
        Belief of(Evidence[] leaf, @Nullable Belief before) {
            // A dropped task is no part of the sums any more; a leaf of it may still be asked for in this round.
            Gaussian prior = hierarchy.taskPrior(task.isDropped ? null : task.message);
            Gaussian rest = seen(siblings(leaf)).after(prior);
            Gaussian posterior = Likelihood.of(leaf, noise).after(hierarchy.leafPrior(rest));
            return new Belief(posterior, noise, leaf, beta(leaf, before));
        }

        ErrorSplit errors(Evidence[] leaf) {
            return hierarchy.errors(seen(siblings(leaf)), Likelihood.of(leaf, noise));
        }

        private Evidence[] siblings(Evidence[] leaf) {
            Evidence[] siblings = new Evidence[all.length];
            for (int a = 0; a < siblings.length; a++) {
                siblings[a] = all[a].minus(leaf[a]).asTotal();
            }
            return siblings;
        }
    }

    /** Quantiles cost more than all the rest, so those of unchanged evidence are kept. */
    private double[][] beta(Evidence[] leaf, @Nullable Belief before) {
        if (settings.rule() != RuleName.THOMPSON_FLAT) {
            return new double[0][];
        }
        double[][] tables = new double[leaf.length][];
        for (int a = 0; a < leaf.length; a++) {
            Belief known = before == null || a >= before.size() ? null : before;
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
