package dev.fresnel.replay.rule;

import dev.fresnel.policy.BudgetPrice;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
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
import java.util.random.RandomGenerator;

/**
 * The gateway's own learned policy in a replay: asks, begins, ends and teaches it as the gateway does, with the stream's clock. One
 * population; the data set's task is the task, the tenant is the leaf.
 */
final class LearnedPolicy implements Chooser {
    private static final String POPULATION = "replay";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Policy policy;
    private final Setup setup;
    private final RandomGenerator chance;
    private Instant now = START;
    private BudgetPrice price = BudgetPrice.FREE;
    private int alarms;

    LearnedPolicy(PolicySettings settings, Setup setup, RandomGenerator chance) {
        this.policy = new Policy(settings);
        this.setup = setup;
        this.chance = chance;
        this.policy.seed(
                setup.seeds().stream()
                        .map(row -> new Seed(
                                new Context(POPULATION, row.task(), Context.WHOLE_TASK),
                                setup.arms().get(row.arm()),
                                row.successes() / row.trials(),
                                row.trials()))
                        .toList(),
                START);
    }

    @Override
    public Choice choose(Offer offer) {
        now = START.plusNanos((long) (offer.seconds() * 1e9));
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
        return BudgetPrice.affordsExploring(usd, setup.budgetUsd().orElse(0), floor)
                ? option
                : option.withoutExploring();
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        EvidenceKey key = key(offer, choice);
        policy.end(key);
        if (policy.learn(key, new Observation(choice.stamp(), 1, quality), now)
                .alarm()
                .isPresent()) {
            alarms++;
        }
    }

    @Override
    public void giveUp(Offer offer, Choice choice) {
        policy.end(key(offer, choice));
    }

    @Override
    public void paid(Offer offer, Choice choice, double usd) {
        if (setup.budgetUsd().isPresent()) {
            price = price.after(usd, setup.budgetUsd().getAsDouble());
        }
    }

    private Stakes stakes(Offer offer) {
        return new Stakes(offer.successUsd(), price.perDollar(setup.budgetUsd().orElse(0)));
    }

    @Override
    public int alarms() {
        return alarms;
    }

    private EvidenceKey key(Offer offer, Choice choice) {
        return new EvidenceKey(context(offer), setup.arms().get(choice.arm()));
    }

    private static Context context(Offer offer) {
        return new Context(POPULATION, offer.task(), offer.tenant());
    }
}
