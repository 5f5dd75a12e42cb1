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
import dev.fresnel.replay.rule.Pacing;
import dev.fresnel.replay.rule.Setup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Several replicas of the gateway's policy behind a load balancer. Each learns its own outcomes at once and hears
 * of the others' as a gateway does: {@link SharedEvidence}, with a real store behind it, looked after at even intervals.
 */
final class Fleet implements Chooser {
    private final List<Replica> replicas = new ArrayList<>();
    private final LearnedPolicy.Place place;
    private final Duration refresh;
    private final Front front;
    private final Map<Integer, Replica> asked = new HashMap<>();
    private Instant now;

    /**
     * How many, and how well they keep in step.
     *
     * @param replicas 1 or more
     * @param refresh between two exchanges of a replica with the store
     */
    record Size(int replicas, Duration refresh) {}

    /** What stands before the replicas. */
    interface Front {
        /** Who is asked. */
        int replica(Offer offer);

        /** What the budget asks of a replica's decisions. */
        Pacing pacing(int replica);

        /** Takes any of them, and has no budget. */
        static Front any(int replicas, RandomGenerator chance) {
            return new Front() {
                @Override
                public int replica(Offer offer) {
                    return chance.nextInt(replicas);
                }

                @Override
                public Pacing pacing(int replica) {
                    return Pacing.evenly(OptionalDouble.empty());
                }
            };
        }
    }

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
            RandomGenerator chance,
            Front front) {
        this.place = place;
        this.refresh = size.refresh();
        this.front = front;
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
                    new LearnedPolicy(
                            policy,
                            place,
                            setup,
                            chance,
                            front.pacing(i),
                            (key, lesson) -> shared.learned(key, lesson, 1)),
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
        Replica replica = replicas.get(front.replica(offer));
        asked.put(offer.number(), replica);
        replica.shared.use(place.population());
        return replica.policy.choose(offer);
    }

    @Override
    public void paid(Offer offer, Choice choice, double usd) {
        Replica replica = asked.get(offer.number());
        if (replica != null) {
            replica.policy.paid(offer, choice, usd);
        }
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
