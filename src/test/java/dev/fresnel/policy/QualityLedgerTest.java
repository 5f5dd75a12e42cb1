package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Quality that delegation may cost, however much money it saves. */
class QualityLedgerTest {
    private static final int RUNS = 20;
    private static final int REQUESTS = 1500;

    @Test
    void loss_staysWithinTheBound_whereMoneyAloneWouldBreakIt() {
        int breaches = 0;
        int unguarded = 0;
        double share = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            double guardedLoss = 0;
            Practice guarded = world(PolicySettings.DEFAULT, seed);
            Practice.Report report = guarded.live(REQUESTS);
            guardedLoss = report.loss();
            share += (1 - report.directShare()) / RUNS;
            breaches += guardedLoss > 0.05 ? 1 : 0;
            unguarded += world(PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF), seed)
                                    .live(REQUESTS)
                                    .loss()
                            > 0.05
                    ? 1
                    : 0;
        }

        assertThat(unguarded).as("breaches without the guard").isGreaterThan(RUNS * 3 / 4);
        assertThat(breaches).as("breaches of %s runs", RUNS).isZero();
        assertThat(share).as("the guard leaves something to delegate").isGreaterThan(0.1);
    }

    @Test
    void heldArm_isNamedAndGetsNoProbability() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(new PolicySettings.Guard(0, 3, 0)));
        Practice practice = world(PolicySettings.DEFAULT, 1);
        policy.learn(new EvidenceKey(practice.context("a"), Practice.WORKER), Evidence.of(10, 0.5), Practice.START);
        policy.learn(new EvidenceKey(practice.context("a"), Arm.DIRECT), Evidence.of(10, 0.9), Practice.START);

        Choice choice = policy.choose(practice.question("a"), 0.999);

        assertThat(choice.arm()).isEqualTo(Arm.DIRECT);
        assertThat(choice.propensity()).isEqualTo(1);
        assertThat(choice.standings().isHeld(1)).isTrue();
        assertThat(choice.standings().isHeld(0)).isFalse();
    }

    @Test
    void decisionsInFlight_countBeforeTheirOutcome() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(new PolicySettings.Guard(0.05, 3, 50)));
        Practice practice = new Practice(policy, 1, 0.5, 0);
        Context here = practice.context("a");
        policy.learn(new EvidenceKey(here, Arm.DIRECT), Evidence.of(5000, 0.9), Practice.START);
        policy.learn(new EvidenceKey(here, Practice.WORKER), Evidence.of(5000, 0.7), Practice.START);

        int begun = 0;
        while (begun < 1000
                && !policy.choose(practice.question("a"), 0).standings().isHeld(1)) {
            policy.begin(new EvidenceKey(here, Practice.WORKER), Practice.START);
            begun++;
        }

        assertThat(begun)
                .as("50 requests of credit at 5 %% of 0.9, 0.2 lost by each")
                .isBetween(5, 12);
    }

    /** The guard protects direct's quality; where there is none left, it must not keep better arms out for ever. */
    @Test
    void worthlessDirect_doesNotLockItselfIn() {
        Policy policy = new Policy(PolicySettings.DEFAULT);
        Practice practice = new Practice(policy, 1, 0.1, 0).task("a", 0.02, 0.8);

        for (int i = 0; i < 30; i++) {
            EvidenceKey direct = new EvidenceKey(practice.context("a"), Arm.DIRECT);
            policy.begin(direct, Practice.START);
            policy.learn(direct, new Observation(policy.stamp(direct, Practice.START), 1, 0), Practice.START);
            policy.end(direct);
        }
        assertThat(policy.choose(practice.question("a"), 0).standings().isHeld(1))
                .isFalse();

        practice.live(500);
        assertThat(policy.choose(practice.question("a"), 0).standings().probability(1))
                .isGreaterThan(0.9);
    }

    @Test
    void guard_holdsNothing_whereDirectIsNoOption() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(new PolicySettings.Guard(0, 3, 0)));
        Context here = new Context("model", "task", "leaf");
        List<Option> workers = List.of(Option.of(Practice.WORKER, 0), Option.of(new Arm("other"), 0));
        policy.learn(new EvidenceKey(here, Practice.WORKER), Evidence.of(10, 0.1), Practice.START);
        for (int i = 0; i < 100; i++) {
            policy.begin(new EvidenceKey(here, Practice.WORKER), Practice.START);
        }

        Standings standings = policy.choose(new Question(here, workers, Stakes.QUALITY_ONLY, Practice.START), 0)
                .standings();

        assertThat(standings.isHeld(0)).isFalse();
        assertThat(standings.isHeld(1)).isFalse();
        assertThat(standings.probability(1)).isPositive();
    }

    /** Direct is better everywhere, but so dear that utility prefers the worker in half of the tasks. */
    private static Practice world(PolicySettings settings, int seed) {
        return new Practice(new Policy(settings), seed, 0.15, 0)
                .task("a", 0.90, 0.80)
                .task("b", 0.85, 0.75)
                .task("c", 0.80, 0.70)
                .task("d", 0.90, 0.86);
    }
}
