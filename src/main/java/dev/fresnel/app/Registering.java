package dev.fresnel.app;

import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.Problem;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The register of issued and revoked keys, kept in step with the store. */
final class Registering {
    /** How often a replica looks what was issued and revoked at another: a revoked key is refused everywhere within five seconds. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private Registering() {}

    /** From now on until the end. */
    static void keepInStep(Vertx vertx, KeyRegister register, Closing closing) {
        // A refresh that fails changes nothing, and the store has told of it.
        long refresh = vertx.setPeriodic(REFRESH.toMillis(), _ -> {
            Future<Void> ignored = register.refresh();
        });
        closing.later("keys", () -> {
            vertx.cancelTimer(refresh);
            return Future.succeededFuture();
        });
    }

    /** Every key that opens a tenant of {@code tenants} and has a budget of its own, by tenant: those of the config first, then issued ones. */
    static Map<TenantId, List<TenantKey>> budgeted(List<Tenant> tenants, KeyRegister register) {
        Map<TenantId, List<TenantKey>> issued =
                register.opening(tenants, SystemTime.clock().instant());
        return tenants.stream()
                .collect(Collectors.toMap(
                        Tenant::id,
                        tenant -> Stream.concat(
                                        tenant.keys().stream(), issued.getOrDefault(tenant.id(), List.of()).stream())
                                .filter(key -> key.budget().isLimited())
                                .toList()));
    }

    /** The names of those keys, and of all others of the config: whose spend is read from a store that replicas share. */
    static Map<TenantId, List<String>> spenders(GatewayConfig config, KeyRegister register) {
        Map<TenantId, List<TenantKey>> budgeted = budgeted(config.tenants(), register);
        return config.tenants().stream()
                .collect(Collectors.toMap(
                        Tenant::id,
                        tenant -> Stream.concat(
                                        tenant.keys().stream(), budgeted.getOrDefault(tenant.id(), List.of()).stream())
                                .map(TenantKey::name)
                                .distinct()
                                .toList()));
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
