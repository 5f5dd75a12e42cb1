package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.Fingerprint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** S37: a lens for a similar task, never for a changed constraint that it speaks of. */
class NearLensesTest {
    private static final Fingerprint HERE = Fingerprint.of("acme");
    private static final LensKey KEY = LensFixtures.key("acme", "one");
    private static final Lens LENS = LensFixtures.lens("shop");
    private static final String TASK =
            "Write the REST endpoints of a shop in TypeScript. There are 5 entities: cart, stock, tax, mail and login."
                    + " Put them into src/app.ts and use the error type that is there. Answer with one file that compiles as it is,"
                    + " and explain in two sentences how paging works for the list of every entity in this service of ours.";

    private final NearLenses near = new NearLenses(42);

    @Test
    void triesOneInTwenty_untilOutcomesShowThatItIsAsGood() {
        near.add(HERE, KEY, TASK, LENS);
        String other = TASK.replace("5 entities", "7 entities");

        assertThat(near.find(HERE, other, 0.049)).hasValueSatisfying(found -> {
            assertThat(found.key()).isEqualTo(KEY);
            assertThat(found.lens()).isEqualTo(LensId.of(KEY, LENS));
            assertThat(found.similarity()).isEqualTo(1);
            assertThat(found.grounds()).isEqualTo(NearLenses.Grounds.TRIAL);
        });
        assertThat(near.find(HERE, other, 0.05)).isEmpty();

        for (int i = 0; i < 60; i++) {
            near.heard(KEY, 1, Tally.of(1, 1), 0.99);
        }
        assertThat(near.find(HERE, other, 0.99))
                .hasValueSatisfying(found -> assertThat(found.grounds()).isEqualTo(NearLenses.Grounds.PROVEN));
    }

    @Test
    void findsNothing_inAnotherPartition() {
        near.add(HERE, KEY, TASK, LENS);

        assertThat(near.find(Fingerprint.of("other"), TASK, 0)).isEmpty();
    }

    @Test
    void findsNothing_whenFilesDiffer() {
        near.add(HERE, KEY, TASK, LENS);

        assertThat(near.find(HERE, TASK.replace("src/app.ts", "src/main.ts"), 0))
                .isEmpty();
    }

    /** A task may have megabytes, and it is read on an event loop. */
    @Test
    void looksForFilesWhereItLooksForWords_whenATaskIsLong() {
        String filler = " and so on".repeat(TaskWords.MAX_CHARS);
        String task = TASK + filler + " src/middle.ts" + filler;
        near.add(HERE, KEY, task, LENS);

        assertThat(near.find(HERE, task.replace("src/middle.ts", "src/other.ts"), 0))
                .isPresent();
        assertThat(near.find(HERE, task.replace("src/app.ts", "src/main.ts"), 0))
                .isEmpty();
        assertThat(near.find(HERE, task + " src/tail.ts", 0)).isEmpty();
    }

    @Test
    void findsNothing_whenALimitWasAddedOrTakenAway() {
        near.add(HERE, KEY, TASK, LENS);

        assertThat(near.find(HERE, TASK.replace("and use the", "and do not use the"), 0))
                .isEmpty();
        assertThat(near.find(HERE, TASK.replace("explain in two", "explain in at most two"), 0))
                .isEmpty();
    }

    @Test
    void findsNothing_whenWhatWasChangedIsWhatTheLensSpeaksOf() {
        Lens aboutFive = new Lens(
                "x",
                List.of("Make 5 routers"),
                LENS.patterns(),
                LENS.antiPatterns(),
                LENS.constraints(),
                List.of(),
                LENS.targetFiles(),
                LENS.provenance());
        near.add(HERE, KEY, TASK, aboutFive);

        assertThat(near.find(HERE, TASK.replace("5 entities", "7 entities"), 0)).isEmpty();
        assertThat(near.find(HERE, TASK.replace("cart, ", "wallet, "), 0)).isPresent();
    }

    @Test
    void findsNothing_whenTheTaskIsAnotherOne() {
        near.add(HERE, KEY, TASK, LENS);

        assertThat(near.find(HERE, "Summarise this contract for a tenant in Berlin", 0))
                .isEmpty();
    }

    @Test
    void keepsWhatWasLearned_whenTheLensIsRewritten() {
        near.add(HERE, KEY, TASK, LENS);
        for (int i = 0; i < 60; i++) {
            near.heard(KEY, 1, Tally.of(1, 1), 0.99);
        }
        Lens next = new Lens(
                "x",
                List.of("Log refusals"),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                LENS.targetFiles(),
                LENS.provenance());

        near.add(HERE, KEY, TASK, next);

        assertThat(near.find(HERE, TASK, 0.99))
                .hasValueSatisfying(found -> assertThat(found.lens()).isEqualTo(LensId.of(KEY, next)));
    }

    @Test
    void forgets_andStaysBounded() {
        for (int i = 0; i < NearLenses.MAXIMUM + 300; i++) {
            Fingerprint partition = Fingerprint.of("p" + i % 15);
            near.add(partition, LensFixtures.key("acme", "k" + i), "task number " + i, LENS);
        }
        assertThat(near.size()).isLessThanOrEqualTo(NearLenses.MAXIMUM);

        near.purge(LensFixtures.ACME);
        assertThat(near.size()).isZero();

        near.add(HERE, KEY, TASK, LENS);
        near.forget(KEY);
        assertThat(near.find(HERE, TASK, 0)).isEmpty();
    }
}
