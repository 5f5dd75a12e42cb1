package dev.fresnel.app;

import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.Problem;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The config that requests are served by, and what became of the files since. Thread-safe; one change at a time.
 *
 * <p>A change is whole: those who need to be told are told in their order, the listener last, and each takes a checked config without
 * fail. A request keeps the config that it arrived under.
 */
final class InForce {
    private final InstantSource clock;
    private final List<Consumer<GatewayConfig>> followers = new CopyOnWriteArrayList<>();
    private volatile GatewayConfig config;
    private volatile Files files;

    /**
     * What the files say.
     *
     * @param readAt when they were read last
     * @param rejected what is wrong with them; empty: they are in force
     * @param needingRestart keys whose new values wait for a start
     */
    record Files(Instant readAt, List<Problem> rejected, List<String> needingRestart) {}

    InForce(GatewayConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.files = new Files(clock.instant(), List.of(), List.of());
    }

    GatewayConfig config() {
        return config;
    }

    List<TenantId> tenants() {
        return config.tenants().stream().map(Tenant::id).toList();
    }

    Files files() {
        return files;
    }

    /** Told of every other config from now on, before requests are served by it; must not fail. */
    void follow(Consumer<GatewayConfig> follower) {
        followers.add(follower);
    }

    /** What the files say now: in force from here on when it is valid, of no effect when not. */
    void read(ConfigResult result) {
        switch (result) {
            case ConfigResult.Valid valid -> put(valid.config());
            case ConfigResult.Invalid invalid -> reject(invalid.problems());
        }
    }

    private synchronized void put(GatewayConfig next) {
        List<String> waiting = config.needingRestart(next);
        GatewayConfig taken = config.takingOver(next);
        config = taken;
        followers.forEach(follower -> follower.accept(taken));
        files = new Files(clock.instant(), List.of(), waiting);
    }

    private synchronized void reject(List<Problem> problems) {
        files = new Files(clock.instant(), problems, files.needingRestart());
    }
}
