package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.delegation.Learning;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.testing.Await;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random schedules of what a network does to learning: two replicas decide, get signals (late, revised, repeated, on the other
 * replica), and flush; answers are lost and the flush is sent again, before or after later ones; old copies arrive once more;
 * landmarks differ; a replica jumps an arm. Whatever happens, the store must hold what one sequential learner would hold that heard
 * everything once, in the order of the schedule's own clock.
 */
public final class ExactlyOnceSchedules {
    private static final double TAU = 1_000;
    private static final ForwardDecay DECAY = new ForwardDecay(TAU);
    private static final TenantId TENANT = new TenantId("acme");
    private static final List<String> ARMS = List.of("direct", "fast", "lens");
    private static final List<String> CELLS = List.of("task-a", "task-b");
    private static final List<String> SOURCES = List.of("quiet", "retry", "api");

    private final ArmStateStore arms;
    private final DecisionStore decisions;

    public ExactlyOnceSchedules(ArmStateStore arms, DecisionStore decisions) {
        this.arms = arms;
        this.decisions = decisions;
    }

    /** One replica: a flush that waits for its acknowledgement, what follows it, and copies the network still holds. */
    private static final class Replica {
        final String name;
        final Landmark landmark;
        final List<ArmDelta> pending = new ArrayList<>();
        final List<Flush> onTheWire = new ArrayList<>();

        @Nullable
        Flush unacknowledged;

        long sequence;

        Replica(String name, Landmark landmark) {
            this.name = name;
            this.landmark = landmark;
        }
    }

