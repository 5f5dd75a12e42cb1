package dev.fresnel.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    void publish(Population.Place place, double seconds) {
        Task task = place.task();
        Leaf leaf = place.leaf();
        if (task.isDropped) {
            return;
        }
        if (task.message == null) {
            tell(task, seconds);
        }
        Gaussian before = hierarchy.taskPrior(task.message);
        task.newcomer = outlook(task, before, none(), seconds);
        Outlook outlook = outlook(task, before, effective(leaf.sums, seconds), seconds);
        leaf.outlook = outlook;
        int direct = population.roster().slot(Arm.DIRECT);
        if (direct >= 0 && direct < hierarchy.size()) {
            population.ledger.book(leaf, outlook.likelier().posterior(), direct, seconds);
        }
    }

    /** Publishes what a task that was never seen is taken for. */
    void publishNewcomer() {
        Evidence[] none = none();
        population.newcomer = Outlook.of(belief(hierarchy.taskPrior(null), none, none, noise(none)));
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

    private Outlook outlook(Task task, Gaussian before, Evidence[] leaf, double seconds) {
        Evidence[] all = effective(task.sums, seconds);
        double[] noise = noise(all);
        Belief plain = belief(before, all, leaf, noise);
        if (!task.isSeeded()) {
            return Outlook.of(plain);
        }
        Evidence[] seeds = effective(task.seeds, seconds);
        Gaussian informed = Likelihood.of(seeds, noise(seeds)).after(before);
        double trust = SeedTrust.of(all, seeds, settings.warmStart().trust());
        return new Outlook(plain, belief(informed, all, leaf, noise), trust);
    }

    /** @param before what the task is taken for without its own evidence {@code all}, of which {@code leaf} is a part */
    private Belief belief(Gaussian before, Evidence[] all, Evidence[] leaf, double[] noise) {
        Evidence[] siblings = new Evidence[all.length];
        for (int a = 0; a < siblings.length; a++) {
            siblings[a] = all[a].minus(leaf[a]).asTotal();
        }
        Gaussian task = Likelihood.of(siblings, noise).after(before);
        Gaussian posterior = Likelihood.of(leaf, noise).after(hierarchy.leafPrior(task));
        return new Belief(posterior, noise, leaf, beta(leaf));
    }

    private double[][] beta(Evidence[] leaf) {
        if (settings.rule() != RuleName.THOMPSON_FLAT) {
            return new double[0][];
        }
        double[][] tables = new double[leaf.length][];
        for (int a = 0; a < leaf.length; a++) {
            tables[a] = BetaQuantiles.of(hierarchy.priorMean()[a], leaf[a]);
        }
        return tables;
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
