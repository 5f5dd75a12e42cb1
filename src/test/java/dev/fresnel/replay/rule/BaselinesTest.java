package dev.fresnel.replay.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.policy.Arm;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BaselinesTest {
    private static final List<Arm> ARMS = List.of(Arm.DIRECT, new Arm("cheap"));
    private static final Setup SETUP = Setup.plain(ARMS, 1);

    private static Offer offer(String task, double directUsd, String text) {
        return new Offer(
                0, 0, new Offer.Asked("t0", task, text), new Offer.Money(1, directUsd, 0), new boolean[] {true, true});
    }

    private static Chooser begin(Rule rule) {
        return rule.begin(SETUP, new SplittableRandom(3));
    }

    private static void teach(Chooser rule, Offer offer, int arm, int good, int bad) {
        IntStream.range(0, good).forEach(i -> rule.learn(offer, Choice.of(arm), 1));
        IntStream.range(0, bad).forEach(i -> rule.learn(offer, Choice.of(arm), 0));
    }

    private static double directShare(Chooser rule, Offer offer) {
        return IntStream.range(0, 4000)
                        .filter(i -> rule.choose(offer).arm() == 0)
                        .count()
                / 4000.0;
    }

    @Test
    void betaDraws_haveTheMomentsOfTheDistribution() {
        SplittableRandom chance = new SplittableRandom(1);
        double[] draws = IntStream.range(0, 40_000)
                .mapToDouble(i -> Draws.beta(chance, 0.5, 2))
                .toArray();
        double mean = java.util.Arrays.stream(draws).average().orElseThrow();
        double variance = java.util.Arrays.stream(draws)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();

        // Beta(.5, 2): mean .2, variance .2*.8/3.5.
        assertThat(mean).isCloseTo(0.2, within(0.005));
        assertThat(variance).isCloseTo(0.0457, within(0.002));
    }

    @Test
    void ucb1_followsItsIndex() {
        Chooser rule = begin(Baselines.ucb1());
        Offer offer = offer("a", 0.12, "");
        teach(rule, offer, 0, 9, 1);
        teach(rule, offer, 1, 2, 2);

        // N 14: direct .9 - .12 + sqrt(2 ln 14 / 10) = 1.506; cheap .5 + sqrt(2 ln 14 / 4) = 1.649.
        assertThat(rule.choose(offer).arm()).isEqualTo(1);
        teach(rule, offer, 1, 3, 3);
        // N 20: direct .78 + .774 = 1.554; cheap .5 + .774 = 1.274.
        assertThat(rule.choose(offer).arm()).isZero();
    }

    @Test
    void thompson_playsTheBetterArmAsOftenAsItsPosteriorSays() {
        Chooser rule = begin(Baselines.betaThompson());
        Offer offer = offer("a", 0, "");
        teach(rule, offer, 0, 1, 0);

        // P(Beta(2,1) > Beta(1,1)) = E[X] = 2/3.
        assertThat(directShare(rule, offer)).isCloseTo(2 / 3.0, within(0.03));
    }

    @Test
    void liteLlm_dropsUpdatesAboveItsCap() {
        Chooser rule = begin(Baselines.liteLlm());
        Offer offer = offer("a", 0, "");
        teach(rule, offer, 0, 500, 0);
        teach(rule, offer, 1, 100, 0);
        double before = directShare(rule, offer);

        teach(rule, offer, 0, 0, 5000);

        assertThat(before).isGreaterThan(0.95);
        assertThat(directShare(rule, offer)).as("nothing more is learned").isGreaterThan(0.95);
    }

    @Test
    void vllm_takesTheArmsEvidenceElsewhere_whenABucketIsEmpty() {
        Chooser rule = begin(Baselines.vllm());
        teach(rule, offer("a", 0, ""), 0, 100, 0);
        teach(rule, offer("a", 0, ""), 1, 0, 100);

        assertThat(directShare(rule, offer("b", 0, ""))).isGreaterThan(0.9);
    }

    @Test
    void epsilonGreedy_exploresItsShare() {
        Chooser rule = begin(Baselines.epsilonGreedy());
        Offer offer = offer("a", 0, "");
        teach(rule, offer, 0, 50, 0);

        assertThat(directShare(rule, offer)).isCloseTo(0.95, within(0.015));
    }

    @Test
    void linUcb_forgets_andLearnsCostsOnlyByPaying() {
        Chooser rule = begin(Baselines.discountedLinUcb());
        Offer offer = offer("a", 0.12, "");
        teach(rule, offer, 0, 30, 0);
        teach(rule, offer, 1, 24, 6);
        assertThat(rule.choose(offer).arm()).isIn(0, 1);

        rule.paid(offer, Choice.of(0), 0.9);

        assertThat(rule.choose(offer).arm()).as("direct is now held to be dear").isEqualTo(1);
        teach(rule, offer, 1, 0, 600);
        rule.paid(offer, Choice.of(0), 0.12);
        IntStream.range(0, 100).forEach(i -> rule.paid(offer, Choice.of(0), 0.12));
        assertThat(rule.choose(offer).arm()).as("cheap has become bad").isZero();
    }

    @Test
    void rfc_delegatesLongPromptsAndPartWords_andNothingElse() {
        Chooser rule = begin(Baselines.rfc());

        assertThat(rule.choose(offer("a", 0, "w ".repeat(200))).arm())
                .as("2000 is not above 2000")
                .isZero();
        assertThat(rule.choose(offer("a", 0, "w ".repeat(201))).arm()).isEqualTo(1);
        assertThat(rule.choose(offer("a", 0, "write " + "w ".repeat(100))).arm())
                .isEqualTo(1);
        assertThat(rule.choose(offer("a", 0, "list the endpoints")).arm()).isEqualTo(1);
        assertThat(rule.choose(offer("a", 0, "list the profiles")).arm()).isZero();
    }

    @Test
    void fullInformation_learnsFromArmsItDidNotPlay() {
        Chooser rule = begin(Baselines.fullInformation());
        Offer offer = offer("a", 0.12, "");
        Chooser.SeesAll seer = (Chooser.SeesAll) rule;
        IntStream.range(0, 20).forEach(i -> seer.learnAll(offer, 0, 1));

        assertThat(rule.choose(offer).arm()).isEqualTo(1);
    }

    @Test
    void everyBaseline_keepsToTheOpenArms() {
        Offer half = offer("a", 0, "w ".repeat(900)).withOpen(true, false);

        assertThat(Baselines.all())
                .hasSize(11)
                .allSatisfy(rule -> assertThat(begin(rule).choose(half).arm())
                        .as(rule.name())
                        .isZero());
    }
}
