package dev.fresnel.estimate;

import static dev.fresnel.estimate.Requests.asking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LearnedLengthTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("other");
    private static final Answerer STRONG = Answerer.plain(new ModelName("strong"));
    private static final Answerer CHEAP = Answerer.plain(new ModelName("cheap"));

    private final JtokkitEstimator tokens = new JtokkitEstimator();
    private final LearnedLength lengths = new LearnedLength();

    @Test
    void isTheEstimateByWords_whenNothingWasLearned() {
        for (String task : new String[] {"hi", "Explain tides", "Generate CRUD endpoints for 5 entities", ""}) {
            ChatRequest request = asking(task, "\"n\":2,\"max_tokens\":6000");

            assertThat(lengths.estimate(reading(ACME, request), STRONG))
                    .isEqualTo(new OutputLength().estimate(request, tokens.inputTokens(request)));
        }
    }

    @Test
    void knowsATaskThatCameBefore() {
        for (int i = 0; i < 20; i++) {
            teach(ACME, "Explain tides", STRONG, 60);
            teach(ACME, "Explain currents", STRONG, 2000);
        }

        assertThat(l50(ACME, "Explain tides", STRONG)).isBetween(50L, 75L);
        assertThat(l50(ACME, "Explain currents", STRONG)).isBetween(1600L, 2300L);
    }

    @Test
    void learnsFromWords_forATaskThatNeverCame() {
        for (int i = 0; i < 300; i++) {
            teach(ACME, "Paint zebra number " + i, STRONG, 1500);
            teach(ACME, "Paint otter number " + i, STRONG, 50);
        }

        assertThat(l50(ACME, "Paint zebra alone", STRONG)).isGreaterThan(3 * l50(ACME, "Paint otter alone", STRONG));
    }

    @Test
    void learnsHowLongAModelWrites_whoeverAsked() {
        long before = l50(OTHER, "Explain tides", STRONG);
        for (int i = 0; i < 200; i++) {
            teach(ACME, "Describe town " + i, STRONG, 1500);
            teach(ACME, "Describe town " + i, CHEAP, 150);
        }

        assertThat(l50(OTHER, "Explain tides", STRONG)).isGreaterThan(before);
        assertThat(l50(OTHER, "Explain tides", CHEAP)).isLessThan(before);
    }

    /** What the tenants share hangs on the model alone: it moves all texts of another tenant by the same factor. */
    @Test
    void keepsTextsOfTenantsApart() {
        double before = ratio(OTHER);
        for (int i = 0; i < 300; i++) {
            teach(ACME, "Explain tides", STRONG, 3000);
            teach(ACME, "Describe zebras", STRONG, 30);
        }

        assertThat(ratio(ACME)).isGreaterThan(20);
        assertThat(ratio(OTHER)).isCloseTo(before, within(0.05 * before));
    }

    private double ratio(TenantId tenant) {
        return (double) l50(tenant, "Explain tides", STRONG) / l50(tenant, "Describe zebras", STRONG);
    }

    /** Heavy-tailed lengths, three times as spread as the words assume, and a drift half way. */
    @Test
    void coversWhatItPromises_whateverTheSpread() {
        Random random = new Random(11);
        int above = 0;
        int below = 0;
        int judged = 0;
        for (int i = 0; i < 4000; i++) {
            String task = "Question " + i;
            long real = Math.round(Math.exp((i < 2000 ? 5 : 6) + 1.2 * random.nextGaussian()));
            if (i >= 500) {
                LengthBand band = lengths.band(reading(ACME, asking(task)), STRONG);
                above += real > band.l90() ? 1 : 0;
                below += real < band.l10() ? 1 : 0;
                judged++;
            }
            teach(ACME, task, STRONG, real);
        }

        assertThat((double) above / judged).isCloseTo(0.1, within(0.02));
        assertThat((double) below / judged).isCloseTo(0.1, within(0.02));
    }

    @Test
    void tellsHiddenReasoningFromWhatIsSeen() {
        for (int i = 0; i < 50; i++) {
            lengths.learn(reading(ACME, asking("Count to " + i)), STRONG, new Usage(10, 0, 1000, 800));
        }

        OutputEstimate billed = lengths.estimate(reading(ACME, asking("Count to 99")), STRONG);
        assertThat(billed.reasoning()).isEqualTo(800);
        assertThat(billed.l50()).isBetween(950L, 1100L);
        assertThat(lengths.band(reading(ACME, asking("Count to 99")), STRONG).l50())
                .isBetween(150.0, 300.0);
        assertThat(lengths.estimate(reading(ACME, asking("Count to 99")), CHEAP).reasoning())
                .isZero();
    }

    @Test
    void isBoundedByTheClientsCap_reasoningIncluded() {
        for (int i = 0; i < 50; i++) {
            lengths.learn(reading(ACME, asking("Count to " + i)), STRONG, new Usage(10, 0, 1000, 800));
        }

        OutputEstimate capped =
                lengths.estimate(reading(ACME, asking("Count", "\"max_completion_tokens\":500")), STRONG);

        assertThat(capped).isEqualTo(new OutputEstimate(500, 500, 500));
    }

    @Test
    void learnsPerChoice() {
        for (int i = 0; i < 30; i++) {
            lengths.learn(reading(ACME, asking("Name it", "\"n\":4")), STRONG, Usage.of(10, 4000));
        }

        assertThat(l50(ACME, "Name it", STRONG)).isBetween(800L, 1200L);
        assertThat(lengths.estimate(reading(ACME, asking("Name it", "\"n\":4")), STRONG)
                        .l50())
                .isBetween(3200L, 4800L);
    }

    @Test
    void comparesTwoAnswerers_onlyAsFarAsBothAreKnown() {
        Answerer guided = new Answerer(CHEAP.model(), Answerer.Guided.BY_LENS);
        assertThat(lengths.verbosity(CHEAP, STRONG)).isEqualTo(1);
        for (int i = 0; i < 200; i++) {
            teach(ACME, "Describe town " + i, STRONG, 400);
        }
        assertThat(lengths.verbosity(CHEAP, STRONG))
                .as("the other never answered")
                .isEqualTo(1);
        for (int i = 0; i < 300; i++) {
            teach(ACME, "Describe village " + i, STRONG, 400);
            teach(ACME, "Describe village " + i, CHEAP, 800);
        }

        assertThat(lengths.verbosity(CHEAP, STRONG)).isBetween(1.5, 2.2);
        assertThat(lengths.verbosity(STRONG, CHEAP)).isBetween(0.45, 0.67);
        assertThat(lengths.verbosity(guided, STRONG))
                .as("with a lens it is another")
                .isEqualTo(1);
    }

    @Test
    void survivesAbsurdUsage() {
        Random random = new Random(5);
        long[] odd = {0, 1, Long.MAX_VALUE, Integer.MAX_VALUE, 2};
        for (int i = 0; i < 2000; i++) {
            long output = odd[random.nextInt(odd.length)];
            lengths.learn(
                    reading(ACME, asking("Task " + random.nextInt(5), "\"max_tokens\":" + (1 + random.nextInt(9)))),
                    STRONG,
                    new Usage(0, 0, output, random.nextBoolean() ? output : 0));
            OutputEstimate told = lengths.estimate(reading(ACME, asking("Task " + i)), STRONG);
            assertThat(told.l50()).isBetween(1L, OutputLength.CEILING);
            assertThat(told.l90()).isBetween(told.l50(), OutputLength.CEILING);
        }
    }

    @Test
    void readersSeeWholeEstimates_whileAnotherThreadLearns() throws InterruptedException {
        LengthReading reading = reading(ACME, asking("Explain tides"));
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        Thread reader = new Thread(() -> {
            while (done.getCount() > 0) {
                LengthBand band = lengths.band(reading, STRONG);
                boolean ordered = band.l10() >= 1 && band.l10() <= band.l50() && band.l50() <= band.l90();
                wrong.addAndGet(ordered ? 0 : 1);
                looks.incrementAndGet();
            }
        });
        reader.start();
        for (int i = 0; i < 3000 || looks.get() < 100; i++) {
            teach(ACME, "Explain tides " + i % 7, STRONG, 1 + i % 3000);
        }
        done.countDown();
        reader.join();

        assertThat(wrong).hasValue(0);
    }

    private void teach(TenantId tenant, String task, Answerer answerer, long output) {
        lengths.learn(reading(tenant, asking(task)), answerer, Usage.of(10, output));
    }

    private long l50(TenantId tenant, String task, Answerer answerer) {
        return lengths.estimate(reading(tenant, asking(task)), answerer).l50();
    }

    private LengthReading reading(TenantId tenant, ChatRequest request) {
        return lengths.read(tenant, request, TaskText.of(request), tokens.inputTokens(request));
    }
}
