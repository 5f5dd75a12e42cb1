package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.Tally;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** S39: from the learner's outcomes to the lenses' records. */
class LensOutcomesTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final LensKey KEY = new LensKey(ACME, Fingerprint.of("task"));
    private static final LensUse WITH =
            new LensUse(KEY, Optional.of(new LensId("0123456789abcdef")), Optional.of(new ModelName("cheap")));
    private static final LensUse OLDER =
            new LensUse(KEY, Optional.of(new LensId("fedcba9876543210")), Optional.of(new ModelName("cheap")));
    private static final EvidenceKey EVIDENCE =
            new EvidenceKey(new Context("acme/smart", "other", "acme/app"), new Arm("fast-worker"));

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final MemoryArmStateStore arms = new MemoryArmStateStore(() -> now);
    private final MemoryDecisionStore decisions = new MemoryDecisionStore(() -> now);
    private int replicas;
    private final Map<LensUse, Tally> sums = new HashMap<>();
    private final Policy policy = new Policy(PolicySettings.DEFAULT);

    @Test
    void tellsTheDifferenceOnly_whenAnOutcomeIsRevised() {
        Learner learner = learner();
        learner.ended(turn("r1", true, "r1", Optional.of(WITH)));
        now = now.plus(Duration.ofMinutes(10));
        learner.tick();
        assertThat(sums).containsExactly(Map.entry(WITH, Tally.of(1, 0.15)));

        label(learner, "r1", 0);
        assertThat(sums).containsExactly(Map.entry(WITH, Tally.of(0, 1)));

        label(learner, "r1", 0.25);
        assertThat(sums).containsExactly(Map.entry(WITH, Tally.of(0.25, 1)));
    }

    @Test
    void countsAConversationForTheLensItKept() {
        Learner learner = learner();
        learner.ended(turn("r1", true, "r1", Optional.of(OLDER)));
        learner.ended(turn("r2", false, "r1", Optional.of(OLDER)));

        label(learner, "r2", 1);

        assertThat(sums).containsExactly(Map.entry(OLDER, Tally.of(1, 1)));
    }

    @Test
    void countsForNoLens_whenTheTurnsHadDifferentOnes() {
        Learner learner = learner();
        learner.ended(turn("r1", true, "r1", Optional.of(OLDER)));
        learner.ended(turn("r2", false, "r1", Optional.of(WITH)));
        learner.ended(turn("r3", false, "r1", Optional.of(WITH)));

        label(learner, "r3", 1);

        assertThat(sums).isEmpty();
    }

    @Test
    void tellsNothing_whenTheAnswerSaysNothing() {
        Learner learner = learner();
        learner.ended(new Turn(
                ACME,
                new RequestId("r1"),
                Optional.of(
                        new Learning(EVIDENCE, policy.stamp(EVIDENCE, now), 0, List.of(), List.of(), Optional.empty())),
                new RequestId("r1"),
                Optional.of(WITH),
                Fingerprint.of("r1"),
                now,
                now,
                Turn.Spent.NOTHING,
                new Outcome.Failed("status_503")));

        assertThat(sums).as("an outage is not bad quality").isEmpty();
    }

    /** What one replica has counted, another does not count again. */
    @Test
    void tellsTheDifferenceOnly_whenAnotherReplicaHearsOfIt() {
        Learner here = learner();
        here.ended(turn("r1", true, "r1", Optional.of(WITH)));
        label(here, "r1", 1);

        Learner elsewhere = learner();
        label(elsewhere, "r1", 0);

        assertThat(sums).containsExactly(Map.entry(WITH, Tally.of(0, 1)));
    }

    private Learner learner() {
        return new Learner(new Learner.Setup(
                policy,
                arms,
                decisions,
                new KnownArms(Map.of()),
                Runnable::run,
                () -> now,
                new Random(1),
                "replica-" + ++replicas,
                OutcomeSettings.DEFAULT,
                _ -> {},
                (use, more) -> sums.merge(use, more, Tally::plus),
                (_, _, _, _, _) -> {}));
    }

    private void label(Learner learner, String id, double score) {
        assertThat(Await.result(learner.feedback(ACME, new Feedback(new RequestId(id), score))))
                .isEqualTo(FeedbackResult.LEARNED);
    }

    private Turn turn(String id, boolean decides, String decision, Optional<LensUse> lens) {
        return new Turn(
                ACME,
                new RequestId(id),
                decides
                        ? Optional.of(new Learning(
                                EVIDENCE, policy.stamp(EVIDENCE, now), 0, List.of(), List.of(), Optional.empty()))
                        : Optional.empty(),
                new RequestId(decision),
                lens,
                Fingerprint.of(id),
                now,
                now,
                Turn.Spent.NOTHING,
                new Outcome.Rewarded(ImplicitSignal.CLEAN));
    }
}
