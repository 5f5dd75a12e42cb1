package dev.fresnel.app;

import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.Problem;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.KeyStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

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

    /** Keys of a config that are called as an issued one is. Both open the tenant, and neither the check of the files nor issuing can know. */
    static List<Problem> namesakes(GatewayConfig config, KeyRegister register) {
        return register.namesakes(config.tenants()).stream()
                .map(issued -> new Problem(
                        "",
                        0,
                        0,
                        "tenants",
                        "has a key '" + issued.key().name() + "' of the tenant " + issued.tenant()
                                + ", as a key is called that was issued at run time ("
                                + issued.key().hash().id()
                                + "): they share budget and limits, and events do not tell them apart",
                        "give the one in the config another name, or revoke the issued one"))
                .toList();
    }
}
