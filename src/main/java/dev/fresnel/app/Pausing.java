package dev.fresnel.app;

import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseChange;
import dev.fresnel.pause.PauseStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/** The kill switch, kept in step with the store. */
final class Pausing {
    /** How often a replica looks what was ordered at another. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private Pausing() {}

    static KillSwitch killSwitch(
            Vertx vertx, PauseStore store, InForce inForce, Consumer<PauseChange> changes, Closing closing) {
        KillSwitch killSwitch = new KillSwitch(store, inForce.tenants(), SystemTime.clock(), changes);
        inForce.follow(_ -> killSwitch.serve(inForce.tenants()));
        // A refresh that fails changes nothing, and the store has told of it.
        long refresh = vertx.setPeriodic(REFRESH.toMillis(), _ -> {
            Future<Void> ignored = killSwitch.refresh();
        });
        closing.later("kill switch", () -> {
            vertx.cancelTimer(refresh);
            return Future.succeededFuture();
        });
        return killSwitch;
    }
}
