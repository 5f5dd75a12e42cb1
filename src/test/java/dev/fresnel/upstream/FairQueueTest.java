package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** T1: who waits for whom, counted. */
class FairQueueTest {
    private static final Share NOISY = Share.of(new TenantId("noisy"));
    private static final Share VICTIM = Share.of(new TenantId("victim"));

    private final List<String> ran = new ArrayList<>();
    private final List<String> displaced = new ArrayList<>();

    private FairQueue.Ticket ticket(Share share, String name) {
        return new FairQueue.Ticket(share, () -> ran.add(name), () -> displaced.add(name));
    }

    @Test
    void aSingleCallWaitsOneTurn_behindAnotherTenantsHundred() {
        FairQueue queue = new FairQueue(2, 1_000);
        List<FairQueue.Ticket> running = List.of(ticket(NOISY, "r1"), ticket(NOISY, "r2"));
        running.forEach(ticket -> assertThat(queue.enter(ticket)).isEqualTo(FairQueue.Entry.RUNS));
        for (int i = 0; i < 100; i++) {
            assertThat(queue.enter(ticket(NOISY, "n" + i))).isEqualTo(FairQueue.Entry.WAITS);
        }
        assertThat(queue.enter(ticket(VICTIM, "v"))).isEqualTo(FairQueue.Entry.WAITS);

        queue.leave(running.get(0));
        queue.leave(running.get(1));

        assertThat(ran).containsExactly("n0", "v");
        assertThat(displaced).isEmpty();
    }

    @Test
    void aFullQueueMakesRoom_atTheExpenseOfWhoHasMost() {
        FairQueue queue = new FairQueue(1, 3);
        FairQueue.Ticket running = ticket(NOISY, "r");
        var _ = queue.enter(running);
        var _ = queue.enter(ticket(NOISY, "n0"));
        var _ = queue.enter(ticket(NOISY, "n1"));
        var _ = queue.enter(ticket(NOISY, "n2"));
        assertThat(queue.enter(ticket(NOISY, "n3"))).isEqualTo(FairQueue.Entry.REFUSED);

        assertThat(queue.enter(ticket(VICTIM, "v0"))).isEqualTo(FairQueue.Entry.WAITS);
        assertThat(displaced).containsExactly("n2");
        assertThat(queue.enter(ticket(VICTIM, "v1")))
                .as("it has as much as the other")
                .isEqualTo(FairQueue.Entry.REFUSED);

        queue.leave(running);
        assertThat(ran).containsExactly("n0");
    }

    @Test
    void whoGivesUpWaitingLeavesNoGap() {
        FairQueue queue = new FairQueue(1, 10);
        FairQueue.Ticket running = ticket(NOISY, "r");
        FairQueue.Ticket quitter = ticket(NOISY, "quitter");
        var _ = queue.enter(running);
        var _ = queue.enter(quitter);
        var _ = queue.enter(ticket(NOISY, "next"));

        queue.leave(quitter);
        queue.leave(quitter);
        queue.leave(running);
        queue.leave(running);

        assertThat(ran).containsExactly("next");
        assertThat(queue.isIdle()).isFalse();
    }

    @Test
    void neitherLosesNorInventsPlaces_whateverHappens() {
        Random random = new Random(7);
        FairQueue queue = new FairQueue(5, 20);
        List<FairQueue.Ticket> in = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (in.isEmpty() || random.nextInt(3) > 0) {
                FairQueue.Ticket ticket = ticket(Share.of(new TenantId("t" + random.nextInt(6))), "x");
                if (queue.enter(ticket) != FairQueue.Entry.REFUSED) {
                    in.add(ticket);
                }
            } else {
                queue.leave(in.remove(random.nextInt(in.size())));
            }
        }
        in.forEach(queue::leave);

        assertThat(queue.isIdle()).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(queue.enter(ticket(VICTIM, "v"))).isEqualTo(FairQueue.Entry.RUNS);
        }
        assertThat(queue.enter(ticket(VICTIM, "v"))).isEqualTo(FairQueue.Entry.WAITS);
    }
}
