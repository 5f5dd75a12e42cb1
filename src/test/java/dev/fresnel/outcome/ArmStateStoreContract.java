package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Residuals;
import dev.fresnel.policy.Shared;
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
        Landmark landmark = Landmark.at(now());

        flush("a", 1, delta("fast", "task", landmark, 1, 0.5));
        flush("b", 1, delta("fast", "task", landmark, 2, 1));
        Flushed last = flush("a", 2, delta("fast", "task", landmark, 1, 0), delta("slow", "task", landmark, 0.25, 1));

        assertThat(last.effect()).isEqualTo(Flushed.Effect.APPLIED);
        assertThat(last.refused()).isZero();
        assertThat(cells(last.after()))
                .isEqualTo(
                        Map.of("fast task", new Evidence(4, 2.5, 2.25), "slow task", new Evidence(0.25, 0.25, 0.25)));
        assertThat(cells(load())).isEqualTo(cells(last.after()));
        assertThat(load().landmarks()).isEqualTo(Map.of("fast", landmark, "slow", landmark));
        assertThat(last.after().at()).isCloseTo(now(), within(5.0));
    }

    @Test
    void appliesASequenceOnce_andAnswersTheRepetitionWithTheState() {
        Landmark landmark = Landmark.at(now());
        flush("a", 7, delta("fast", "task", landmark, 1, 1));

        Flushed again = flush("a", 7, delta("fast", "task", landmark, 1, 1));
        Flushed older = flush("a", 3, delta("fast", "task", landmark, 1, 1));

        assertThat(again.effect()).isEqualTo(Flushed.Effect.DUPLICATE);
        assertThat(older.effect()).isEqualTo(Flushed.Effect.DUPLICATE);
        assertThat(cells(again.after())).isEqualTo(Map.of("fast task", new Evidence(1, 1, 1)));
        assertThat(again.after().landmarks()).containsEntry("fast", landmark);
        assertThat(cells(load())).isEqualTo(Map.of("fast task", new Evidence(1, 1, 1)));
    }

    @Test
    void knowsNothing_ofAPopulationThatWasNeverFlushed() {
        Snapshot nothing = Await.result(store().changes("nobody", 0));

        assertThat(nothing.cells()).isEmpty();
        assertThat(nothing.landmarks()).isEmpty();
    }

    @Test
    void keepsAllDigits() {
        Landmark landmark = new Landmark(0, now() + 0.123456789, 0.1 + 0.2);
        Evidence odd = new Evidence(100.5, 1.0 / 3, 1e-17);

        flush("a", 1, new ArmDelta("fast", "task", landmark, odd));

        assertThat(cells(load())).isEqualTo(Map.of("fast task", odd));
        assertThat(load().landmarks()).containsEntry("fast", landmark);
    }

    @Test
    void rescalesADelta_onAnotherLandmark() {
        double now = now();
        flush("a", 1, delta("fast", "task", new Landmark(0, now, 0), 1, 1));

        flush("b", 1, delta("fast", "task", new Landmark(0, now - TAU, 0), Math.E, 1));

        assertThat(load().cells().getFirst().evidence().weight()).isCloseTo(2, within(1e-12));
    }

    @Test
    void movesTheLandmark_whenTheScaleHasGrownTooFar() {
        Landmark ancient = new Landmark(3, now() - 40 * TAU, TAU);
        // Weighs 5 now: the decay of its own landmark, at this moment.
        double grown = growth(ancient, now());
        flush("a", 1, delta("fast", "old", new Landmark(3, now(), TAU), 0, 0));
        spoil("s:fast", ArmText.of(ancient, 0));
        spoil("c:fast old", ArmText.of(new Evidence(5 * grown, 0, 0)));
        spoil("o:fast old", ArmText.of(new Evidence(7 * grown, 0, 0)));

        Flushed moved = flush("a", 2, delta("fast", "new", ancient, 2 * grown, 0));

        Landmark landmark = present(moved.after().landmarks(), "fast");
        assertThat(landmark.epoch()).isEqualTo(4);
        assertThat(landmark.jump()).isEqualTo(TAU);
        double nowWeighs = growth(landmark, now());
        assertThat(nowWeighs).isCloseTo(1, within(1e-4));
        Map<String, Evidence> cells = cells(load());
        assertThat(present(cells, "fast old").weight()).isCloseTo(5, within(1e-3));
        assertThat(present(cells, "fast new").weight()).isCloseTo(2, within(1e-3));
        assertThat(present(former(load()), "fast old").weight()).isCloseTo(7, within(1e-3));
        assertThat(present(cells, "fast old").weight()
                        / present(cells, "fast new").weight())
                .isCloseTo(2.5, within(1e-9));
    }

    @Test
    void tellsOnlyWhatChanged_sinceTheVersionThatIsKnown() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1), delta("slow", "task", landmark, 1, 1));
        long known = load().version();

        Flushed flushed = flush("b", 1, known, Map.of(), delta("fast", "other", landmark, 2, 1));

        assertThat(flushed.after().extent()).isEqualTo(Shared.Extent.CHANGES);
        assertThat(cells(flushed.after())).isEqualTo(Map.of("fast other", new Evidence(2, 2, 2)));
        assertThat(flushed.after().landmarks()).containsEntry("fast", landmark);
        long now = flushed.after().version();
        assertThat(now).isGreaterThan(known);
        Snapshot nothing = changes(now);
        assertThat(nothing.extent()).isEqualTo(Shared.Extent.CHANGES);
        assertThat(nothing.cells()).isEmpty();
        assertThat(nothing.version()).isEqualTo(now);
        assertThat(cells(changes(known))).containsEntry("fast other", new Evidence(2, 2, 2));
    }

    @Test
    void tellsEverything_whenTheVersionIsNotOfThisStore() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1));

        Snapshot snapshot = changes(4_711);

        assertThat(snapshot.extent()).isEqualTo(Shared.Extent.WHOLE);
        assertThat(cells(snapshot)).isEqualTo(Map.of("fast task", new Evidence(1, 1, 1)));
    }

    @Test
    void raisesAnAlarmOnce_whenTheResidualsOfAllReplicasTogetherPassTheThreshold() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1), delta("slow", "task", landmark, 1, 1));
        Residuals bad = Residuals.NONE;
        for (int i = 0; i < 8; i++) {
            bad = bad.plus(-2, 1, 0.25);
        }

        Flushed first = flush("a", 2, 0, Map.of("fast", bad), delta("fast", "task", landmark, 1, 0));
        Flushed second = flush("b", 1, 0, Map.of("fast", bad), delta("fast", "task", landmark, 1, 0));
        Flushed again = flush("b", 1, 0, Map.of("fast", bad), delta("fast", "task", landmark, 1, 0));
        Flushed third = flush("a", 3, 0, Map.of("fast", bad), delta("fast", "task", landmark, 1, 0));

        assertThat(first.alarms()).isEmpty();
        assertThat(second.alarms()).containsExactly(new Alarm(POPULATION, new Arm("fast"), Alarm.Direction.WORSE));
        assertThat(present(second.after().landmarks(), "fast").jump()).isCloseTo(TAU * Math.log(20), within(1e-6));
        assertThat(present(second.after().landmarks(), "slow")).isEqualTo(landmark);
        assertThat(again.alarms()).as("heard already").isEmpty();
        assertThat(third.alarms()).as("the sums began again").isEmpty();
        assertThat(present(load().landmarks(), "fast").jump()).isCloseTo(TAU * Math.log(20), within(1e-6));
        assertThat(present(cells(load()), "fast task")).as("the sums stay").isEqualTo(new Evidence(4, 1, 1));
    }

    @Test
    void keepsTheFormerSelf_ofAnArmThatChanged() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "x", landmark, 30, 1), delta("fast", "y", landmark, 10, 0));
        flush("a", 2, delta("slow", "x", landmark, 1, 1));
        long known = load().version();

        Flushed alarmed = flush("a", 3, known, Map.of("fast", alarming()), delta("fast", "x", landmark, 2, 0));

        assertThat(alarmed.after().extent()).isEqualTo(Shared.Extent.CHANGES);
        assertThat(alarmed.after().landmarks()).containsOnlyKeys("fast");
        assertThat(former(alarmed.after())).isEqualTo(former(load())).containsOnlyKeys("fast x", "fast y");
        // What the alarm takes of their weight, at the weight it had: the arm's time has run ahead by ln 20.
        assertThat(present(former(load()), "fast x").weight()).isCloseTo(32 * 0.95 * 20, within(1e-6));
        assertThat(present(former(load()), "fast x").reward()).isCloseTo(30 * 0.95 * 20, within(1e-6));
        assertThat(present(former(load()), "fast y").weight()).isCloseTo(10 * 0.95 * 20, within(1e-6));
        assertThat(cells(load())).as("as it was").containsEntry("fast x", new Evidence(32, 30, 30));
    }

    @Test
    void keepsTheBetterKnown_ofTwoFormerSelves() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "x", landmark, 40, 1));
        flush("a", 2, 0, Map.of("fast", alarming()));
        // 5 outcomes after the alarm weigh 20 times as much each, in units of the landmark.
        flush("a", 3, delta("fast", "x", landmark, 5 * 20, 0), delta("fast", "y", landmark, 20, 0));

        flush("a", 4, 0, Map.of("fast", alarming()));

        assertThat(former(load())).as("the one from before").containsOnlyKeys("fast x");
        assertThat(present(former(load()), "fast x").weight()).isCloseTo(40 * 0.95 * 400, within(1e-6));

        flush("a", 5, delta("fast", "x", landmark, 50 * 400, 0));
        flush("a", 6, 0, Map.of("fast", alarming()));

        assertThat(present(former(load()), "fast x").weight())
                .as("the one since")
                .isCloseTo((40 + 5 * 20 + 50 * 400) * 0.95 * 20, within(1e-6));
        assertThat(present(former(load()), "fast y").weight()).isCloseTo(20 * 0.95 * 20, within(1e-6));
    }

    @Test
    void forgetsTheFormerSelf_whenTheArmIsReset() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, 0, Map.of("fast", alarming()), delta("fast", "x", landmark, 40, 1));
        flush("a", 2, 0, Map.of("slow", alarming()), delta("slow", "x", landmark, 40, 1));

        Await.result(store().reset(POPULATION, Optional.of("fast")));

        assertThat(former(load())).containsOnlyKeys("slow x");
    }

    private static Residuals alarming() {
        Residuals bad = Residuals.NONE;
        for (int i = 0; i < 16; i++) {
            bad = bad.plus(-2, 1, 0.25);
        }
        return bad;
    }

    @Test
    void jumpsOnce_whenAnArmGetsAnotherModel_howeverManyReplicasSaySo() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1));
        long known = load().version();

        assertThat(identify("fast", "model-1", landmark))
                .as("the first is no change")
                .isEqualTo(landmark);
        Landmark jumped = identify("fast", "model-2", landmark);
        assertThat(jumped.jump()).isEqualTo(7);
        assertThat(identify("fast", "model-2", landmark)).isEqualTo(jumped);

        assertThat(changes(known).landmarks()).containsEntry("fast", jumped);
        assertThat(cells(load())).containsEntry("fast task", new Evidence(1, 1, 1));
        assertThat(identify("other", "model-1", landmark)).isEqualTo(landmark);
    }

    @Test
    void forgetsAnArm_andRefusesItsLateEvidence_whenReset() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1), delta("fast2", "task", landmark, 1, 1));

        Await.result(store().reset(POPULATION, Optional.of("fast")));
        Flushed late = flush("b", 1, delta("fast", "task", landmark, 1, 1), delta("fast2", "task", landmark, 1, 1));

        assertThat(late.refused()).isEqualTo(1);
        assertThat(cells(load())).isEqualTo(Map.of("fast2 task", new Evidence(2, 2, 2)));
        Landmark after = present(load().landmarks(), "fast");
        assertThat(after.epoch()).isEqualTo(1);
        assertThat(flush("b", 2, delta("fast", "task", after, 1, 1)).refused()).isZero();
    }

    @Test
    void forgetsAll_whenThePopulationIsReset() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "task", landmark, 1, 1), delta("slow", "task", landmark, 1, 1));

        Await.result(store().reset(POPULATION, Optional.empty()));

        assertThat(load().cells()).isEmpty();
        assertThat(flush("a", 2, delta("slow", "task", landmark, 1, 1)).refused())
                .isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoNumber_andKeepsTheRest() {
        Landmark landmark = Landmark.at(now());

        Flushed flushed = flush(
                "a",
                1,
                delta("fast", "nan", landmark, Double.NaN, 1),
                delta("fast", "endless", landmark, Double.POSITIVE_INFINITY, 1),
                delta("fast", "late", new Landmark(0, 1e9 * TAU, 0), 1, 1),
                delta("fast", "fine", landmark, 1, 1));

        assertThat(flushed.refused()).isEqualTo(3);
        assertThat(cells(load())).isEqualTo(Map.of("fast fine", new Evidence(1, 1, 1)));
    }

    @Test
    void startsAgain_whereWhatIsStoredIsDamaged() {
        Landmark landmark = Landmark.at(now());
        flush(
                "a",
                1,
                delta("fast", "bad", landmark, 1, 1),
                delta("fast", "good", landmark, 1, 1),
                delta("slow", "x", landmark, 1, 1));
        spoil("c:fast bad", "nan 1 huge");
        spoil("s:slow", "garbage");

        flush("a", 2, delta("fast", "bad", landmark, 2, 1), delta("slow", "x", landmark, 1, 1));

        assertThat(cells(load()))
                .containsEntry("fast bad", new Evidence(2, 2, 2))
                .containsEntry("fast good", new Evidence(1, 1, 1));
        assertThat(load().landmarks()).containsEntry("slow", landmark);
        assertThat(discarded()).isPositive();
    }

    @Test
    void loadsTheRest_whenOneEntryIsDamaged() {
        Landmark landmark = Landmark.at(now());
        flush("a", 1, delta("fast", "bad", landmark, 1, 1), delta("fast", "good", landmark, 1, 1));
        spoil("c:fast bad", "");
        spoil("o:fast bad", "1 2");

        Map<String, Evidence> cells = cells(load());

        assertThat(cells).containsEntry("fast good", new Evidence(1, 1, 1));
        assertThat(cells.getOrDefault("fast bad", Evidence.NONE)).isEqualTo(Evidence.NONE);
        assertThat(former(load()).getOrDefault("fast bad", Evidence.NONE)).isEqualTo(Evidence.NONE);
        assertThat(discarded()).isPositive();
    }

    @CanIgnoreReturnValue
    protected final Flushed flush(String replica, long sequence, ArmDelta... deltas) {
        return flush(replica, sequence, 0, Map.of(), deltas);
    }

    @CanIgnoreReturnValue
    private Flushed flush(
            String replica, long sequence, long since, Map<String, Residuals> residuals, ArmDelta... deltas) {
        return Await.result(store().flush(new Flush(
                POPULATION, replica, sequence, since, new Flush.Terms(TAU, 25, 0.05), List.of(deltas), residuals)));
    }

    protected static ArmDelta delta(String arm, String cell, Landmark landmark, double weight, double reward) {
        return new ArmDelta(arm, cell, landmark, Evidence.of(weight, reward));
    }

    private static <T> T present(Map<String, T> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    private Landmark identify(String arm, String model, Landmark seen) {
        return Await.result(store().identify(POPULATION, arm, model, seen, 7));
    }

    private Snapshot changes(long since) {
        return Await.result(store().changes(POPULATION, since));
    }

    protected final Snapshot load() {
        return changes(0);
    }

    /** g of the decay, without the policy's bound on it. */
    private static double growth(Landmark landmark, double seconds) {
        return Math.exp((landmark.stamp(seconds) - landmark.origin()) / TAU);
    }

    protected static Map<String, Evidence> cells(Snapshot snapshot) {
        return byName(snapshot.cells());
    }

    private static Map<String, Evidence> former(Snapshot snapshot) {
        return byName(snapshot.former());
    }

    private static Map<String, Evidence> byName(List<Cell> cells) {
        return cells.stream().collect(Collectors.toMap(cell -> cell.arm() + " " + cell.name(), Cell::evidence));
    }
}
