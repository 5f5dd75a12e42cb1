package dev.fresnel.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The tasks and leaves of one population as all threads see them: what each leaf is taken for, what is in flight, which arms there
 * are. The learner's side is {@link PopulationLearner}.
 *
 * <p>Thread-safe without waiting: beliefs are immutable and published, counters are atomic, and the only lock is held for the few
 * instructions that number a new arm, at most {@link Policy#MAX_ARMS} times in a population's life.
 */
final class Population {
    final ConcurrentHashMap<String, Task> tasks = new ConcurrentHashMap<>();

    /** Leaves with decisions that the ledger has not booked; each at most once per arm. */
    final ConcurrentLinkedQueue<Place> unbooked = new ConcurrentLinkedQueue<>();

    final QualityLedger ledger;

    /** The learner's side; used under the policy's lock only. */
    final PopulationLearner learner;

    /** Last use in seconds. A lost race costs a little order in eviction, nothing else. */
    volatile double used = Double.NEGATIVE_INFINITY;

    /** What a leaf of a task that was never seen is taken for; null until the first evidence. */
    volatile @Nullable Belief newcomer;

    private final PolicySettings.Bounds bounds;
    private final AtomicInteger leaves = new AtomicInteger();

    /** Outcomes for which the last alarm still asks for the raised floor. The learner counts down. */
    private volatile int alarmed;

    private volatile Roster roster = Roster.EMPTY;

    /** A leaf and its task. */
    record Place(Task task, Leaf leaf) {}

    Population(String name, PolicySettings settings) {
        this.bounds = settings.bounds();
        this.ledger = new QualityLedger(settings.guard(), ForwardDecay.over(settings.memory()));
        this.learner = new PopulationLearner(name, this, settings);
    }

    Roster roster() {
        return roster;
    }

    /** Whether an alarm still asks for the raised floor. */
    boolean isAlarmed() {
        return alarmed > 0;
    }

    /** The learner's: raises the floor for so many outcomes, or lowers it outcome by outcome. */
    void alarm(int outcomes) {
        alarmed = outcomes;
    }

    int alarmed() {
        return alarmed;
    }

    @Nullable
    Leaf leaf(Context context) {
        Task task = tasks.get(context.task());
        return task == null ? null : task.leaves.get(context.leaf());
    }

    /** What the leaf is taken for, or else its task, or else the population; null when nothing was learned yet. */
    @Nullable
    Belief belief(Context context) {
        Task task = tasks.get(context.task());
        if (task == null) {
            return newcomer;
        }
        Leaf leaf = task.leaves.get(context.leaf());
        Belief belief = leaf == null ? null : leaf.belief;
        if (belief == null) {
            belief = task.newcomer;
        }
        return belief == null ? newcomer : belief;
    }

    /** What every leaf is taken for, the last used first. */
    List<LeafState> states(String name) {
        Roster arms = roster;
        List<LeafState> states = new ArrayList<>();
        tasks.forEach((task, of) -> of.leaves.forEach((leaf, found) -> {
            Belief belief = found.belief;
            if (belief != null) {
                states.add(new LeafState(
                        new Context(name, task, leaf),
                        Instant.ofEpochMilli((long) (found.used * 1000)),
                        state(arms, found, belief)));
            }
        }));
        states.sort(Comparator.comparing(LeafState::used)
                .reversed()
                .thenComparing(state -> state.context().task())
                .thenComparing(state -> state.context().leaf()));
        return states;
    }

    private static List<LeafState.ArmState> state(Roster arms, Leaf leaf, Belief belief) {
        int direct = arms.slot(Arm.DIRECT);
        double[] mean = belief.posterior().mean();
        double[][] covariance = belief.posterior().covariance();
        List<LeafState.ArmState> states = new ArrayList<>();
        for (int i = 0; i < Math.min(arms.size(), belief.size()); i++) {
            Evidence seen = belief.pulls()[i];
            states.add(new LeafState.ArmState(
                    arms.arms().get(i),
                    mean[i],
                    Math.sqrt(covariance[i][i]),
                    seen.weight(),
                    seen.reward() / seen.weight(),
                    leaf.pending.get(i),
                    direct < 0 || direct >= belief.size() ? Double.NaN : notWorse(mean, covariance, i, direct)));
        }
        return states;
    }

    private static double notWorse(double[] mean, double[][] covariance, int arm, int direct) {
        if (arm == direct) {
            return 1;
        }
        double variance = covariance[arm][arm] + covariance[direct][direct] - 2 * covariance[arm][direct];
        return SpecialFunctions.normalCumulative(
                (mean[arm] - mean[direct]) / Math.sqrt(Math.max(Gaussian.LEAST_VARIANCE, variance)));
    }

    /** Counts a decision as in flight; not while all places are taken, until the learner has made room. */
    void begin(EvidenceKey key, double seconds) {
        int slot = enrol(key.arm(), seconds);
        Place place = slot < 0 ? null : place(key.context(), seconds);
        if (place == null) {
            return;
        }
        Leaf leaf = place.leaf();
        used = seconds;
        leaf.used = seconds;
        leaf.pending.incrementAndGet(slot);
        if (!key.arm().isDirect()) {
            ledger.note();
        }
        if (leaf.unbooked.getAndIncrement(slot) == 0) {
            unbooked.add(place);
        }
    }

    void end(EvidenceKey key) {
        int slot = roster.slot(key.arm());
        Leaf leaf = leaf(key.context());
        if (slot >= 0 && leaf != null) {
            leaf.end(slot);
        }
    }

    /** The arm's number, given on first sight; -1 when all numbers are taken. */
    int enrol(Arm arm, double seconds) {
        int slot = roster.slot(arm);
        return slot >= 0 ? slot : enrolNew(arm, seconds);
    }

    private synchronized int enrolNew(Arm arm, double seconds) {
        int slot = roster.slot(arm);
        if (slot < 0 && roster.size() < Policy.MAX_ARMS) {
            slot = roster.size();
            roster = roster.plus(arm, Landmark.at(seconds));
        }
        return slot;
    }

    synchronized void move(int slot, Landmark landmark) {
        roster = roster.with(slot, landmark);
    }

    synchronized void replace(int slot, Arm arm, Landmark landmark) {
        roster = roster.with(slot, arm, landmark);
    }

    /** The context's leaf, made on first sight; null when all places are taken. */
    @Nullable
    Place place(Context context, double seconds) {
        Task task = tasks.get(context.task());
        if (task == null) {
            if (hasTooManyTasks()) {
                return null;
            }
            task = tasks.computeIfAbsent(context.task(), _ -> new Task());
        }
        Leaf leaf = task.leaves.get(context.leaf());
        if (leaf == null) {
            if (hasTooManyLeaves()) {
                return null;
            }
            leaf = task.leaves.computeIfAbsent(context.leaf(), _ -> {
                leaves.incrementAndGet();
                return new Leaf();
            });
            leaf.used = seconds;
        }
        return new Place(task, leaf);
    }

    boolean hasTooManyTasks() {
        return tasks.size() >= bounds.tasks();
    }

    boolean hasTooManyLeaves() {
        return leaves.get() >= bounds.leaves();
    }

    void removed(int count) {
        leaves.addAndGet(-count);
    }

    /** The number of leaves as counted: additions that raced with a removal are put right. */
    void count(int counted) {
        leaves.set(counted);
    }
}
