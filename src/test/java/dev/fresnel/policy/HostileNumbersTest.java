package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Corrupt state, wrong clocks and absurd prices: refused or bounded, counted, and a valid decision afterwards. */
class HostileNumbersTest {
    private static final double[] ABSURD = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -1,
        -0.0,
        0,
        Double.MIN_VALUE,
        1e-300,
        0x1p53,
        1e300,
        Double.MAX_VALUE
    };
    private static final Context HERE = new Context("model", "task", "leaf");
    private static final Arm OTHER = new Arm("other");

    @ParameterizedTest
    @EnumSource(RuleName.class)
    void everyDecision_isValid_afterAbsurdInput(RuleName rule) {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(rule));
        SplittableRandom random = new SplittableRandom(11);

        for (int i = 0; i < 2000; i++) {
            abuse(policy, random);

            Choice choice = policy.choose(question(random), absurd(random));
            double sum = 0;
            for (double probability : choice.propensities().values()) {
                assertThat(probability).isBetween(0.0, 1.0);
                sum += probability;
            }
            assertThat(sum).isCloseTo(1, within(1e-9));
            assertThat(choice.propensity()).isPositive();
            assertThat(choice.stamp()).isFinite();
        }
        assertThat(policy.counts().refused()).isPositive();
        assertThat(policy.counts().impossible()).isPositive();
        assertThat(policy.counts().repaired()).isZero();
    }

    @Test
    void unknownPrice_makesAnArmImpossible_neverFree() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF));
        Question question = new Question(
                HERE,
                List.of(Option.of(Arm.DIRECT, 0.01), Option.of(Practice.WORKER, Double.NaN)),
                Stakes.worth(0.02),
                Practice.START);

        assertThat(policy.choose(question, 0.999).arm()).isEqualTo(Arm.DIRECT);
        assertThat(policy.choose(question, 0.999).propensity()).isEqualTo(1);
    }

    @Test
    void unknownPriceOfDirect_meansDirect() {
        Policy policy = new Policy(PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF));
        Question question = new Question(
                HERE,
                List.of(Option.of(Arm.DIRECT, Double.NaN), Option.of(Practice.WORKER, 0)),
                Stakes.worth(0.02),
                Practice.START);

        assertThat(policy.choose(question, 0.999).arm()).isEqualTo(Arm.DIRECT);
    }

    @Test
    void totals_arePutInRange() {
        assertThat(new Evidence(Double.NaN, 1, 1).asTotal()).isEqualTo(Evidence.NONE);
        assertThat(new Evidence(-3, 1, 1).asTotal()).isEqualTo(Evidence.NONE);
        assertThat(new Evidence(2, 5, -1).asTotal()).isEqualTo(new Evidence(2, 2, 0));
    }

    /** Float sums stop growing at 2^24; a double does at 2^53, where one more outcome must still do no harm. */
    @Test
    void hugeCounts_keepTheirMean() {
        Policy policy = new Policy(PolicySettings.DEFAULT);
        EvidenceKey key = new EvidenceKey(HERE, Arm.DIRECT);
        policy.learn(key, Evidence.of(0x1p53, 0.25), Practice.START);
        policy.learn(key, Evidence.of(1, 1), Practice.START);
        Question question = new Question(HERE, List.of(Option.of(Arm.DIRECT, 0)), Stakes.QUALITY_ONLY, Practice.START);

        Standings standings = policy.choose(question, 0).standings();

        assertThat(standings.quality(0)).isCloseTo(0.25, within(1e-4));
        assertThat(standings.deviation(0)).isPositive();
    }

    private static void abuse(Policy policy, SplittableRandom random) {
        EvidenceKey key = new EvidenceKey(
                new Context("model", "task-" + random.nextInt(3), "leaf"),
                random.nextInt(3) == 0 ? Arm.DIRECT : random.nextBoolean() ? Practice.WORKER : OTHER);
        Instant now = when(random);
        switch (random.nextInt(6)) {
            case 0 -> policy.learn(key, new Observation(absurd(random), absurd(random), absurd(random)), now);
            case 1 -> policy.learn(key, new Evidence(absurd(random), absurd(random), absurd(random)), now);
            case 2 ->
                policy.follow(
                        new Shared(
                                "model",
                                Map.of(key.arm(), Landmark.at(random.nextDouble() * 1e10)),
                                Map.of(key, new Evidence(absurd(random), absurd(random), absurd(random))),
                                Map.of(key, new Evidence(absurd(random), absurd(random), absurd(random))),
                                random.nextBoolean() ? Shared.Extent.WHOLE : Shared.Extent.CHANGES),
                        now);
            case 3 -> policy.seed(List.of(new Seed(key.context(), key.arm(), absurd(random), absurd(random))), now);
            case 4 -> policy.end(key);
            default -> {
                policy.begin(key, now);
                policy.learn(key, new Observation(now.getEpochSecond(), 1, random.nextInt(2)), now);
            }
        }
    }

    private static Question question(SplittableRandom random) {
        double value = absurd(random);
        return new Question(
                new Context("model", "task-" + random.nextInt(4), "leaf"),
                List.of(
                        Option.of(Arm.DIRECT, absurd(random)),
                        Option.of(Practice.WORKER, absurd(random)).penalised(absurd(random)),
                        Option.of(OTHER, absurd(random)).withoutExploring()),
                value > 0 ? Stakes.worth(value) : Stakes.worth(1),
                when(random));
    }

    private static Instant when(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Instant.EPOCH;
            case 1 -> Instant.MAX;
            case 2 -> Instant.MIN;
            default -> Practice.START;
        };
    }

    private static double absurd(SplittableRandom random) {
        return ABSURD[random.nextInt(ABSURD.length)];
    }
}
