package dev.fresnel.replay.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.proof.SavingsStated.Told;
import dev.fresnel.replay.proof.SavingsStated.World;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Issue 4's sixth show; {@code fresnel replay proof SAVINGS --seeds 200} repeats it with ten times as many statements. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SavingsStatedTest {
    private static final int RUNS = 200;

    /** Of 200 intervals that hold the truth 19 times in 20, this share does in all but one of a thousand tests. */
    private static final double LEAST = 90;

    private final List<List<Told>> told = new ArrayList<>();

    @BeforeAll
    void state() {
        SavingsStated.WORLDS.forEach(world ->
                told.add(Seeds.each(RUNS, seed -> SavingsStated.statement(world.withConversations(SHRUNK), seed))));
    }

    /** As many controls, drawn from fewer conversations, in a fraction of the time. */
    private static final double SHRUNK = 0.4;

    @Test
    void savedHoldsTheTruth_asOftenAsItSays() {
        assertThat(SavingsStated.covered(all(), Told::money).mean()).isBetween(93.0, 97.0);
        assertThat(SavingsStated.covered(told.getFirst(), Told::money).mean())
                .as(SavingsStated.WORLDS.getFirst().name())
                .isBetween(93.0, 97.0);
        for (int i = 0; i < told.size(); i++) {
            World world = SavingsStated.WORLDS.get(i);
            assertThat(SavingsStated.covered(told.get(i), Told::money).mean())
                    .as(world.name())
                    .isGreaterThan(LEAST);
        }
    }

    @Test
    void qualityHoldsTheTruth_asOftenAsItSays() {
        assertThat(SavingsStated.covered(all(), Told::quality).mean()).isBetween(93.0, 97.0);
        for (int i = 0; i < told.size(); i++) {
            World world = SavingsStated.WORLDS.get(i);
            assertThat(SavingsStated.covered(told.get(i), Told::quality).mean())
                    .as(world.name())
                    .isGreaterThan(LEAST);
        }
    }

    @Test
    void saysThatEvidenceIsMissing_whereItIs() {
        assertThat(told.getFirst())
                .as("200 controls")
                .filteredOn(Told::isEnough)
                .hasSizeGreaterThan(RUNS * 9 / 10);
        assertThat(told.get(2))
                .as("60 controls with long tails")
                .filteredOn(Told::isEnough)
                .hasSizeLessThan(RUNS / 2);
    }

    private List<Told> all() {
        return told.stream().flatMap(List::stream).toList();
    }
}
