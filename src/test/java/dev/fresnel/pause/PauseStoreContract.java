package dev.fresnel.pause;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.pause.PauseOrder.State;
import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every pause store must do. Implementations extend it and hand over an empty store. */
public abstract class PauseStoreContract {
    protected static final PauseScope ACME = PauseScope.of(new TenantId("acme"));
    private static final List<PauseScope> ALL = List.of(PauseScope.GATEWAY, ACME);
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00.123Z");

    protected abstract PauseStore store();

    /** Replaces what is stored for {@code ACME}. */
    protected abstract void put(String text);

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    @Test
    void givesBackWhatWasSaved_perScope() {
        PauseOrder gateway = order(State.PAUSED, NOON, "provider incident, see \"#42\" \u00e9");
        PauseOrder acme = new PauseOrder(State.ACTIVE, NOON, "loopback@127.0.0.1", Optional.empty());

        assertThat(Await.result(store().load(ALL))).isEmpty();
        assertThat(Await.result(store().save(PauseScope.GATEWAY, gateway))).isEqualTo(gateway);
        assertThat(Await.result(store().save(ACME, acme))).isEqualTo(acme);

        assertThat(Await.result(store().load(ALL))).isEqualTo(Map.of(PauseScope.GATEWAY, gateway, ACME, acme));
        assertThat(Await.result(store().load(List.of(ACME)))).isEqualTo(Map.of(ACME, acme));
    }

    @Test
    void keepsTheLaterOrder_whateverComesLast() {
        PauseOrder later = order(State.ACTIVE, NOON.plusMillis(1), "over");
        PauseOrder earlier = order(State.PAUSED, NOON, "late to arrive");
        Await.result(store().save(ACME, later));

        assertThat(Await.result(store().save(ACME, earlier))).isEqualTo(later);

        assertThat(Await.result(store().load(ALL))).isEqualTo(Map.of(ACME, later));
    }

    @Test
    void prefersThePause_ofTwoOrdersOfOneMillisecond() {
        PauseOrder resume = order(State.ACTIVE, NOON, "a");
        PauseOrder pause = order(State.PAUSED, NOON, "b");

        Await.result(store().save(ACME, resume));
        assertThat(Await.result(store().save(ACME, pause))).isEqualTo(pause);
        assertThat(Await.result(store().save(ACME, resume))).isEqualTo(pause);
    }

    @Test
    void loadsThousandsOfScopes() {
        List<PauseScope> many = java.util.stream.IntStream.range(0, 2_500)
                .mapToObj(i -> PauseScope.of(new TenantId("tenant-" + i)))
                .toList();
        PauseOrder order = order(State.PAUSED, NOON, "x");
        Await.result(store().save(many.getLast(), order));

        assertThat(Await.result(store().load(many))).isEqualTo(Map.of(many.getLast(), order));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage",
                "paused",
                "001764244800123\tpaused",
                "001764244800123\tstopped\tby\t",
                "001764244800123\tpaused\t\t",
                "999999999999999\tpaused\tsomebody\tfor ever",
                "-01764244800123\tpaused\tsomebody\t",
                "\u0000\u0001"
            })
    void countsAsNothing_whatIsNoOrder(String damaged) {
        put(damaged);

        assertThat(Await.result(store().load(ALL))).isEmpty();
        assertThat(discarded()).isPositive();
        PauseOrder order = order(State.PAUSED, NOON, "x");
        assertThat(Await.result(store().save(ACME, order))).isEqualTo(order);
        assertThat(Await.result(store().load(ALL))).isEqualTo(Map.of(ACME, order));
    }

    private static PauseOrder order(State state, Instant at, String reason) {
        return new PauseOrder(state, at, "admin-token@10.0.0.7", Optional.of(reason));
    }
}
