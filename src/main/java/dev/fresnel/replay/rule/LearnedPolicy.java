package dev.fresnel.replay.rule;

import dev.fresnel.policy.BudgetPrice;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Seed;
import dev.fresnel.policy.Stakes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * The gateway's own learned policy in a replay: asks, begins, ends and teaches it as the gateway does, with the stream's clock. One
 * population; the data set's task is the task, the tenant is the leaf.
 */
public final class LearnedPolicy implements Chooser {
    private static final Place ALONE = new Place("replay", Instant.parse("2026-01-01T00:00:00Z"));

    private final Policy policy;
    private final Place place;
    private final Setup setup;
    private final RandomGenerator chance;
    private final Pacing pacing;
    private final BiConsumer<EvidenceKey, Lesson> told;
    private Instant now;
    private int alarms;

    /**
     * Where and when a policy decides.
     *
     * @param population whom it learns about
     * @param start when the stream begins
     */
    public record Place(String population, Instant start) {
        /** The time of a request. */
        public Instant at(Offer offer) {
            return start.plusNanos((long) (offer.seconds() * 1e9));
        }
    }

    LearnedPolicy(PolicySettings settings, Setup setup, RandomGenerator chance) {
        this(new Policy(settings), ALONE, setup, chance, Pacing.evenly(setup.budgetUsd()), (_, _) -> {});
    }

    /**
     * One of several.
     *
     * @param told hears every lesson, as a store that others share is to hear it
     */
    public LearnedPolicy(
            Policy policy,
            Place place,
            Setup setup,
            RandomGenerator chance,
            Pacing pacing,
            BiConsumer<EvidenceKey, Lesson> told) {
        this.policy = policy;
        this.place = place;
        this.setup = setup;
        this.chance = chance;
        this.pacing = pacing;
        this.told = told;
        this.now = place.start();
        this.policy.seed(
                setup.seeds().stream()
                        .map(row -> new Seed(
                                new Context(place.population(), row.task(), Context.WHOLE_TASK),
                                setup.arms().get(row.arm()),
                                row.successes() / row.trials(),
                                row.trials()))
                        .toList(),
                place.start());
    }

    @Override
    public Choice choose(Offer offer) {
        now = place.at(offer);
        List<Option> options = new ArrayList<>(offer.arms());
        for (int arm = 0; arm < offer.arms(); arm++) {
            if (offer.isOpen(arm)) {
                options.add(option(offer, arm));
            }
        }
        var chosen = policy.choose(new Question(context(offer), options, stakes(offer), now), chance.nextDouble());
        policy.begin(chosen.key(), now);
        double[] p = new double[offer.arms()];
        for (int i = 0; i < chosen.standings().size(); i++) {
            p[setup.arms().indexOf(chosen.standings().arm(i))] =
                    chosen.standings().probability(i);
        }
        int at = chosen.standings().indexOf(chosen.arm());
        return Choice.drawn(
                setup.arms().indexOf(chosen.arm()),
                chosen.stamp(),
                new Choice.Foretold(
                        chosen.standings().quality(at), chosen.standings().deviation(at)),
                p);
    }

    private Option option(Offer offer, int arm) {
        double usd = offer.expectedUsd(arm);
        Option option = Option.of(setup.arms().get(arm), usd);
        double floor = policy.settings().exploration().floor();
        return BudgetPrice.affordsExploring(usd, pacing.allowed(), floor) ? option : option.withoutExploring();
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        EvidenceKey key = key(offer, choice);
        policy.end(key);
        Lesson lesson = policy.learn(key, new Observation(choice.stamp(), 1, quality), now);
        told.accept(key, lesson);
        if (lesson.alarm().isPresent()) {
            alarms++;
        }
    }

    @Override
    public void giveUp(Offer offer, Choice choice) {
        policy.end(key(offer, choice));
    }

    @Override
    public void paid(Offer offer, Choice choice, double usd) {
        pacing.paid(usd);
    }

    private Stakes stakes(Offer offer) {
        return new Stakes(offer.successUsd(), pacing.perDollar());
    }

    @Override
    public int alarms() {
        return alarms;
    }

    private EvidenceKey key(Offer offer, Choice choice) {
        return new EvidenceKey(context(offer), setup.arms().get(choice.arm()));
    }

    private Context context(Offer offer) {
        return new Context(place.population(), offer.task(), offer.tenant());
    }
}
