package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.value.ModelName;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** 8.11: a lens is retired when P(lift < 0) > .9 after 20 uses. */
class LensJudgeTest {
    private static final LensKey KEY = LensFixtures.key("acme", "one");
    private static final LensKey OTHER = LensFixtures.key("acme", "two");
    private static final LensId LENS = new LensId("0123456789abcdef");
    private static final ModelName CHEAP = new ModelName("cheap");

    /** Tasks whose bare answers are all alike. */
    private static final LensSpread ALIKE = LensSpread.of(Collections.nCopies(
            10,
            LensRecord.own(use(KEY, false, true), Tally.of(1, 1))
                    .plus(LensRecord.own(use(KEY, false, true), Tally.of(0, 1)))));

    private Recorded sums = Recorded.NOTHING;

    @Test
    void findsHarm_whenAnswersAreWorseThanTheBareWorkers() {
        with(20, 0.4);
        bareElsewhere(200, 0.8);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).hasValueSatisfying(finding -> {
            assertThat(finding.worker()).isEqualTo("cheap");
            assertThat(finding.answers()).isEqualTo(20);
            assertThat(finding.reference()).isEqualTo(LensJudge.Reference.BARE);
            assertThat(finding.lift()).isBetween(-0.4, -0.2);
        });
    }

    @Test
    void judgesNothing_beforeTwentyOutcomes() {
        with(19, 0);
        bareElsewhere(200, 0.9);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isEmpty();

        with(1, 0);
        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isPresent();
    }

    @Test
    void findsNone_whenTheKeyIsHardForTheBareWorkerToo() {
        with(40, 0.4);
        bareElsewhere(200, 0.8);
        bareHere(60, 0.4);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isEmpty();
    }

    @Test
    void findsNone_whenTheLensHelps() {
        with(500, 0.8);
        bareElsewhere(500, 0.7);

        assertThat(LensJudge.findings(LENS, sums, ALIKE))
                .singleElement()
                .satisfies(finding -> assertThat(finding.harm()).isLessThan(0.2));
    }

    @Test
    void doesNotTakeTheRequestedModelForWithout() {
        // Every lens is ten points below the requested model: that is the price of the cheap one, not this lens's
        // doing.
        with(300, 0.8);
        withElsewhere(300, 0.8);
        direct(300, 0.9, 300, 0.9);

        assertThat(LensJudge.findings(LENS, sums, ALIKE)).singleElement().satisfies(finding -> {
            assertThat(finding.reference()).isEqualTo(LensJudge.Reference.PEERS);
            assertThat(finding.lift()).isCloseTo(0, within(0.02));
            assertThat(finding.hurts()).isFalse();
        });
    }

    @Test
    void findsHarm_whenALensFallsShortOfTheRequestedModelByMoreThanOthersDo() {
        with(100, 0.6);
        withElsewhere(300, 0.8);
        direct(100, 0.9, 300, 0.9);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isPresent();
    }

    @Test
    void findsNone_whenTheRequestedModelFindsTheKeyHardToo() {
        with(100, 0.6);
        withElsewhere(300, 0.8);
        direct(100, 0.7, 300, 0.9);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isEmpty();
    }

    @Test
    void findsNothing_whenThereIsNothingToCompareWith() {
        with(100, 0);

        assertThat(LensJudge.findings(LENS, sums, ALIKE)).isEmpty();
    }

    @Test
    void needsMoreOutcomes_whenTheyAreHardlyToBeBelieved() {
        add(use(KEY, true, true), 40, 0.4, 0.15);
        bareElsewhere(200, 0.7);

        assertThat(LensJudge.harm(LENS, sums, ALIKE)).isEmpty();
    }

    @Test
    void staysFinite_whateverAStoreHeld() {
        sums = new Recorded(
                LensCounts.of("with/" + LENS + "/cheap/n", 50)
                        .plus(LensCounts.of("with/" + LENS + "/cheap/w", -5_000_000))
                        .plus(LensCounts.of("with/" + LENS + "/cheap/r", Long.MAX_VALUE / 4)),
                LensCounts.of("bare/cheap/w", 9_000_000).plus(LensCounts.of("bare/cheap/r", -9_000_000)));

        assertThat(LensJudge.findings(LENS, sums, ALIKE))
                .allSatisfy(finding -> assertThat(finding.harm()).isBetween(0.0, 1.0));
    }

    private void with(int answers, double quality) {
        add(use(KEY, true, true), answers, quality, 1);
    }

    private void withElsewhere(int answers, double quality) {
        add(use(OTHER, true, true), answers, quality, 1);
    }

    private void bareHere(int answers, double quality) {
        add(use(KEY, false, true), answers, quality, 1);
    }

    private void bareElsewhere(int answers, double quality) {
        add(use(OTHER, false, true), answers, quality, 1);
    }

    private void direct(int here, double quality, int elsewhere, double quality2) {
        add(use(KEY, false, false), here, quality, 1);
        add(use(OTHER, false, false), elsewhere, quality2, 1);
    }

    private static LensUse use(LensKey key, boolean lens, boolean worker) {
        return new LensUse(
                key, lens ? Optional.of(LENS) : Optional.empty(), worker ? Optional.of(CHEAP) : Optional.empty());
    }

    private void add(LensUse use, int answers, double quality, double weight) {
        for (int i = 0; i < answers; i++) {
            Tally outcome = Tally.of(quality, weight);
            sums = new Recorded(
                    use.key().equals(KEY) ? sums.own().plus(LensRecord.own(use, outcome)) : sums.own(),
                    sums.tenant().plus(LensRecord.ofTenant(use, outcome)));
        }
    }
}
