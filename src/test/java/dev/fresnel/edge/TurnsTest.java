package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** T1: whose work an event loop does, and when it looks at its sockets between. */
class TurnsTest {
    private static final TenantId NOISY = new TenantId("noisy");
    private static final TenantId VICTIM = new TenantId("victim");
    private static final long LONG = Turns.SLICE_NANOS * 5;

    private final List<String> done = new ArrayList<>();
    private final ArrayDeque<Runnable> afterSockets = new ArrayDeque<>();
    private long now;
    private final Turns turns = new Turns(() -> now, afterSockets::add);

    private void take(TenantId tenant, String name, long nanos) {
        turns.take(tenant, () -> {
            now += nanos;
            done.add(name);
        });
    }

    private void look() {
        List<Runnable> due = List.copyOf(afterSockets);
        afterSockets.clear();
        due.forEach(Runnable::run);
        done.add("|");
    }

    @Test
    void doesWorkAtOnce_whileThereIsTime() {
        take(NOISY, "a", Turns.SLICE_NANOS / 2);
        take(NOISY, "b", Turns.SLICE_NANOS / 3);
        take(VICTIM, "c", 10);

        assertThat(done).containsExactly("a", "b", "c");
        look();
        assertThat(afterSockets).as("an idle loop is left alone").isEmpty();
    }

    @Test
    void beginsWhatIsNew_howeverMuchTheSocketsTake() {
        for (int i = 0; i < 100; i++) {
            take(NOISY, "n" + i, Turns.SLICE_NANOS / 5);
        }
        assertThat(done).hasSize(5);
        now += 3 * Turns.SLICE_NANOS * Turns.OF_A_LOOK;
        look();
        assertThat(done).hasSize(5 + 15 + 1);
        look();
        assertThat(done).as("sockets that took no time").hasSize(5 + 15 + 1 + 5 + 1);
    }

    @Test
    void aSinglePieceWaitsForOneOfAnotherTenants_notForItsHundred() {
        for (int i = 0; i < 100; i++) {
            take(NOISY, "n" + i, LONG);
        }
        look();
        take(VICTIM, "v", LONG);
        look();
        look();

        assertThat(done).containsExactly("n0", "n1", "|", "v", "|", "n2", "|");
        for (int i = 0; i < 200; i++) {
            look();
        }
        assertThat(done).contains("n99");
        assertThat(afterSockets).isEmpty();
    }

    @Test
    void sharesTime_notPieces() {
        take(NOISY, "plug", LONG);
        for (int i = 0; i < 20; i++) {
            take(NOISY, "n", 4 * LONG);
            take(VICTIM, "v", LONG);
        }

        for (int i = 0; i < 16; i++) {
            look();
        }

        assertThat(done.stream().filter("v"::equals)).hasSizeBetween(12, 13);
        assertThat(done.stream().filter("n"::equals)).hasSizeBetween(3, 4);
    }

    @Test
    void savesNoTimeUp_whileItSendsNothing() {
        take(VICTIM, "v", 1);
        for (int i = 0; i < 50; i++) {
            take(NOISY, "n", LONG);
        }
        for (int i = 0; i < 20; i++) {
            look();
        }
        done.clear();
        for (int i = 0; i < 10; i++) {
            take(VICTIM, "v", LONG);
        }
        for (int i = 0; i < 10; i++) {
            look();
        }

        assertThat(done.stream().filter("n"::equals)).hasSizeBetween(4, 6);
    }

    @Test
    void doesManySmallPiecesInOneSlice() {
        take(NOISY, "long", LONG);
        for (int i = 0; i < 10; i++) {
            take(NOISY, "n", Turns.SLICE_NANOS / 4);
        }

        look();
        look();
        look();

        assertThat(done).containsExactly("long", "n", "n", "n", "n", "|", "n", "n", "n", "n", "|", "n", "n", "|");
    }

    @Test
    void goesOn_whenAPieceThrows() {
        take(NOISY, "long", LONG);
        turns.take(NOISY, () -> {
            throw new IllegalStateException("a bug");
        });
        take(VICTIM, "v", 1);

        assertThatThrownBy(this::look).hasMessage("a bug");
        look();

        assertThat(done).containsExactly("long", "v", "|");
    }
}
