package dev.fresnel.replay.proof;

import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.KnownArms;
import dev.fresnel.outcome.SharedEvidence;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.LearnedPolicy;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Setup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Several replicas of the gateway's policy behind a load balancer that takes any of them. Each learns its own outcomes at once and hears
 * of the others' as a gateway does: {@link SharedEvidence}, with a real store behind it, looked after at even intervals.
 */
final class Fleet implements Chooser {
    private final List<Replica> replicas = new ArrayList<>();
    private final LearnedPolicy.Place place;
    private final Duration refresh;
    private final RandomGenerator chance;
    private final Map<Integer, Replica> asked = new HashMap<>();
    private Instant now;

    /**
     * How many, and how well they keep in step.
     *
     * @param replicas 1 or more
     * @param refresh between two exchanges of a replica with the store
     */
    record Size(int replicas, Duration refresh) {}

    private static final class Replica {
        final LearnedPolicy policy;
        final SharedEvidence shared;
        Instant due;

        Replica(LearnedPolicy policy, SharedEvidence shared, Instant due) {
            this.policy = policy;
            this.shared = shared;
            this.due = due;
        }
    }

    /**
     * @param settings of every replica
     * @param place a population that no other fleet uses, from the store's time on
     */
    Fleet(
            PolicySettings settings,
            Size size,
            LearnedPolicy.Place place,
            ArmStateStore store,
            Setup setup,
            RandomGenerator chance) {
        this.place = place;
        this.refresh = size.refresh();
        this.chance = chance;
        this.now = place.start();
        // As the gateway does where a store is shared: it hears all replicas.
        PolicySettings watched = settings.with(settings.drift().withWatch(PolicySettings.Drift.Watch.STORE));
        KnownArms known = new KnownArms(
                Map.of(place.population(), setup.arms().stream().collect(Collectors.toMap(arm -> arm, Arm::name))));
        for (int i = 0; i < size.replicas(); i++) {
            Policy policy = new Policy(watched);
            SharedEvidence shared = new SharedEvidence(
                    policy, new Answered(store), known, Runnable::run, () -> now, chance, "replica-" + i, _ -> {});
            // Started one after the other, as a rolling update does.
            Instant due = now.plus(refresh.multipliedBy(i + 1).dividedBy(size.replicas()));
            replicas.add(new Replica(
                    new LearnedPolicy(policy, place, setup, chance, (key, lesson) -> shared.learned(key, lesson, 1)),
                    shared,
                    due));
        }
    }

    @Override
    public Choice choose(Offer offer) {
        now = place.at(offer);
        for (Replica replica : replicas) {
            while (!replica.due.isAfter(now)) {
                replica.shared.tick();
                replica.due = replica.due.plus(refresh);
            }
        }
        Replica replica = replicas.get(chance.nextInt(replicas.size()));
        asked.put(offer.number(), replica);
        replica.shared.use(place.population());
        return replica.policy.choose(offer);
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        answering(offer).learn(offer, choice, quality);
    }

    @Override
    public void giveUp(Offer offer, Choice choice) {
        answering(offer).giveUp(offer, choice);
    }

    private LearnedPolicy answering(Offer offer) {
        Replica replica = asked.remove(offer.number());
        if (replica == null) {
            throw new IllegalStateException("nobody was asked request " + offer.number());
        }
        return replica.policy;
    }
}
