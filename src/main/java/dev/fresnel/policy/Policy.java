package dev.fresnel.policy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Learns which arm is worth its price in which context, and says so with a probability.
 *
 * <p>A decision is made in four steps, each of which only changes probabilities, and one draw:
 *
 * <ol>
 *   <li>utility: {@code u = quality - (1/v + lambda) cost - penalty} for every option ({@link Stakes});
 *   <li>the update rule turns what is believed into win probabilities ({@link UpdateRule});
 *   <li>the exploration floor: {@code p <- (1 - K p_min) p + p_min} over the {@code K} explorable arms;
 *   <li>the quality guard sets arms it cannot afford to 0 and the rest is scaled to 1 ({@link QualityLedger});
 *   <li>one number draws the arm from what is left, which is what the log says.
 * </ol>
 *
 * <p><b>Threads.</b> {@link #choose}, {@link #begin}, {@link #end} and {@link #counts} may be called by any number of threads at once and
 * never wait: they read published immutable beliefs and change atomic counters. {@link #choose} allocates its result and nothing else.
 * Everything that learns takes the policy's one lock and is meant for a single learner thread, never an event loop: one call takes
 * microseconds as a rule and milliseconds when all leaves are published anew. Between the two, a decision may see a belief that is one
 * outcome old.
 *
 * <p><b>Bad numbers</b> are refused and counted ({@link #counts}); no input to a learning method or a decision throws.
 *
 * <p>Time and chance are handed in: equal calls in equal order give equal decisions.
 */
public final class Policy {
    /** Arms of a question, and arms that a population remembers. */
    public static final int MAX_ARMS = 8;

    private static final double SETTLED_Z = 4;
    private static final double SETTLED_PULLS = 500;
    private static final double SUM_TOLERANCE = 1e-9;

    private final PolicySettings settings;
    private final UpdateRule rule;
    private final ArmPriors priors;
    private final ConcurrentHashMap<String, Population> populations = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();
    private final LongAdder impossible = new LongAdder();
    private final LongAdder repaired = new LongAdder();

    public Policy(PolicySettings settings) {
        this(settings, settings.rule().create(settings.tuning()));
    }

    /** A policy that ranks by a rule of its own, whatever the settings name. */
    public Policy(PolicySettings settings, UpdateRule rule) {
        this.settings = settings;
        this.rule = rule;
        this.priors = new ArmPriors(settings.prior());
    }

    public PolicySettings settings() {
        return settings;
    }

    // Deciding: any thread.

    /**
     * Draws an arm. Changes nothing: a decision that is acted upon is told by {@link #begin}.
     *
     * @param chance evenly distributed, 0.0 to below 1.0
     */
    public Choice choose(Question question, double chance) {
        Context context = question.context();
        Population population = populations.get(context.population());
        Roster roster = population == null ? Roster.EMPTY : population.roster();
        Leaf leaf = population == null ? null : population.leaf(context);
        Standings standings = new Standings(question.options(), priors);
        enter(standings, question, roster, leaf);
        int direct = standings.direct();
        if (standings.isPossible(direct)) {
            rank(standings, population == null ? null : population.belief(context));
            explore(standings, population);
            guard(standings, population);
        } else {
            // Without a price for direct nothing can be compared: never a worker on a guess.
            only(standings, direct);
        }
        int drawn = draw(standings, chance);
        int slot = roster.slot(standings.arm(drawn));
        double seconds = question.seconds();
        double stamp = slot < 0 ? seconds : roster.landmarks().get(slot).stamp(seconds);
        return new Choice(context, standings.arm(drawn), stamp, standings.probability(drawn), standings);
    }

    /**
     * The time to keep with a decision whose arm was not drawn from the choice's own: see {@link Choice#stamp}.
     */
    public double stamp(EvidenceKey key, Instant now) {
        double seconds = Question.seconds(now);
        Population population = populations.get(key.context().population());
        if (population == null) {
            return seconds;
        }
        int slot = population.roster().slot(key.arm());
        return slot < 0 ? seconds : population.roster().landmarks().get(slot).stamp(seconds);
    }

    /**
     * Seconds by which the arm's own time runs ahead of the clock. More than it was at a decision: the arm has since been found, or
     * said, to have changed.
     */
    public double lead(EvidenceKey key) {
        Population population = populations.get(key.context().population());
        if (population == null) {
            return 0;
        }
        int slot = population.roster().slot(key.arm());
        return slot < 0 ? 0 : population.roster().landmarks().get(slot).jump();
    }

    /** A decision for that arm is acted upon: it counts as in flight until {@link #end}. */
    public void begin(EvidenceKey key, Instant now) {
        Population population = populations.get(key.context().population());
        if (population == null && populations.size() < settings.bounds().populations()) {
            population = populations.computeIfAbsent(key.context().population(), this::newPopulation);
        }
        if (population != null) {
            population.begin(key, Question.seconds(now));
        }
    }

    /** The outcome of a decision is known, or was given up waiting for. */
    public void end(EvidenceKey key) {
        Population population = populations.get(key.context().population());
        if (population != null) {
            population.end(key);
        }
    }

    /** What is believed in every context of a population that anything is known of, the last used first. Any thread; nothing waits. */
    public List<LeafState> leaves(String population) {
        Population known = populations.get(population);
        return known == null ? List.of() : known.states(population);
    }

    /** Whether an alarm of a population still asks for more exploration. */
    public boolean isAlarmed(String population) {
        Population known = populations.get(population);
        return known != null && known.isAlarmed();
    }

    public PolicyCounts counts() {
        return new PolicyCounts(refused.sum(), impossible.sum(), repaired.sum());
    }

    private void enter(Standings standings, Question question, Roster roster, @Nullable Leaf leaf) {
        double perDollar = question.stakes().perDollar();
        List<Option> options = question.options();
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get(i);
            int slot = roster.slot(option.arm());
            double price = option.isPossible() ? perDollar * option.cost() + option.penalty() : Double.NaN;
            if (!Double.isFinite(price)) {
                price = Double.POSITIVE_INFINITY;
                impossible.increment();
            }
            standings.enter(i, slot, price, leaf == null || slot < 0 ? 0 : leaf.pending.get(slot));
        }
    }

    private void rank(Standings standings, @Nullable Belief belief) {
        standings.judgeBy(belief);
        rule.rank(standings);
        double sum = 0;
        for (int i = 0; i < standings.size(); i++) {
            sum += standings.probability(i);
        }
        if (!(Math.abs(sum - 1) < SUM_TOLERANCE)) {
            repaired.increment();
            only(standings, standings.direct());
        }
    }

    private void explore(Standings standings, @Nullable Population population) {
        if (!rule.explores()) {
            return;
        }
        double floor = floor(standings, population);
        int explorable = 0;
        for (int i = 0; i < standings.size(); i++) {
            explorable += standings.isExplorable(i) ? 1 : 0;
        }
        double rest = 1 - explorable * floor;
        for (int i = 0; i < standings.size(); i++) {
            standings.probability(i, rest * standings.probability(i) + (standings.isExplorable(i) ? floor : 0));
        }
    }

    private double floor(Standings standings, @Nullable Population population) {
        PolicySettings.Exploration exploration = settings.exploration();
        if (population != null && population.isAlarmed()) {
            return Math.max(exploration.floor(), exploration.alarmFloor());
        }
        return isSettled(standings) ? Math.min(exploration.floor(), exploration.settledFloor()) : exploration.floor();
    }

    /** Whether the leaf has seen much and one arm is better than every other beyond doubt. */
    private static boolean isSettled(Standings standings) {
        if (standings.totalPulls() < SETTLED_PULLS) {
            return false;
        }
        int best = 0;
        for (int i = 1; i < standings.size(); i++) {
            if (utility(standings, i) > utility(standings, best)) {
                best = i;
            }
        }
        for (int i = 0; i < standings.size(); i++) {
            double variance =
                    standings.covariance(best, best) + standings.covariance(i, i) - 2 * standings.covariance(best, i);
            double lead = utility(standings, best) - utility(standings, i);
            if (i != best && lead < SETTLED_Z * Math.sqrt(Math.max(0, variance))) {
                return false;
            }
        }
        return true;
    }

    private static double utility(Standings standings, int i) {
        return standings.quality(i) - standings.price(i);
    }

    private void guard(Standings standings, @Nullable Population population) {
        if (population == null) {
            return;
        }
        double left = 0;
        for (int i = 0; i < standings.size(); i++) {
            if (standings.probability(i) > 0 && !population.ledger.allows(standings, i)) {
                standings.hold(i);
                standings.probability(i, 0);
            }
            left += standings.probability(i);
        }
        if (left > 0) {
            for (int i = 0; i < standings.size(); i++) {
                standings.probability(i, standings.probability(i) / left);
            }
        } else {
            only(standings, standings.direct());
        }
    }

    private static void only(Standings standings, int arm) {
        for (int i = 0; i < standings.size(); i++) {
            standings.probability(i, i == arm ? 1 : 0);
        }
    }

    private static int draw(Standings standings, double chance) {
        double left = Double.isNaN(chance) ? 0 : chance;
        int last = standings.direct();
        for (int i = 0; i < standings.size(); i++) {
            double probability = standings.probability(i);
            if (probability > 0) {
                last = i;
                left -= probability;
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    // Learning: one thread at a time.

    /**
     * An outcome that nobody has learned yet.
     *
     * @return what a shared store should hear; of no use when there is none
     */
    @CanIgnoreReturnValue
    public synchronized Lesson learn(EvidenceKey key, Observation observation, Instant now) {
        PopulationLearner learner = learner(key);
        double seconds = Question.seconds(now);
        if (!observation.isUsable()) {
            refused.increment();
            return new Lesson(Evidence.NONE, learner.landmark(key.arm(), seconds), 0, Optional.empty());
        }
        return learner.learn(key, observation, seconds);
    }

    /**
     * An outcome that was learned as {@code before} has become {@code after}: only the difference is learned. Drift is not watched,
     * since the residual was counted the first time.
     *
     * @param after may weigh 0: nothing is known any more
     * @return what a shared store should hear
     */
    @CanIgnoreReturnValue
    public synchronized Lesson revise(EvidenceKey key, Observation before, Observation after, Instant now) {
        PopulationLearner learner = learner(key);
        double seconds = Question.seconds(now);
        if (!before.isUsable() || !(after.isUsable() || after.isNothing())) {
            refused.increment();
            return new Lesson(Evidence.NONE, learner.landmark(key.arm(), seconds), 0, Optional.empty());
        }
        return learner.revise(key, before, after, seconds);
    }

    /** A difference, in units of the arm's landmark: a revised label, or what another replica learned. */
    public synchronized void learn(EvidenceKey key, Evidence delta, Instant now) {
        if (!delta.isFinite()) {
            refused.increment();
            return;
        }
        learner(key).add(key, delta, Question.seconds(now));
    }

    /** Rows recorded elsewhere, each task and arm once. */
    public synchronized void seed(List<Seed> seeds, Instant now) {
        seedAsOf(seeds, now);
        refresh(now);
    }

    /** {@link #seed} of rows that were observed at {@code then}; believed with the next {@link #refresh}, which is all that takes long. */
    public synchronized void seedAsOf(List<Seed> seeds, Instant then) {
        for (Seed seed : seeds) {
            double rows = Math.min(seed.rows(), settings.warmStart().mass());
            Evidence evidence = Evidence.of(rows, seed.quality());
            if (rows > 0 && seed.quality() >= 0 && seed.quality() <= 1) {
                EvidenceKey key = new EvidenceKey(seed.context(), seed.arm());
                learner(key).seed(seed.context(), seed.arm(), evidence, Question.seconds(then));
            } else {
                refused.increment();
            }
        }
    }

    /** The reference point of an arm's sums. */
    public synchronized Landmark landmark(String population, Arm arm, Instant now) {
        return learner(population).landmark(arm, Question.seconds(now));
    }

    /**
     * Takes over what a shared store holds. An arm that jumped further than ours starts the alarm's exploration. Evidence that finds no
     * place of its own is kept in its task's, or the population's: what others know drives nobody out.
     */
    public synchronized void follow(Shared shared, Instant now) {
        learner(shared.population()).follow(shared, Question.seconds(now));
    }

    /** What an alarm does to an arm: its evidence weighs {@code keep} from now on, and its former self is kept beside it. */
    synchronized void change(String population, Arm arm, double keep, Instant now) {
        learner(population).change(arm, keep, Question.seconds(now));
    }

    /** Brings all beliefs up to {@code now}: to be called now and then, so that what is idle ages too. */
    public synchronized void refresh(Instant now) {
        for (Population population : populations.values()) {
            population.learner.rebuild(Question.seconds(now));
        }
    }

    /** Forgets everything about a population. */
    public void forget(String population) {
        populations.remove(population);
    }

    private PopulationLearner learner(EvidenceKey key) {
        return learner(key.context().population());
    }

    private PopulationLearner learner(String name) {
        Population known = populations.get(name);
        if (known == null) {
            makeRoom();
            known = populations.computeIfAbsent(name, this::newPopulation);
        }
        return known.learner;
    }

    private Population newPopulation(String name) {
        return new Population(name, settings);
    }

    /** The least recently used population goes. */
    private void makeRoom() {
        while (populations.size() >= settings.bounds().populations()) {
            String oldest = Collections.min(populations.keySet(), Comparator.comparingDouble(name -> {
                Population population = populations.get(name);
                return population == null ? Double.NEGATIVE_INFINITY : population.used;
            }));
            forget(oldest);
        }
    }
}
