package dev.fresnel.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.replay.data.DataSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrafficPlanTest {
    private static final DataSet SET = Worlds.mixed(6, 50);

    @Test
    void passesEveryRowOnce_inAnotherOrderPerSeed() {
        Traffic one = TrafficPlan.passes(SET, 1).draw(1);
        Traffic other = TrafficPlan.passes(SET, 1).draw(2);

        assertThat(texts(one)).containsExactlyInAnyOrderElementsOf(texts(other)).isNotEqualTo(texts(other));
        assertThat(texts(one)).isEqualTo(texts(TrafficPlan.passes(SET, 1).draw(1)));
    }

    @Test
    void keepsTheOrder_whenATroubleIsLaidOverIt() {
        Traffic plain = TrafficPlan.passes(SET, 1).draw(5);
        Traffic troubled = TrafficPlan.passes(SET, 1)
                .tenants(9)
                .feedback(0.3)
                .drop(1, 0.25, 0, 100)
                .draw(5);

        assertThat(texts(troubled)).isEqualTo(texts(plain));
    }

    @Test
    void theDroppedArmLosesThatManyPoints_onlyWhileItLasts() {
        Traffic traffic = TrafficPlan.passes(SET, 200).drop(1, 0.25, 0, 30_000).draw(3);

        double during = mean(traffic, 0, 30_000, 1);
        double after = mean(traffic, 30_000, 60_000, 1);
        assertThat(during).isCloseTo(SET.meanQuality(1) - 0.25, within(0.01));
        assertThat(after).isCloseTo(SET.meanQuality(1), within(1e-9));
        assertThat(mean(traffic, 0, 30_000, 0)).isCloseTo(SET.meanQuality(0), within(1e-9));
        assertThat(IntStream.range(0, 30_000)
                        .mapToDouble(step -> traffic.truth(step, 1))
                        .average()
                        .orElseThrow())
                .isCloseTo(SET.meanQuality(1) - 0.25, within(1e-6));
    }

    @Test
    void tenantsFollowZipf() {
        Traffic traffic = TrafficPlan.passes(SET, 100).tenants(20).draw(1);

        // Shares 1/H and 1/(20 H) with H = 3.5977.
        assertThat(share(traffic, step -> traffic.offer(step).tenant().equals("t0")))
                .isCloseTo(0.278, within(0.01));
        assertThat(share(traffic, step -> traffic.offer(step).tenant().equals("t19")))
                .isCloseTo(0.0139, within(0.004));
    }

    @Test
    void offersTellTheNewPrice_fromTheRequestOnThatItHolds() {
        Traffic traffic = TrafficPlan.passes(SET, 1).price(0, 0.1, 10).draw(1);

        assertThat(traffic.offer(9).expectedUsd(0)).isCloseTo(0.12, within(1e-12));
        assertThat(traffic.offer(10).expectedUsd(0)).isCloseTo(0.012, within(1e-12));
        assertThat(traffic.costUsd(10, 0)).isCloseTo(0.012, within(1e-12));
    }

    @Test
    void aNewcomerIsClosed_untilItAppears() {
        Traffic traffic =
                TrafficPlan.of(Worlds.threeArms(40), 40).newcomer(2, 20).draw(1);

        assertThat(traffic.offer(19).isOpen(2)).isFalse();
        assertThat(traffic.bestArm(19)).isNotEqualTo(2);
        assertThat(traffic.offer(20).isOpen(2)).isTrue();
        assertThat(traffic.bestArm(20)).isEqualTo(2);
    }

    @Test
    void drawsWithReplacement_whenAsked() {
        List<String> drawn = texts(TrafficPlan.passes(SET, 1).drawn().draw(1));

        assertThat(drawn.stream().distinct().count()).isLessThan(drawn.size());
    }

    private static List<String> texts(Traffic traffic) {
        return IntStream.range(0, traffic.length())
                .mapToObj(step -> traffic.offer(step).text())
                .toList();
    }

    private static double mean(Traffic traffic, int from, int to, int arm) {
        return IntStream.range(from, to)
                .mapToDouble(step -> traffic.quality(step, arm))
                .average()
                .orElseThrow();
    }

    private static double share(Traffic traffic, IntPredicate which) {
        return IntStream.range(0, traffic.length()).filter(which).count() / (double) traffic.length();
    }
}
