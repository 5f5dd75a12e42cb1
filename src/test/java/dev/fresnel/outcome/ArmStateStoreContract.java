package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.testing.Await;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What every store of arm state must do. Implementations extend it and hand over an empty store. */
public abstract class ArmStateStoreContract {
    protected static final String POPULATION = "gpt-4o{}@acme";
    protected static final double TAU = 14 * 86_400.0;

    protected abstract ArmStateStore store();

    /** The store's clock now, seconds since 1970. */
    protected abstract double now();

    /** Replaces what is stored for one entry, see {@link ArmText}: {@code s:ARM} or {@code c:ARM CELL}. */
    protected abstract void spoil(String field, String value);

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    @Test
    void addsUpOverReplicasAndFlushes() {
        ArmScale scale = ArmScale.startingAt(now());

        flush("a", 1, delta("fast", "task", scale, 1, 0.5));
        flush("b", 1, delta("fast", "task", scale, 2, 1));
        Flushed last = flush("a", 2, delta("fast", "task", scale, 1, 0), delta("slow", "task", scale, 0.25, 1));

        assertThat(last.effect()).isEqualTo(Flushed.Effect.APPLIED);
        assertThat(last.refused()).isZero();
        assertThat(cells(last.after()))
                .isEqualTo(Map.of("fast task", new Sums(4, 2.5, 2.25), "slow task", new Sums(0.25, 0.25, 0.25)));
        assertThat(cells(load())).isEqualTo(cells(last.after()));
        assertThat(load().scales()).isEqualTo(Map.of("fast", scale, "slow", scale));
        assertThat(last.after().at()).isCloseTo(now(), within(5.0));
        Await.until("listed", () -> Await.result(store().populations()).contains(POPULATION));
    }

    @Test
    void appliesASequenceOnce_andAnswersTheRepetitionWithTheState() {
        ArmScale scale = ArmScale.startingAt(now());
        flush("a", 7, delta("fast", "task", scale, 1, 1));

        Flushed again = flush("a", 7, delta("fast", "task", scale, 1, 1));
        Flushed older = flush("a", 3, delta("fast", "task", scale, 1, 1));

        assertThat(again.effect()).isEqualTo(Flushed.Effect.DUPLICATE);
        assertThat(older.effect()).isEqualTo(Flushed.Effect.DUPLICATE);
        assertThat(cells(again.after())).isEqualTo(Map.of("fast task", new Sums(1, 1, 1)));
        assertThat(again.after().scales()).containsEntry("fast", scale);
        assertThat(cells(load())).isEqualTo(Map.of("fast task", new Sums(1, 1, 1)));
    }

    @Test
    void knowsNothing_ofAPopulationThatWasNeverFlushed() {
        Snapshot nothing = Await.result(store().load("nobody"));

        assertThat(nothing.cells()).isEmpty();
        assertThat(nothing.scales()).isEmpty();
    }

    @Test
    void keepsAllDigits() {
        ArmScale scale = new ArmScale(0, now() + 0.123456789, 0.1 + 0.2);
        Sums odd = new Sums(100.5, 1.0 / 3, 1e-17);

        flush("a", 1, new ArmDelta("fast", "task", scale, odd));

        assertThat(cells(load())).isEqualTo(Map.of("fast task", odd));
        assertThat(load().scales()).containsEntry("fast", scale);
    }

    @Test
    void rescalesADelta_onAnotherLandmark() {
        double now = now();
        flush("a", 1, delta("fast", "task", new ArmScale(0, now, 0), 1, 1));

        flush("b", 1, delta("fast", "task", new ArmScale(0, now - TAU, 0), Math.E, 1));

        assertThat(load().cells().getFirst().sums().weight()).isCloseTo(2, within(1e-12));
    }

    @Test
    void movesTheLandmark_whenTheScaleHasGrownTooFar() {
        ArmScale ancient = new ArmScale(3, now() - 40 * TAU, TAU);
        // Weighs 5 now: the decay of its own scale, at this moment.
        double grown = ancient.growth(now(), TAU);
        flush("a", 1, delta("fast", "old", new ArmScale(3, now(), TAU), 0, 0));
        spoil("s:fast", ArmText.of(ancient, 0));
        spoil("c:fast old", ArmText.of(new Sums(5 * grown, 0, 0)));

        Flushed moved = flush("a", 2, delta("fast", "new", ancient, 2 * grown, 0));

        ArmScale scale = present(moved.after().scales(), "fast");
        assertThat(scale.epoch()).isEqualTo(4);
        assertThat(scale.jump()).isEqualTo(TAU);
        double nowWeighs = scale.growth(now(), TAU);
        assertThat(nowWeighs).isCloseTo(1, within(1e-4));
        Map<String, Sums> cells = cells(load());
        assertThat(present(cells, "fast old").weight()).isCloseTo(5, within(1e-3));
        assertThat(present(cells, "fast new").weight()).isCloseTo(2, within(1e-3));
        assertThat(present(cells, "fast old").weight()
                        / present(cells, "fast new").weight())
                .isCloseTo(2.5, within(1e-9));
    }