    /** Runs the schedule of {@code seed} and compares. */
    public void run(long seed, double now) {
        Random random = new Random(seed);
        String population = "schedule-" + seed;
        // Both landmarks are in use: which one the store takes depends on who is first.
        List<Replica> replicas =
                List.of(new Replica("a", Landmark.at(now - TAU)), new Replica("b", Landmark.at(now - 3 * TAU)));
        Map<String, Map<String, Verdict>> said = new HashMap<>();
        List<AwaitedDecision> made = new ArrayList<>();
        int steps = 12 + random.nextInt(24);

        for (int step = 0; step < steps; step++) {
            Replica replica = replicas.get(random.nextInt(replicas.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> made.add(decided(seed, step, population, random, now));
                case 2, 3, 4 -> {
                    if (!made.isEmpty()) {
                        signalled(made.get(random.nextInt(made.size())), replica, random, said, seed + "-" + step);
                    }
                }
                case 5, 6 -> flush(population, replica, random);
                default -> {
                    if (!replica.onTheWire.isEmpty()) {
                        // An old copy arrives once more, after whatever came later.
                        Await.result(arms.flush(replica.onTheWire.get(random.nextInt(replica.onTheWire.size()))));
                    }
                }
            }
        }
        for (Replica replica : replicas) {
            // Whatever is left is sent until it is acknowledged.
            while (replica.unacknowledged != null || !replica.pending.isEmpty()) {
                flush(population, replica, random);
            }
        }

        compare(seed, population, made, said);
    }

    private AwaitedDecision decided(long seed, int step, String population, Random random, double now) {
        AwaitedDecision decision = new AwaitedDecision(
                TENANT,
                new RequestId("r-" + seed + "-" + step),
                new Learning(
                        new EvidenceKey(
                                new Context(population, CELLS.get(random.nextInt(CELLS.size())), ""),
                                new Arm(ARMS.get(random.nextInt(ARMS.size())))),
                        now - random.nextDouble() * TAU,
                        0,
                        List.of(),
                        List.of(),
                        Optional.empty()),
                Instant.EPOCH,
                Instant.EPOCH,
                Turn.Spent.NOTHING,
                Optional.empty());
        Await.result(decisions.put(decision, Duration.ofHours(1)));
        return decision;
    }

    private void signalled(
            AwaitedDecision decision,
            Replica at,
            Random random,
            Map<String, Map<String, Verdict>> said,
            String attempt) {
        String source = SOURCES.get(random.nextInt(SOURCES.size()));
        double weight = random.nextInt(5) == 0 ? 0 : 0.1 + 0.3 * SOURCES.indexOf(source);
        Signal.Kind kind = source.equals("api") ? Signal.Kind.LABEL : Signal.Kind.SIGN;
        Signal signal = new Signal(TENANT, decision.request(), source, kind, random.nextInt(5) / 4.0, weight, attempt);
        Revision revision = Await.result(decisions.revise(signal));
        if (random.nextInt(3) == 0) {
            // The answer was lost: asked again, told the same.
            revision = Await.result(decisions.revise(signal));
        }
        said.computeIfAbsent(decision.request().value(), _ -> new HashMap<>())
                .put(source, new Verdict(signal.reward(), weight));
        Revision.Revised revised = (Revision.Revised) revision;
        Learning learning = revised.decision().learning();
        Evidence difference = revised.after().evidence().minus(revised.before().evidence());
        at.pending.add(new ArmDelta(
                arm(learning), cell(learning), at.landmark, DECAY.weigh(at.landmark, learning.stamp(), difference)));
    }

    private static String arm(Learning learning) {
        return learning.key().arm().name();
    }

    private static String cell(Learning learning) {
        return learning.key().context().task();
    }

    private void flush(String population, Replica replica, Random random) {
        Flush flush = replica.unacknowledged;
        if (flush == null) {
            if (replica.pending.isEmpty()) {
                return;
            }
            replica.sequence += 1 + random.nextInt(2);
            flush = new Flush(
                    population,
                    replica.name,
                    replica.sequence,
                    0,
                    new Flush.Terms(TAU, Double.POSITIVE_INFINITY, 0.05),
                    replica.pending,
                    Map.of());
            replica.unacknowledged = flush;
            replica.pending.clear();
        }
        replica.onTheWire.add(flush);
        switch (random.nextInt(4)) {
            case 0 -> {
                // Lost on its way.
            }
            case 1 -> {
                // The answer is lost: it counts, and the replica does not know.
                assertThat(Await.result(arms.flush(flush)).refused()).isZero();
            }
            default -> {
                assertThat(Await.result(arms.flush(flush)).refused()).isZero();
                replica.unacknowledged = null;
            }
        }
    }

    private void compare(
            long seed, String population, List<AwaitedDecision> made, Map<String, Map<String, Verdict>> said) {
        Snapshot snapshot = Await.result(arms.changes(population, 0));
        Map<String, Evidence> expected = new HashMap<>();
        for (AwaitedDecision decision : made) {
            Verdict verdict = verdict(said.getOrDefault(decision.request().value(), Map.of()));
            Learning learning = decision.learning();
            Landmark landmark = snapshot.landmarks().get(arm(learning));
            if (landmark != null) {
                Evidence sums = DECAY.weigh(landmark, learning.stamp(), verdict.evidence());
                expected.merge(arm(learning) + " " + cell(learning), sums, Evidence::plus);
            } else {
                assertThat(verdict.weight()).isZero();
            }
        }
        Map<String, Evidence> actual = new HashMap<>();
        snapshot.cells().forEach(cell -> actual.put(cell.arm() + " " + cell.name(), cell.evidence()));
        expected.forEach((cell, sums) -> {
            Evidence stored = actual.getOrDefault(cell, Evidence.NONE);
            // Relative to what went in, not to what is left after taking back.
            double tolerance = 1e-9 * Math.max(1, sums.weight());
            assertThat(stored.weight()).as("seed %d, %s", seed, cell).isCloseTo(sums.weight(), within(tolerance));
            assertThat(stored.reward()).as("seed %d, %s", seed, cell).isCloseTo(sums.reward(), within(tolerance));
            assertThat(stored.squares()).as("seed %d, %s", seed, cell).isCloseTo(sums.squares(), within(tolerance));
        });
    }

    /** The label if there is one, else the mean of the two signs, which weigh less than 1 together. */
    private static Verdict verdict(Map<String, Verdict> said) {
        Verdict label = said.getOrDefault("api", Verdict.NONE);
        if (label.weight() > 0) {
            return label;
        }
        Evidence signs = said.values().stream().map(Verdict::evidence).reduce(Evidence.NONE, Evidence::plus);
        return signs.weight() > 0 ? new Verdict(signs.reward() / signs.weight(), signs.weight()) : Verdict.NONE;
    }
}
