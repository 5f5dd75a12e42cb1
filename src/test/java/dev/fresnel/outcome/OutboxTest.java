package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final Outbox outbox = new Outbox(Runnable::run, () -> now, new Random(1));
    private final List<String> answered = new ArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private int refusals;

    @Test
    void givesUpAndCountsACallThatAlwaysFails_whenOthersSucceed() {
        sendRefused("poison");
        for (int i = 0; i < 100; i++) {
            send("lane" + i, "call" + i);
            pass(Duration.ofSeconds(1));
        }

        assertThat(answered).hasSize(100);
        assertThat(outbox.lost()).isEqualTo(1);
        assertThat(outbox.queued()).isZero();
        assertThat(refusals).as("attempts").isGreaterThanOrEqualTo(8);
    }

    @Test
    void sendsAllOthers_whenOneCallIsRefusedAndNothingNewIsSent() {
        sendRefused("poison");
        for (int i = 0; i < 100; i++) {
            send("lane" + i, "call" + i);
        }
        pass(Duration.ofMinutes(1));

        assertThat(answered).hasSize(100);
        assertThat(outbox.queued())
                .as("nobody says yet whether it is the store")
                .isEqualTo(1);
    }

    @Test
    void sendsWhatWaitsBehindARefusedCall_whenThatIsGivenUp() {
        sendRefused("shared");
        send("shared", "behind");
        for (int i = 0; i < 20; i++) {
            send("lane" + i, "call" + i);
            pass(Duration.ofSeconds(10));
        }

        assertThat(answered).hasSize(21).contains("behind");
        assertThat(outbox.lost()).isEqualTo(1);
    }

    /** However many failures a call has seen: of an outage none is its own. */
    @Test
    void losesNothing_whenTheStoreIsAwayForLongAndComesBackForAMoment() {
        away.set(true);
        send("a", "a");
        send("b", "b");
        pass(Duration.ofMinutes(10));
        away.set(false);
        while (answered.isEmpty()) {
            now = now.plusMillis(100);
            outboxTickThenAway();
        }
        pass(Duration.ofMinutes(10));
        away.set(false);
        pass(Duration.ofMinutes(1));

        assertThat(answered).containsExactlyInAnyOrder("a", "b");
        assertThat(outbox.lost()).isZero();
        assertThat(outbox.queued()).isZero();
    }

    private boolean leavesAfterNext;

    private void outboxTickThenAway() {
        leavesAfterNext = true;
        outbox.tick();
        leavesAfterNext = false;
    }

    private void send(String lane, String name) {
        boolean taken = outbox.send(
                lane,
                () -> {
                    boolean fails = away.get();
                    away.compareAndSet(false, leavesAfterNext);
                    return fails ? Future.failedFuture("away") : Future.succeededFuture(name);
                },
                answered::add,
                () -> {});
        assertThat(taken).isTrue();
    }

    private void sendRefused(String lane) {
        boolean taken = outbox.send(
                lane,
                () -> {
                    refusals++;
                    return Future.<String>failedFuture("WRONGTYPE");
                },
                answered::add,
                () -> {});
        assertThat(taken).isTrue();
    }

    private void pass(Duration time) {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            now = now.plusMillis(100);
            outbox.tick();
        }
    }
}
