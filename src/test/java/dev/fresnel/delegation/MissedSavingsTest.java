package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.lens.LensKey;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MissedSavingsTest {
    private static final Usd PRICE = new Usd(1_000_000);
    private static final LensKey KEY = key("acme", "task");

    private final AtomicLong nanos = new AtomicLong();
    private final MissedSavings missed = new MissedSavings(nanos::get, Duration.ofHours(24), 1000);

    /** Requests of any sizes in any order, which may stop at any moment: right after the purchase, if that hurts most. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverLosesTwiceWhatHindsightWould_whenTheRequestWaits(long seed) {
        Random chance = new Random(seed);
        double worst = 0;
        for (int round = 0; round < 2000; round++) {
            double ratio = worstRatio(sizes(chance), Waits.FOR_THE_LENS);
            assertThat(ratio).isLessThanOrEqualTo(2);
            worst = Math.max(worst, ratio);
        }
        assertThat(worst).as("the bound is met, so nothing smaller would hold").isGreaterThan(1.9);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void losesOneRequestMore_whenTheLensIsWrittenBehindIt(long seed) {
        Random chance = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            assertThat(worstRatio(sizes(chance), Waits.NOT_UNLESS_IT_REPAYS_ALONE))
                    .isLessThan(3);
        }
    }

    @Test
    void isExactAtTheBorder() {
        assertThat(MissedSavings.isDue(new Usd(600_000), new Usd(399_999), PRICE))
                .isFalse();
        assertThat(MissedSavings.isDue(new Usd(600_000), new Usd(400_000), PRICE))
                .isTrue();
        assertThat(MissedSavings.isDue(Usd.ZERO, PRICE, PRICE)).isTrue();
    }

    @Test
    void addsUpPerKey_andBeginsAnewOnceTheLensIsThere() {
        missed.miss(KEY, new Usd(3));
        missed.miss(KEY, new Usd(4));
        missed.miss(KEY, new Usd(-5));
        missed.miss(key("other", "task"), new Usd(9));

        assertThat(missed.of(KEY)).isEqualTo(new Usd(7));
        missed.bought(KEY);
        assertThat(missed.of(KEY)).isEqualTo(Usd.ZERO);
        assertThat(missed.of(key("other", "task"))).isEqualTo(new Usd(9));
    }

    @Test
    void forgetsWhatNobodyAsksFor_andHoldsNoMoreThanItMay() {
        missed.miss(KEY, new Usd(3));
        nanos.addAndGet(Duration.ofHours(25).toNanos());
        assertThat(missed.of(KEY)).isEqualTo(Usd.ZERO);

        int held = 0;
        for (int i = 0; i < 5000; i++) {
            missed.miss(key("acme", "task" + i), new Usd(1));
        }
        for (int i = 0; i < 5000; i++) {
            held += missed.of(key("acme", "task" + i)).equals(Usd.ZERO) ? 0 : 1;
        }
        assertThat(held).isLessThanOrEqualTo(1000);
    }

    @Test
    void bothRentAndPriceAreCounted() {
        // Ten requests of a quarter: three missed, the fourth waits and buys, the rest save.
        List<Usd> quarters = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            quarters.add(new Usd(250_000));
        }
        assertThat(lost(quarters, Waits.FOR_THE_LENS)).isCloseTo(1_750_000, within(0.1));
        assertThat(lost(quarters, Waits.NOT_UNLESS_IT_REPAYS_ALONE)).isCloseTo(2_000_000, within(0.1));
    }

    private enum Waits {
        FOR_THE_LENS,
        NOT_UNLESS_IT_REPAYS_ALONE
    }

    /** The worst over all moments at which the requests could have stopped. */
    private double worstRatio(List<Usd> savings, Waits waits) {
        double worst = 0;
        double sum = 0;
        for (int stop = 1; stop <= savings.size(); stop++) {
            sum += savings.get(stop - 1).nanos();
            double hindsight = Math.min((double) PRICE.nanos(), sum);
            worst = Math.max(worst, lost(savings.subList(0, stop), waits) / hindsight);
        }
        return worst;
    }

    /** What is missed and paid over one stream of requests for one key. */
    private double lost(List<Usd> savings, Waits waits) {
        MissedSavings account = new MissedSavings(() -> 0, Duration.ofHours(24), 10);
        double lost = 0;
        boolean there = false;
        for (Usd saving : savings) {
            if (there) {
                continue;
            }
            boolean due = MissedSavings.isDue(account.of(KEY), saving, PRICE);
            boolean inline = switch (waits) {
                case FOR_THE_LENS -> true;
                case NOT_UNLESS_IT_REPAYS_ALONE -> !saving.isLessThan(PRICE);
            };
            lost += due ? PRICE.nanos() : 0;
            lost += due && inline ? 0 : saving.nanos();
            account.miss(KEY, saving);
            there = due;
        }
        return lost;
    }

    private static List<Usd> sizes(Random chance) {
        int count = 1 + chance.nextInt(40);
        double scale = Math.pow(10, 3 + 3.5 * chance.nextDouble());
        List<Usd> sizes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double size = switch (chance.nextInt(4)) {
                case 0 -> scale;
                case 1 -> scale * chance.nextDouble();
                case 2 -> scale * Math.exp(chance.nextGaussian());
                default -> PRICE.nanos() * 0.999;
            };
            sizes.add(new Usd(1 + Math.round(size)));
        }
        return sizes;
    }

    private static LensKey key(String tenant, String task) {
        return new LensKey(new TenantId(tenant), Fingerprint.of(tenant, task));
    }
}