    @Test
    void jumpsOnce_whenTwoReplicasRaiseTheSameAlarm() {
        ArmScale scale = ArmScale.startingAt(now());
        flush("a", 1, delta("fast", "task", scale, 1, 1));
        double twentieth = TAU * Math.log(20);

        ArmScale first = Await.result(store().jump(POPULATION, "fast", scale, twentieth));
        ArmScale second = Await.result(store().jump(POPULATION, "fast", scale, twentieth));

        assertThat(first).isEqualTo(new ArmScale(0, scale.landmark(), twentieth));
        assertThat(second).isEqualTo(first);
        assertThat(load().scales()).containsEntry("fast", first);
        assertThat(cells(load())).as("the sums stay").isEqualTo(Map.of("fast task", new Sums(1, 1, 1)));
        assertThat(Await.result(store().jump(POPULATION, "other", scale, 5)).jump())
                .isEqualTo(5);
    }

    @Test
    void forgetsAnArm_andRefusesItsLateEvidence_whenReset() {
        ArmScale scale = ArmScale.startingAt(now());
        flush("a", 1, delta("fast", "task", scale, 1, 1), delta("fast2", "task", scale, 1, 1));

        Await.result(store().reset(POPULATION, Optional.of("fast")));
        Flushed late = flush("b", 1, delta("fast", "task", scale, 1, 1), delta("fast2", "task", scale, 1, 1));

        assertThat(late.refused()).isEqualTo(1);
        assertThat(cells(load())).isEqualTo(Map.of("fast2 task", new Sums(2, 2, 2)));
        ArmScale after = present(load().scales(), "fast");
        assertThat(after.epoch()).isEqualTo(1);
        assertThat(flush("b", 2, delta("fast", "task", after, 1, 1)).refused()).isZero();
    }

    @Test
    void forgetsAll_whenThePopulationIsReset() {
        ArmScale scale = ArmScale.startingAt(now());
        flush("a", 1, delta("fast", "task", scale, 1, 1), delta("slow", "task", scale, 1, 1));

        Await.result(store().reset(POPULATION, Optional.empty()));

        assertThat(load().cells()).isEmpty();
        assertThat(flush("a", 2, delta("slow", "task", scale, 1, 1)).refused()).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoNumber_andKeepsTheRest() {
        ArmScale scale = ArmScale.startingAt(now());

        Flushed flushed = flush(
                "a",
                1,
                delta("fast", "nan", scale, Double.NaN, 1),
                delta("fast", "endless", scale, Double.POSITIVE_INFINITY, 1),
                delta("fast", "late", new ArmScale(0, 1e9 * TAU, 0), 1, 1),
                delta("fast", "fine", scale, 1, 1));

        assertThat(flushed.refused()).isEqualTo(3);
        assertThat(cells(load())).isEqualTo(Map.of("fast fine", new Sums(1, 1, 1)));
    }

    @Test
    void startsAgain_whereWhatIsStoredIsDamaged() {
        ArmScale scale = ArmScale.startingAt(now());
        flush(
                "a",
                1,
                delta("fast", "bad", scale, 1, 1),
                delta("fast", "good", scale, 1, 1),
                delta("slow", "x", scale, 1, 1));
        spoil("c:fast bad", "nan 1 huge");
        spoil("s:slow", "garbage");

        flush("a", 2, delta("fast", "bad", scale, 2, 1), delta("slow", "x", scale, 1, 1));

        assertThat(cells(load()))
                .containsEntry("fast bad", new Sums(2, 2, 2))
                .containsEntry("fast good", new Sums(1, 1, 1));
        assertThat(load().scales()).containsEntry("slow", scale);
        assertThat(discarded()).isPositive();
    }

    @Test
    void loadsTheRest_whenOneEntryIsDamaged() {
        ArmScale scale = ArmScale.startingAt(now());
        flush("a", 1, delta("fast", "bad", scale, 1, 1), delta("fast", "good", scale, 1, 1));
        spoil("c:fast bad", "");

        Map<String, Sums> cells = cells(load());

        assertThat(cells).containsEntry("fast good", new Sums(1, 1, 1));
        assertThat(cells.getOrDefault("fast bad", Sums.ZERO)).isEqualTo(Sums.ZERO);
        assertThat(discarded()).isPositive();
    }

    @CanIgnoreReturnValue
    protected final Flushed flush(String replica, long sequence, ArmDelta... deltas) {
        return Await.result(store().flush(new Flush(POPULATION, replica, sequence, TAU, List.of(deltas))));
    }

    protected static ArmDelta delta(String arm, String cell, ArmScale scale, double weight, double reward) {
        return new ArmDelta(arm, cell, scale, Sums.of(reward, weight));
    }

    private static <T> T present(Map<String, T> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    private Snapshot load() {
        return Await.result(store().load(POPULATION));
    }

    protected static Map<String, Sums> cells(Snapshot snapshot) {
        return snapshot.cells().stream().collect(Collectors.toMap(cell -> cell.arm() + " " + cell.name(), Cell::sums));
    }
}
