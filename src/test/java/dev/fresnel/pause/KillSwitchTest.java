package dev.fresnel.pause;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.pause.KillSwitch.Reach;
import dev.fresnel.pause.PauseChange.Source;
import dev.fresnel.pause.PauseOrder.State;
import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KillSwitchTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("other");

    private final Shared shared = new Shared();
    private final List<PauseChange> changes = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-27T12:00:00Z");
    private final KillSwitch here = replica(changes);
    private final List<PauseChange> changesThere = new ArrayList<>();
    private final KillSwitch there = replica(changesThere);

    private KillSwitch replica(List<PauseChange> told) {
        return new KillSwitch(shared, List.of(ACME, OTHER), () -> now, told::add);
    }

    /** A store that replicas share, and that can be away. */
    private static final class Shared implements PauseStore {
        private final Map<PauseScope, PauseOrder> kept = new HashMap<>();
        private boolean away;

        @Override
        public Future<Map<PauseScope, PauseOrder>> load(Collection<PauseScope> scopes) {
            return away ? Future.failedFuture("away") : Future.succeededFuture(Map.copyOf(kept));
        }

        @Override
        public Future<PauseOrder> save(PauseScope scope, PauseOrder order) {
            if (away) {
                return Future.failedFuture("away");
            }
            return Future.succeededFuture(
                    kept.merge(scope, order, (known, later) -> later.overrules(known) ? later : known));
        }
    }

    @CanIgnoreReturnValue
    private KillSwitch.Result order(KillSwitch replica, PauseScope scope, State state) {
        return Await.result(replica.order(scope, state, "somebody", Optional.of("why")));
    }

    @Test
    void pausesOneTenantOrAll_andNeitherOrderLiftsTheOther() {
        order(here, PauseScope.of(ACME), State.PAUSED);
        assertThat(here.isPaused(ACME)).isTrue();
        assertThat(here.isPaused(OTHER)).isFalse();

        order(here, PauseScope.GATEWAY, State.PAUSED);
        order(here, PauseScope.of(ACME), State.ACTIVE);
        assertThat(here.isPaused(ACME)).as("by the order for all").isTrue();
        assertThat(here.isPaused(OTHER)).isTrue();

        order(here, PauseScope.GATEWAY, State.ACTIVE);
        assertThat(here.isPaused(ACME)).isFalse();
    }

    @Test
    void tellsEveryOrder_withWhatStoodBefore() {
        KillSwitch.Result paused = order(here, PauseScope.GATEWAY, State.PAUSED);
        now = now.plusSeconds(5);
        order(here, PauseScope.GATEWAY, State.ACTIVE);

        assertThat(paused.reach()).isEqualTo(Reach.STORED);
        assertThat(changes).hasSize(2);
        assertThat(changes.getFirst().before()).isEmpty();
        assertThat(changes.getFirst().stateBefore()).isEqualTo(State.ACTIVE);
        assertThat(changes.getLast().before()).contains(changes.getFirst().after());
        assertThat(changes.getLast().after())
                .isEqualTo(new PauseOrder(State.ACTIVE, now, "somebody", Optional.of("why")));
        assertThat(changes).extracting(PauseChange::source).containsOnly(Source.ADMIN);
    }

    @Test
    void reachesOtherReplicas_whenTheyRefresh_andTheyTellOfIt() {
        order(here, PauseScope.GATEWAY, State.PAUSED);

        Await.result(there.refresh());

        assertThat(there.isPaused(OTHER)).isTrue();
        assertThat(changesThere).extracting(PauseChange::source).containsExactly(Source.STORE);
        Await.result(there.refresh());
        assertThat(changesThere).as("told once").hasSize(1);
    }

    @Test
    void holdsWhatItKnows_whenTheStoreIsAway_andTellsTheStoreLater() {
        order(here, PauseScope.GATEWAY, State.PAUSED);
        shared.away = true;
        assertThat(Await.failure(here.refresh())).hasMessage("away");
        assertThat(here.isPaused(ACME)).isTrue();

        now = now.plusSeconds(1);
        assertThat(order(here, PauseScope.GATEWAY, State.ACTIVE).reach()).isEqualTo(Reach.THIS_PROCESS);
        assertThat(here.isPaused(ACME)).isFalse();
        shared.away = false;
        Await.result(here.refresh());

        Await.result(there.refresh());
        assertThat(there.isPaused(ACME)).isFalse();
    }

    @Test
    void anOrderThatCameThroughLate_doesNotUndoALaterOne() {
        shared.away = true;
        order(here, PauseScope.GATEWAY, State.ACTIVE);
        shared.away = false;
        now = now.plusSeconds(1);
        order(there, PauseScope.GATEWAY, State.PAUSED);

        Await.result(here.refresh());

        assertThat(here.isPaused(ACME)).isTrue();
        assertThat(there.isPaused(ACME)).isTrue();
    }

    @Test
    void overrulesWhatStands_howeverFarClocksAreApart() {
        order(here, PauseScope.GATEWAY, State.PAUSED);
        now = now.minusSeconds(3_600);

        order(there, PauseScope.GATEWAY, State.ACTIVE);

        Await.result(here.refresh());
        assertThat(here.isPaused(ACME)).isFalse();
        assertThat(there.isPaused(ACME)).isFalse();
    }

    @Test
    void tellsTheStoreAgain_whenItWasEmptied() {
        order(here, PauseScope.of(ACME), State.PAUSED);
        shared.kept.clear();

        Await.result(here.refresh());

        Await.result(there.refresh());
        assertThat(there.isPaused(ACME)).isTrue();
    }
}
