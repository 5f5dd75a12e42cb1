package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.delegation.Learning;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Stakes;
import dev.fresnel.policy.Standings;
import dev.fresnel.savings.Trial;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

final class LearnerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final Arm WORKER = new Arm("worker");
    private static final EvidenceKey KEY = new EvidenceKey(new Context("acme/strong", "other", "acme/app"), WORKER);

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final Policy policy = new Policy(PolicySettings.DEFAULT);
    private final List<DecisionRecord> log = new ArrayList<>();
    private final List<String> trials = new ArrayList<>();
    private final MemoryArmStateStore arms = new MemoryArmStateStore(() -> now);
    private final MemoryDecisionStore decisions = new MemoryDecisionStore(() -> now);
    private final Learner learner = learner(Runnable::run, OutcomeSettings.DEFAULT);
    private int bodies;

    @Test
    void takesACleanAnswerForGood_onlyWhenTheHorizonHasPassed() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        assertThat(pulls()).isZero();
        assertThat(pending()).isEqualTo(1);

        pass(Duration.ofMinutes(9));
        assertThat(pulls()).isZero();

        pass(Duration.ofMinutes(1));
        assertThat(pulls()).isCloseTo(0.15, within(1e-4));
        assertThat(meanReward()).isCloseTo(1, within(1e-6));
        assertThat(pending()).isZero();
    }

    @Test
    void learnsABadSignAtOnce() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.EMPTY));

        assertThat(pulls()).isEqualTo(1);
        assertThat(meanReward()).isZero();
        assertThat(pending()).isZero();
    }

    @Test
    void learnsNothingFromAnOutageOrAClientThatLeft() {
        decide("r1", new Outcome.Failed("status_503"));
        decide("r2", new Outcome.Ignored("client_gone"));
        pass(Duration.ofDays(1));

        assertThat(pulls()).isZero();
        assertThat(pending()).as("nobody waits for it").isZero();
        assertThat(learner.counts().lessons()).isZero();
    }

    /** Another arm than was thought: the pull in flight moves with it, and ends with its outcome. */
    @Test
    void movesThePullInFlight_whenAnotherArmAnswersThanWasThought() {
        EvidenceKey direct = new EvidenceKey(KEY.context(), Arm.DIRECT);
        Learning thought = new Learning(direct, policy.stamp(direct, now), 0, List.of(), List.of(), Optional.empty());
        learner.began(thought);
        assertThat(standings().pending(0)).isEqualTo(1);

        learner.switched(thought, learning().orElseThrow());
        assertThat(standings().pending(0)).isZero();
        assertThat(pending()).isEqualTo(1);

        ended("r1", learning(), "r1", Fingerprint.of("b"), now, now, new Outcome.Rewarded(ImplicitSignal.EMPTY));
        assertThat(pending()).isZero();
        assertThat(pulls()).isEqualTo(1);
    }

    @Test
    void putsALabelInPlaceOfWhatItTookForTheOutcome() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        pass(Duration.ofMinutes(10));

        assertThat(feedback("r1", 0)).isEqualTo(FeedbackResult.LEARNED);
        assertThat(pulls()).isCloseTo(1, within(1e-3));
        assertThat(meanReward()).isCloseTo(0, within(1e-6));

        assertThat(feedback("r1", 1)).as("revised").isEqualTo(FeedbackResult.LEARNED);
        assertThat(pulls()).isCloseTo(1, within(1e-3));
        assertThat(meanReward()).isCloseTo(1, within(1e-3));

        assertThat(feedback("r1", 1)).as("said twice").isEqualTo(FeedbackResult.UNCHANGED);
    }

    @Test
    void countsAConversationOnce_withTheMeanOfItsTurns() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        follow("r2", "r1", new Outcome.Rewarded(ImplicitSignal.EMPTY));
        follow("r3", "r1", new Outcome.Rewarded(ImplicitSignal.EMPTY));
        pass(Duration.ofMinutes(10));

        assertThat(pulls()).as("at most one").isCloseTo(1, within(1e-3));
        assertThat(meanReward()).isCloseTo(0.15 / 2.15, within(1e-3));
        assertThat(feedback("r3", 1)).isEqualTo(FeedbackResult.LEARNED);
        assertThat(meanReward()).isCloseTo(1, within(1e-3));
    }

    @Test
    void takesARepetitionForABadSign_whenItComesSoonAfterTheAnswer() {
        Fingerprint same = Fingerprint.of("same");
        ended("r1", learning(), "r1", same, now, now.plusSeconds(2), new Outcome.Rewarded(ImplicitSignal.CLEAN));
        now = now.plusSeconds(30);
        ended("r2", learning(), "r2", same, now, now.plusSeconds(2), new Outcome.Rewarded(ImplicitSignal.CLEAN));

        assertThat(pulls()).isCloseTo(0.5, within(1e-4));
        assertThat(meanReward()).isZero();
    }

    /** A clean finish is one that nothing bad is heard of. */
    @Test
    void takesNoAnswerForClean_thatAnythingSpeaksAgainst() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        learner.heard(new TenantId("other"), new RequestId("r1"), ImplicitSignal.INVALID);
        learner.heard(ACME, new RequestId("unheard-of"), ImplicitSignal.INVALID);
        assertThat(pulls()).isZero();

        learner.heard(ACME, new RequestId("r1"), ImplicitSignal.TOOL_ERROR);
        pass(Duration.ofMinutes(10));

        assertThat(pulls()).isCloseTo(0.3, within(1e-4));
        assertThat(meanReward()).isZero();
    }

    @Test
    void believesSignsAsFarAsConfigured_andNotAtAllAtZero() {
        SignalWeights weights = new SignalWeights(Map.of(ImplicitSignal.EMPTY, 0.4, ImplicitSignal.TOOL_ERROR, 0.0));
        Learner own = learner(
                Runnable::run,
                new OutcomeSettings(
                        Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 100, 9, weights));
        own.ended(turn(
                "r1", learning(), "r1", Fingerprint.of("a"), now, now, new Outcome.Rewarded(ImplicitSignal.EMPTY)));
        own.heard(ACME, new RequestId("r1"), ImplicitSignal.TOOL_ERROR);

        assertThat(pulls()).isCloseTo(0.4, within(1e-4));
        assertThat(log).extracting(DecisionRecord::why).containsExactly("empty");
    }

    @Test
    void takesParallelOrLateRepetitionsForNone() {
        Fingerprint same = Fingerprint.of("same");
        ended("r1", learning(), "r1", same, now, now.plusSeconds(2), new Outcome.Rewarded(ImplicitSignal.CLEAN));
        ended("r2", learning(), "r2", same, now, now.plusSeconds(2), new Outcome.Rewarded(ImplicitSignal.CLEAN));
        now = now.plusSeconds(90);
        ended("r3", learning(), "r3", same, now, now.plusSeconds(2), new Outcome.Rewarded(ImplicitSignal.CLEAN));

        assertThat(pulls()).isZero();
    }

    @Test
    void hearsNobodyButTheTenantItself_andNotForEver() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));

        assertThat(Await.result(learner.feedback(new TenantId("other"), new Feedback(new RequestId("r1"), 0))))
                .isEqualTo(FeedbackResult.NOT_LEARNING);
        assertThat(feedback("unheard-of", 0)).isEqualTo(FeedbackResult.NOT_LEARNING);
        pass(Duration.ofHours(24));
        assertThat(feedback("r1", 0)).isEqualTo(FeedbackResult.NOT_LEARNING);
        assertThat(learner.counts().open()).isZero();
    }

    @Test
    void logsWhatIsTakenForTheOutcome_andLogsItAgainWhenItChanges() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        follow("r2", "r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        assertThat(log).as("nothing is known yet").isEmpty();

        pass(Duration.ofMinutes(10));
        var _ = feedback("r2", 0.25);

        assertThat(log).extracting(DecisionRecord::why).containsExactly("clean", "clean", "feedback");
        DecisionRecord last = log.getLast();
        assertThat(last.decision()).hasToString("r1");
        assertThat(last.reward()).hasValue(0.25);
        assertThat(last.weight()).isEqualTo(1);
        assertThat(last.turns()).isEqualTo(2);
        assertThat(last.spent()).isEqualTo(new Turn.Spent(20, 40, Optional.of(new Usd(14))));
        assertThat(last.learning().propensity()).isEqualTo(0.5);

        decide("r3", new Outcome.Failed("status_503"));
        assertThat(log.getLast().reward()).isEmpty();
        assertThat(log.getLast().why()).isEqualTo("status_503");
    }

    @Test
    void countsOnlySoManyLabelsAnHour() {
        Learner strict = learner(
                Runnable::run,
                new OutcomeSettings(Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 100, 1));
        strict.ended(turn("r1", learning(), "r1", Fingerprint.of("a"), now, now, new Outcome.Ignored("client_gone")));

        assertThat(Await.result(strict.feedback(ACME, new Feedback(new RequestId("r1"), 0))))
                .isEqualTo(FeedbackResult.LEARNED);
        assertThat(Await.result(strict.feedback(ACME, new Feedback(new RequestId("r1"), 1))))
                .isEqualTo(FeedbackResult.OVER_LIMIT);
        now = now.plus(Duration.ofHours(1));
        assertThat(Await.result(strict.feedback(ACME, new Feedback(new RequestId("r1"), 1))))
                .isEqualTo(FeedbackResult.LEARNED);
    }

    /** Neither can a key use up what another may say. */
    @Test
    void countsTheLabelsOfEachKeyByThemselves() {
        Learner strict = learner(
                Runnable::run,
                new OutcomeSettings(Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 100, 1));
        strict.ended(turn("r1", learning(), "r1", Fingerprint.of("a"), now, now, new Outcome.Ignored("client_gone")));
        Feedback bad = new Feedback(new RequestId("r1"), 0);
        Feedback good = new Feedback(new RequestId("r1"), 1);

        assertThat(Await.result(strict.feedback(ACME, bad.by("0")))).isEqualTo(FeedbackResult.LEARNED);
        assertThat(Await.result(strict.feedback(ACME, good.by("0")))).isEqualTo(FeedbackResult.OVER_LIMIT);
        assertThat(Await.result(strict.feedback(ACME, good.by("1")))).isEqualTo(FeedbackResult.LEARNED);
    }

    @Test
    void givesTheOldestUp_whenTooManyWait() {
        Learner small = learner(
                Runnable::run,
                new OutcomeSettings(Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 2, 9));
        for (String id : List.of("r1", "r2", "r3")) {
            small.began(learning().orElseThrow());
            small.ended(
                    turn(id, learning(), id, Fingerprint.of(id), now, now, new Outcome.Rewarded(ImplicitSignal.CLEAN)));
        }

        assertThat(small.counts().open()).isEqualTo(2);
        assertThat(pending()).isEqualTo(2);
        assertThat(Await.result(small.feedback(ACME, new Feedback(new RequestId("r1"), 0))))
                .as("the store knows it still")
                .isEqualTo(FeedbackResult.LEARNED);
    }

    @Test
    void dropsAndCounts_whenTooMuchWaits() {
        Queue<Runnable> never = new ArrayDeque<>();
        Learner stuck = learner(never::add, OutcomeSettings.DEFAULT);
        for (int i = 0; i < 10_001; i++) {
            stuck.began(learning().orElseThrow());
            stuck.ended(turn(
                    "r" + i, learning(), "r" + i, Fingerprint.of("b"), now, now, new Outcome.Ignored("client_gone")));
        }

        assertThat(stuck.counts().dropped()).isEqualTo(1);
        assertThat(pending()).as("the dropped one is not in flight for ever").isEqualTo(10_000);
        assertThat(Await.result(stuck.feedback(ACME, new Feedback(new RequestId("r1"), 0))))
                .isEqualTo(FeedbackResult.UNAVAILABLE);
    }

    /** Decay is measured on one clock: a replica whose own is wrong gives its outcomes no other weight than the others do. */
    @Test
    void timesDecisionsOnTheStoresClock() {
        Instant right = now;
        now = right.minus(Duration.ofDays(7));
        MemoryArmStateStore rightStore = new MemoryArmStateStore(() -> right);
        Learner slow = new Learner(new Learner.Setup(
                policy,
                rightStore,
                decisions,
                new KnownArms(Map.of(KEY.context().population(), Map.of(WORKER, "m"))),
                Runnable::run,
                () -> now,
                new Random(1),
                "slow",
                OutcomeSettings.DEFAULT,
                log::add,
                (_, _) -> {},
                this::onTrial));
        Await.result(slow.load());

        slow.ended(turn(
                "r1", learning(), "r1", Fingerprint.of("a"), now, now, new Outcome.Rewarded(ImplicitSignal.EMPTY)));
        slow.tick();

        Snapshot snapshot = Await.result(rightStore.changes(KEY.context().population(), 0));
        ForwardDecay decay = ForwardDecay.over(PolicySettings.DEFAULT.memory());
        double effective = snapshot.cells().getFirst().evidence().weight()
                * decay.effective(
                        Objects.requireNonNull(snapshot.landmarks().get(WORKER.name())), right.toEpochMilli() / 1e3);
        assertThat(effective).isCloseTo(1, within(1e-4));
    }

    /** Another process, or the same one after a restart: what it hears of is in the store. */
    @Test
    void hearsOfDecisionsMadeElsewhere() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        follow("r2", "r1", new Outcome.Rewarded(ImplicitSignal.EMPTY));
        log.clear();
        Learner elsewhere = learner(Runnable::run, OutcomeSettings.DEFAULT);

        assertThat(Await.result(elsewhere.feedback(ACME, new Feedback(new RequestId("r2"), 0.25))))
                .isEqualTo(FeedbackResult.LEARNED);

        assertThat(pulls()).as("one conversation").isCloseTo(1, within(1e-3));
        assertThat(meanReward()).isCloseTo(0.25, within(1e-3));
        DecisionRecord record = log.getLast();
        assertThat(record.decision()).hasToString("r1");
        assertThat(record.reward()).hasValue(0.25);
        assertThat(record.learning().propensity()).isEqualTo(0.5);
        assertThat(record.spent()).as("of its first answer").isEqualTo(new Turn.Spent(10, 20, Optional.of(new Usd(7))));

        pass(Duration.ofMinutes(10));
        assertThat(pulls()).as("the label stands").isCloseTo(1, within(1e-3));
        assertThat(pending()).as("the first process no longer waits").isZero();
    }

    @Test
    void keepsWhatIsSaid_whileTheStoreIsAway_andLearnsItOnce() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        decisions.losesAnswers(true);
        assertThat(feedback("r1", 0)).isEqualTo(FeedbackResult.QUEUED);
        decisions.losesAnswers(false);
        decisions.away(true);
        decide("r2", new Outcome.Rewarded(ImplicitSignal.EMPTY));
        assertThat(feedback("r2", 1)).isEqualTo(FeedbackResult.QUEUED);
        pass(Duration.ofSeconds(20));
        assertThat(pulls()).isZero();
        assertThat(learner.counts().held()).isEqualTo(4);

        decisions.away(false);
        pass(Duration.ofSeconds(10));

        assertThat(learner.counts().held()).isZero();
        assertThat(learner.counts().lost()).isZero();
        assertThat(pulls()).isCloseTo(2, within(1e-3));
        assertThat(meanReward()).isCloseTo(0.5, within(1e-3));
        assertThat(feedback("r1", 0)).isEqualTo(FeedbackResult.UNCHANGED);
    }

    @Test
    void refusesFeedback_whenAsMuchWaitsForTheStoreAsMay() {
        decisions.away(true);
        for (int i = 0; i < Outbox.MAX_QUEUED; i++) {
            assertThat(Await.result(unlimited().feedback(ACME, new Feedback(new RequestId("r" + i), 0))))
                    .isEqualTo(FeedbackResult.QUEUED);
        }

        assertThat(Await.result(unlimited().feedback(ACME, new Feedback(new RequestId("r"), 0))))
                .isEqualTo(FeedbackResult.UNAVAILABLE);
        assertThat(unlimited().counts().lost()).isEqualTo(1);
    }

    private Optional<Learner> unlimited = Optional.empty();

    private Learner unlimited() {
        Learner made = unlimited.orElseGet(() -> learner(
                Runnable::run,
                new OutcomeSettings(
                        Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 9, 1_000_000)));
        unlimited = Optional.of(made);
        return made;
    }

    @Test
    void logsDecisionsWhoseOutcomeIsOpen_whenItEnds() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        decide("r2", new Outcome.Rewarded(ImplicitSignal.EMPTY));
        log.clear();

        Await.result(learner.close());

        assertThat(log).hasSize(1);
        assertThat(log.getFirst().decision()).hasToString("r1");
        assertThat(log.getFirst().why()).isEqualTo("waiting_at_shutdown");
        assertThat(log.getFirst().reward()).isEmpty();
        assertThat(Await.result(arms.changes(KEY.context().population(), 0)).cells())
                .as("what was learned is told")
                .hasSize(1);
    }

    /** The requested model wrote what the client grades. */
    @Test
    void learnsNoLabelOfAnAnswerThatAnotherArmWrote_whoeverHearsIt() {
        decide("r1", new Outcome.Failed("another_arm_answered"));
        decide("r2", new Outcome.Rewarded(ImplicitSignal.ESCALATED));
        Learner elsewhere = learner(Runnable::run, OutcomeSettings.DEFAULT);

        for (String id : List.of("r1", "r2")) {
            assertThat(feedback(id, 1)).isEqualTo(FeedbackResult.NOT_LEARNING);
            assertThat(Await.result(elsewhere.feedback(ACME, new Feedback(new RequestId(id), 1))))
                    .isEqualTo(FeedbackResult.NOT_LEARNING);
        }
        assertThat(pulls()).as("the escalation alone").isCloseTo(1, within(1e-4));
        assertThat(meanReward()).isZero();
        assertThat(pending()).isZero();
        assertThat(log).extracting(DecisionRecord::why).containsExactly("another_arm_answered", "escalated");
        assertThat(log.getLast().reward()).hasValue(0);
        assertThat(Objects.requireNonNull(learner.signals().get(ImplicitSignal.ESCALATED))
                        .getAsLong())
                .isEqualTo(1);
    }

    @Test
    void learnsTheEscalationOfALaterTurn_butNoLabelForIt() {
        decide("r1", new Outcome.Ignored("unread"));
        follow("r2", "r1", new Outcome.Rewarded(ImplicitSignal.ESCALATED));
        follow("r3", "r1", new Outcome.Failed("another_arm_answered"));

        assertThat(feedback("r2", 1)).isEqualTo(FeedbackResult.NOT_LEARNING);
        assertThat(feedback("r3", 1)).isEqualTo(FeedbackResult.NOT_LEARNING);
        assertThat(pulls()).isCloseTo(1, within(1e-4));
        assertThat(meanReward()).isZero();
        assertThat(feedback("r1", 1)).as("its own answer").isEqualTo(FeedbackResult.LEARNED);
        assertThat(meanReward()).isCloseTo(1, within(1e-3));
    }

    @Test
    void takesARepetitionForNone_whenNobodyAnsweredBefore() {
        Fingerprint same = Fingerprint.of("same");
        for (int i = 0; i < 5; i++) {
            Outcome outcome = i < 4 ? new Outcome.Failed("status_503") : new Outcome.Rewarded(ImplicitSignal.CLEAN);
            ended("r" + i, learning(), "r" + i, same, now, now.plusSeconds(1), outcome);
            now = now.plusSeconds(2);
        }

        assertThat(pulls()).isZero();
        assertThat(Objects.requireNonNull(learner.signals().get(ImplicitSignal.RETRIED))
                        .getAsLong())
                .isZero();
    }

    @Test
    void countsGoodAnswers_whenItEndsAfterHalfTheirHorizon() {
        decide("r1", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        now = now.plus(Duration.ofMinutes(1));
        decide("r2", new Outcome.Rewarded(ImplicitSignal.CLEAN));
        now = now.plus(Duration.ofMinutes(4));

        Await.result(learner.close());

        assertThat(pulls()).isCloseTo(0.15, within(1e-3));
        assertThat(meanReward()).isCloseTo(1, within(1e-6));
        assertThat(log).extracting(DecisionRecord::why).containsExactly("clean", "waiting_at_shutdown");
        assertThat(log).extracting(record -> record.decision().value()).containsExactly("r1", "r2");
    }

    private void onTrial(TenantId tenant, Trial trial, Instant decided, Optional<Double> before, double now) {
        trials.add(trial.side() + " " + before.map(Object::toString).orElse("-") + " -> " + now);
    }

    private Learner learner(Executor thread, OutcomeSettings settings) {
        return new Learner(new Learner.Setup(
                policy,
                arms,
                decisions,
                new KnownArms(Map.of(KEY.context().population(), Map.of(Arm.DIRECT, "m1", WORKER, "m2"))),
                thread,
                () -> now,
                new Random(1),
                "replica",
                settings,
                log::add,
                (_, _) -> {},
                this::onTrial));
    }

    private void decide(String id, Outcome outcome) {
        learner.began(learning().orElseThrow());
        ended(id, learning(), id, Fingerprint.of("body" + bodies++), now, now, outcome);
    }

    private void follow(String id, String decision, Outcome outcome) {
        ended(id, Optional.empty(), decision, Fingerprint.of("body" + bodies++), now, now, outcome);
    }

    private void ended(
            String id,
            Optional<Learning> learning,
            String decision,
            Fingerprint body,
            Instant began,
            Instant at,
            Outcome outcome) {
        learner.ended(turn(id, learning, decision, body, began, at, outcome));
    }

    private static Turn turn(
            String id,
            Optional<Learning> learning,
            String decision,
            Fingerprint body,
            Instant began,
            Instant at,
            Outcome outcome) {
        return new Turn(
                ACME,
                new RequestId(id),
                learning,
                new RequestId(decision),
                Optional.empty(),
                body,
                began,
                at,
                new Turn.Spent(10, 20, Optional.of(new Usd(7))),
                outcome);
    }

    private Optional<Learning> learning() {
        return Optional.of(new Learning(
                KEY,
                policy.stamp(KEY, now),
                policy.lead(KEY),
                List.of(new Learning.Odds(Arm.DIRECT, 0.5, 0.01), new Learning.Odds(WORKER, 0.5, 0.001)),
                List.of(),
                Optional.empty()));
    }

    private Learning measured() {
        Learning learning = learning().orElseThrow();
        return new Learning(
                learning.key(),
                learning.stamp(),
                learning.lead(),
                learning.odds(),
                List.of(),
                Optional.empty(),
                Optional.of(new Trial("smart", Trial.Side.DELEGATED, 0.02, 0.02, 0.5)),
                Learning.Use.MEASURED);
    }

    @Test
    void tellsTheStatementAndNotThePolicy_whenRulesDecided() {
        learner.began(measured());
        assertThat(pending()).as("not the policy's pull").isZero();
        ended(
                "r1",
                Optional.of(measured()),
                "r1",
                Fingerprint.of("r1"),
                now,
                now,
                new Outcome.Rewarded(ImplicitSignal.CLEAN));
        assertThat(trials).as("silence is not success").isEmpty();

        pass(OutcomeSettings.DEFAULT.horizon());
        learner.tick();
        assertThat(feedback("r1", 0.25)).isEqualTo(FeedbackResult.LEARNED);

        assertThat(trials).containsExactly("DELEGATED - -> 1.0", "DELEGATED 1.0 -> 0.25");
        assertThat(log.getLast().reward()).hasValue(0.25);
        assertThat(pulls()).isZero();
        assertThat(pending()).isZero();
    }

    private FeedbackResult feedback(String id, double score) {
        return Await.result(learner.feedback(ACME, new Feedback(new RequestId(id), score)));
    }

    private void pass(Duration time) {
        now = now.plus(time);
        learner.tick();
    }

    private Standings standings() {
        List<Option> options = List.of(Option.of(Arm.DIRECT, 0.01), Option.of(WORKER, 0.001));
        return policy.choose(new Question(KEY.context(), options, Stakes.QUALITY_ONLY, now), 0.5)
                .standings();
    }

    private double pulls() {
        return standings().pulls(1);
    }

    private double meanReward() {
        return standings().mean(1);
    }

    private double pending() {
        return standings().pending(1);
    }
}
