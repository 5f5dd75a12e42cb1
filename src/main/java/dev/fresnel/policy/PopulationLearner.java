package dev.fresnel.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The learner's side of a {@link Population}: adds evidence, watches for drift, makes room, and has the {@link Publisher} tell.
 *
 * <p>An outcome changes the belief about its leaf, its task and, a little, every other leaf. The first two are published at once, the
 * others in turn, {@value #REPUBLISHED} leaves per outcome, and all of them every {@value #REFIT_EVERY} outcomes together with a fresh
 * estimate of the scatter and freshly added sums. The work per outcome stays bounded however many leaves there are.
 *
 * <p>Used by one thread at a time.
 */
final class PopulationLearner {
    private static final int REPUBLISHED = 8;
    private static final int REFIT_EVERY = 500;

    /** More changed leaves than this are published by publishing all. */
    private static final int PUBLISHED_SINGLY = 16;

    private final String name;
    private final PolicySettings settings;
    private final ForwardDecay decay;
    private final Population population;
    private final Publisher publisher;
    private final DriftWatch drift;

    /** Evidence of tasks that had to go, as one more task. */
    private final Task dropped = new Task();

    private final KnownCells cells = new KnownCells();

    /** Of arms as they were before an alarm; empty where the alarm is our own. */
    private final KnownCells former = new KnownCells();

    private Iterator<Population.Place> turn = Collections.emptyIterator();
    private int lessons;

    PopulationLearner(String name, Population population, PolicySettings settings) {
        this.name = name;
        this.population = population;
        this.settings = settings;
        this.decay = ForwardDecay.over(settings.memory());
        this.publisher = new Publisher(population, settings);
        this.drift = new DriftWatch(settings.drift());
    }

    Landmark landmark(Arm arm, double seconds) {
        return landmark(slot(arm, seconds));
    }

    /** One outcome: its residual against what was believed, then its evidence. */
    Lesson learn(EvidenceKey key, Observation observation, double seconds) {
        int slot = slot(key.arm(), seconds);
        Landmark landmark = landmark(slot);
        double residual = observation.weight() * residual(key, slot, observation.reward());
        Evidence delta = decay.weigh(landmark, observation.stamp(), observation.evidence());
        population.alarm(Math.max(0, population.alarmed() - 1));
        add(key, slot, delta, seconds);
        Optional<Alarm> alarm =
                drift.add(slot, residual, observation.weight()).map(direction -> new Alarm(name, key.arm(), direction));
        alarm.ifPresent(raised -> change(raised.arm(), settings.drift().keep(), seconds));
        return new Lesson(delta, landmark, residual, alarm);
    }

    Lesson revise(EvidenceKey key, Observation before, Observation after, double seconds) {
        int slot = slot(key.arm(), seconds);
        Landmark landmark = landmark(slot);
        Evidence delta = decay.weigh(landmark, after.stamp(), after.evidence())
                .minus(decay.weigh(landmark, before.stamp(), before.evidence()));
        add(key, slot, delta, seconds);
        return new Lesson(delta, landmark, 0, Optional.empty());
    }

    /** Evidence in units of the arm's landmark. */
    void add(EvidenceKey key, Evidence delta, double seconds) {
        add(key, slot(key.arm(), seconds), delta, seconds);
    }

    /** Takes over what a shared store holds. */
    void follow(Shared shared, double seconds) {
        Set<Arm> reset = new HashSet<>();
        boolean moved = false;
        for (Map.Entry<Arm, Landmark> arm : shared.landmarks().entrySet()) {
            int slot = slot(arm.getKey(), seconds);
            if (arm.getValue().epoch() > landmark(slot).epoch()) {
                reset.add(arm.getKey());
            }
            moved |= moveTo(slot, arm.getValue());
        }
        List<Population.Place> changed = new ArrayList<>();
        shared.totals().forEach((key, total) -> replace(key, total, changed, seconds));
        for (Map.Entry<EvidenceKey, Evidence> cell : shared.former().entrySet()) {
            moved |= replaceFormer(cell.getKey(), cell.getValue());
        }
        if (shared.extent() == Shared.Extent.WHOLE) {
            cells.untold(reset, shared.totals()).forEach(key -> replace(key, Evidence.NONE, changed, seconds));
            for (EvidenceKey key : former.untold(reset, shared.former())) {
                moved |= replaceFormer(key, Evidence.NONE);
            }
        }
        if (moved || changed.size() > PUBLISHED_SINGLY || !publisher.knowsAllArms()) {
            rebuild(seconds);
            return;
        }
        for (Population.Place place : changed) {
            publisher.tell(place.task(), seconds);
            publisher.publishWithTask(place, seconds);
        }
        publisher.publishNewcomer();
    }

    private void replace(EvidenceKey key, Evidence total, List<Population.Place> changed, double seconds) {
        int slot = population.roster().slot(key.arm());
        Optional<Evidence> missing = slot < 0 ? Optional.empty() : cells.missing(key, total);
        if (missing.isEmpty()) {
            return;
        }
        Population.Place place = population.place(key.context(), seconds);
        Task keeper = place == null ? keeper(key.context()) : place.task();
        keeper.sums[slot] = keeper.sums[slot].plus(missing.get()).orNone();
        if (place != null) {
            Leaf leaf = place.leaf();
            leaf.sums[slot] = leaf.sums[slot].plus(missing.get()).orNone();
            changed.add(place);
        }
    }

    /** Whether that was news. */
    private boolean replaceFormer(EvidenceKey key, Evidence total) {
        int slot = population.roster().slot(key.arm());
        Optional<Evidence> missing = slot < 0 ? Optional.empty() : former.missing(key, total);
        missing.ifPresent(delta -> {
            Task keeper = keeper(key.context());
            keeper.former[slot] = keeper.former[slot].plus(delta).orNone();
        });
        return missing.isPresent();
    }

    private Task keeper(Context context) {
        return population.tasks.getOrDefault(context.task(), dropped);
    }

    /** Rows recorded elsewhere about an arm in a task; believed from the next {@link #rebuild} on. */
    void seed(Context context, Arm arm, Evidence rows, double seconds) {
        int slot = slot(arm, seconds);
        Landmark landmark = landmark(slot);
        Task task = room(context.wholeTask(), seconds).task();
        task.seeds[slot] = task.seeds[slot].plus(decay.weigh(landmark, landmark.stamp(seconds), rows));
    }

    /** The arm has changed: its evidence weighs {@code keep} from now on, and its former self is kept beside it. */
    void change(Arm arm, double keep, double seconds) {
        int slot = slot(arm, seconds);
        setAside(slot, keep);
        if (moveTo(slot, decay.jump(landmark(slot), keep))) {
            rebuild(seconds);
        }
    }

    /** Whether that was a move. One that jumped starts the alarm's exploration. */
    private boolean moveTo(int slot, Landmark landmark) {
        Landmark before = landmark(slot);
        if (before.equals(landmark)) {
            return false;
        }
        scale(slot, decay.rebase(before, landmark));
        if (landmark.jump() > before.jump()) {
            drift.restart(slot);
            population.alarm(settings.exploration().alarmOutcomes());
        }
        population.move(slot, landmark);
        return true;
    }

    /**
     * An arm that has changed is to its former self what an arm is to the same arm elsewhere: as good in all tasks plus a bias that is not
     * known yet. Its evidence is kept beside it as such rows, so that what it knew of the tasks' differences stays, and so does the
     * way back: of two former selves the better known one is kept, which after an outage is the one from before it.
     *
     * @param keep share of its weight that evidence keeps after the alarm
     */
    private void setAside(int slot, double keep) {
        double here = 0;
        double before = 0;
        for (Task task : allTasks()) {
            here += (1 - keep) * task.sums[slot].weight();
            before += task.former[slot].weight();
        }
        for (Task task : allTasks()) {
            Evidence kept = here > before ? task.sums[slot].times(1 - keep) : task.former[slot];
            task.former[slot] = kept.times(1 / keep);
        }
    }

    /** Brings everything up to a moment: decay, scatter, sums, every leaf. */
    void rebuild(double seconds) {
        moveFarLandmarks(seconds);
        publisher.restart(allTasks(), seconds);
        publisher.publishNewcomer();
        List<Population.Place> places = places();
        population.count(places.size());
        for (Population.Place place : places) {
            publisher.publishWithTask(place, seconds);
        }
    }

    private void add(EvidenceKey key, int slot, Evidence delta, double seconds) {
        Population.Place place = room(key.context(), seconds);
        cells.add(key, delta);
        Task task = place.task();
        Leaf leaf = place.leaf();
        population.used = seconds;
        leaf.used = seconds;
        // Not bounded here: what takes away may arrive before what it takes away from.
        task.sums[slot] = task.sums[slot].plus(delta).orNone();
        leaf.sums[slot] = leaf.sums[slot].plus(delta).orNone();
        if (!publisher.knowsAllArms() || isTimeToRefit(++lessons)) {
            rebuild(seconds);
            return;
        }
        publisher.tell(task, seconds);
        publisher.publishWithTask(place, seconds);
        publisher.publishNewcomer();
        bookDecisions(seconds);
        for (int i = 0; i < REPUBLISHED; i++) {
            if (!turn.hasNext()) {
                turn = places().iterator();
            }
            publisher.publish(turn.next(), seconds);
        }
    }

    /** Early on each doubling of what is known is worth a fresh look. */
    private static boolean isTimeToRefit(int lessons) {
        return lessons % REFIT_EVERY == 0 || (lessons < REFIT_EVERY && Integer.bitCount(lessons) == 1);
    }

    /** The ledger hears of decisions whether or not they ever get an outcome. */
    private void bookDecisions(double seconds) {
        for (Population.Place place = population.unbooked.poll(); place != null; place = population.unbooked.poll()) {
            publisher.publish(place, seconds);
        }
    }

    /** How surprising a reward is, in standard deviations; 0 while nothing is known to compare it with. */
    private double residual(EvidenceKey key, int slot, double reward) {
        Belief belief = population.belief(key.context());
        if (belief == null || slot >= belief.size()) {
            return 0;
        }
        Gaussian posterior = belief.posterior();
        return Cusum.residual(reward, posterior.mean()[slot], posterior.covariance()[slot][slot]);
    }

    // Arms and their landmarks.

    private Landmark landmark(int slot) {
        return population.roster().landmarks().get(slot);
    }

    /** The arm's number. When all are taken, the worker with the least evidence gives way. */
    private int slot(Arm arm, double seconds) {
        int slot = population.enrol(arm, seconds);
        if (slot >= 0) {
            return slot;
        }
        int least = leastKnownWorker(seconds);
        scale(least, 0);
        for (Population.Place place : places()) {
            place.leaf().pending.set(least, 0);
            place.leaf().belief = null;
            place.task().newcomer = null;
        }
        population.newcomer = null;
        drift.restart(least);
        population.replace(least, arm, Landmark.at(seconds));
        rebuild(seconds);
        return least;
    }

    private int leastKnownWorker(double seconds) {
        List<Arm> arms = population.roster().arms();
        double[] weights = new double[arms.size()];
        for (Task task : allTasks()) {
            Evidence[] effective = publisher.effective(task.sums, seconds);
            for (int a = 0; a < effective.length; a++) {
                weights[a] += effective[a].weight();
            }
        }
        int least = -1;
        for (int a = 0; a < arms.size(); a++) {
            if (!arms.get(a).isDirect() && (least < 0 || weights[a] < weights[least])) {
                least = a;
            }
        }
        return least;
    }

    /** Multiplies all sums of an arm. */
    private void scale(int slot, double factor) {
        Arm arm = population.roster().arms().get(slot);
        cells.scale(arm, factor);
        former.scale(arm, factor);
        for (Task task : allTasks()) {
            task.scale(slot, factor);
        }
    }

    private void moveFarLandmarks(double seconds) {
        for (int a = 0; a < population.roster().size(); a++) {
            Landmark landmark = landmark(a);
            if (decay.isFar(landmark, seconds)) {
                Landmark moved = decay.moved(landmark, seconds);
                scale(a, decay.rebase(landmark, moved));
                population.move(a, moved);
            }
        }
    }

    // Places and their bounds.

    private Population.Place room(Context context, double seconds) {
        Population.Place place = population.place(context, seconds);
        while (place == null) {
            if (population.hasTooManyLeaves()) {
                dropLeaf();
            } else {
                dropTask(seconds);
            }
            place = population.place(context, seconds);
        }
        return place;
    }

    /** The least recently used leaf goes; its evidence stays in its task. */
    private void dropLeaf() {
        Population.@Nullable Place oldest = null;
        String key = "";
        for (Task task : population.tasks.values()) {
            for (Map.Entry<String, Leaf> entry : task.leaves.entrySet()) {
                if (oldest == null || entry.getValue().used < oldest.leaf().used) {
                    oldest = new Population.Place(task, entry.getValue());
                    key = entry.getKey();
                }
            }
        }
        if (oldest != null && oldest.task().leaves.remove(key) != null) {
            population.removed(1);
        }
    }

    /** The least recently used task goes with its leaves; its evidence stays in the population. */
    private void dropTask(double seconds) {
        String oldest = Collections.min(
                population.tasks.keySet(),
                Comparator.comparingDouble(
                        key -> population.tasks.getOrDefault(key, dropped).used()));
        Task task = population.tasks.remove(oldest);
        if (task == null) {
            return;
        }
        task.isDropped = true;
        population.removed(task.leaves.size());
        dropped.takeOver(task);
        rebuild(seconds);
    }

    private List<Task> allTasks() {
        List<Task> all = new ArrayList<>(population.tasks.values());
        all.add(dropped);
        return all;
    }

    private List<Population.Place> places() {
        List<Population.Place> places = new ArrayList<>();
        for (Task task : population.tasks.values()) {
            for (Leaf leaf : task.leaves.values()) {
                places.add(new Population.Place(task, leaf));
            }
        }
        return places;
    }
}
