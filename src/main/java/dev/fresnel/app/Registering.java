package dev.fresnel.app;

import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.KeyStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** The register of issued and revoked keys, kept in step with the store. */
final class Registering {
    /** How often a replica looks what was issued and revoked at another: a revoked key is refused everywhere within five seconds. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private Registering() {}

    static KeyRegister register(Vertx vertx, KeyStore store, Closing closing) {
        KeyRegister register = new KeyRegister(store);
        // A refresh that fails changes nothing, and the store has told of it.
        long refresh = vertx.setPeriodic(REFRESH.toMillis(), _ -> {
            Future<Void> ignored = register.refresh();
        });
        closing.later("keys", () -> {
            vertx.cancelTimer(refresh);
            return Future.succeededFuture();
        });
        return register;
    }
}
