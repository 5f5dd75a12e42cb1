package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** T1: who waits for whom, counted. */
class FairQueueTest {
    private static final Share NOISY = Share.of(new TenantId("noisy"));
    private static final Share VICTIM = Share.of(new TenantId("victim"));

    private final List<String> ran = new ArrayList<>();
    private final List<String> displaced = new ArrayList<>();
    private final Map<String, FairQueue.Ticket> tickets = new HashMap<>();
    private final Map<String, Integer> turns = new HashMap<>();
    private final ArrayDeque<String> running = new ArrayDeque<>();

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

        assertThat(ran).as("who has nothing comes first").containsExactly("v", "n0");
        assertThat(displaced).isEmpty();
    }

    /** Tenants that ask again as soon as they are answered: nobody is before who has waited longer, whatever the names. */
    @Test
    void placesGoRound_whenTheyAreFewerThanTheTenantsThatAskOneByOne() {
        for (int places = 1; places <= 3; places++) {
            FairQueue queue = new FairQueue(places, 1_000);
            turns.clear();
            running.clear();
            "abcdefghij".chars().mapToObj(Character::toString).forEach(tenant -> ask(queue, tenant));
            for (int i = 0; i < 1_000; i++) {
                String over = running.remove();
                queue.leave(Objects.requireNonNull(tickets.get(over)));
                ask(queue, over);
            }

            assertThat(turns).hasSize(10);
            assertThat(turns.values()).allSatisfy(count -> assertThat(count).isBetween(99, 102));
        }
    }

    private void ask(FairQueue queue, String tenant) {
        FairQueue.Ticket ticket =
                new FairQueue.Ticket(Share.of(new TenantId(tenant)), () -> begins(tenant), () -> displaced.add(tenant));
        tickets.put(tenant, ticket);
        if (queue.enter(ticket) == FairQueue.Entry.RUNS) {
            begins(tenant);
        }
    }

    private void begins(String tenant) {
        turns.merge(tenant, 1, Integer::sum);
        running.add(tenant);
    }

    /** Taking turns alone would leave who has short calls with few places, since each that it gives back is soon the other's. */
    @Test
    void sharesThatAllWantMore_endUpWithEquallyMany_howeverLongTheirCallsAre() {
        FairQueue queue = new FairQueue(6, 1_000);
        List<FairQueue.Ticket> noise =
                IntStream.range(0, 100).mapToObj(i -> ticket(NOISY, "n" + i)).toList();
        for (FairQueue.Ticket ticket : noise) {
            var _ = queue.enter(ticket);
        }
        for (int i = 0; i < 100; i++) {
            var _ = queue.enter(ticket(VICTIM, "v" + i));
        }

        noise.subList(0, 6).forEach(queue::leave);

        assertThat(ran).containsExactly("v0", "v1", "v2", "n6", "n7", "n8");
    }

    @Test
    void keepsTheLastEighth_forWhoHasLessThanItsPart() {
        FairQueue queue = new FairQueue(64, 1_000);
        List<FairQueue.Ticket> noise =
                IntStream.range(0, 100).mapToObj(i -> ticket(NOISY, "n" + i)).toList();
        assertThat(noise.stream().map(queue::enter).filter(FairQueue.Entry.RUNS::equals))
                .hasSize(56);

        FairQueue.Ticket late = ticket(VICTIM, "v0");
        assertThat(queue.enter(late)).isEqualTo(FairQueue.Entry.RUNS);
        for (int i = 1; i < 8; i++) {
            assertThat(queue.enter(ticket(VICTIM, "v" + i))).isEqualTo(FairQueue.Entry.RUNS);
        }
        assertThat(queue.enter(ticket(VICTIM, "v8"))).isEqualTo(FairQueue.Entry.WAITS);

        queue.leave(late);
        queue.leave(noise.get(0));
        queue.leave(noise.get(99));
        assertThat(ran).as("what the victim gives back is not the other's").containsExactly("v8");
    }

    @Test
    void aThousandSharesUseAllOfFewPlaces() {
        FairQueue queue = new FairQueue(64, 1_000);

        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(i -> queue.enter(ticket(Share.of(new TenantId("t" + i)), "t" + i)))
                        .filter(FairQueue.Entry.RUNS::equals))
                .hasSize(64);
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
        assertThat(ran).containsExactly("v0");
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
        FairQueue queue = new FairQueue(33, 80);
        List<FairQueue.Ticket> in = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (in.isEmpty() || random.nextInt(8) > 3) {
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
        for (int i = 0; i < 33 - 4; i++) {
            assertThat(queue.enter(ticket(VICTIM, "v"))).isEqualTo(FairQueue.Entry.RUNS);
        }
        assertThat(queue.enter(ticket(VICTIM, "v"))).isEqualTo(FairQueue.Entry.WAITS);
    }
}
