package dev.fresnel.app;

import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.HostPort;
import dev.fresnel.config.Problem;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The config that requests are served by, and what became of the files since. Thread-safe; one change at a time.
 *
 * <p>A change is whole: a checked config, or none of it. Those who have to know are told in their order. A request keeps the config that
 * it arrived under.
 */
final class InForce {
    private final InstantSource clock;
    private final List<Consumer<GatewayConfig>> followers = new CopyOnWriteArrayList<>();
    private volatile GatewayConfig config;
    private volatile Files files;
    private volatile Function<GatewayConfig, List<Problem>> alsoWarned = _ -> List.of();

    /**
     * What the files say.
     *
     * @param readAt when they were read last
     * @param rejected what is wrong with them; empty: they are in force
     * @param needingRestart keys whose new values wait for a start
     * @param warnings of them as they are in force
     */
    record Files(Instant readAt, List<Problem> rejected, List<String> needingRestart, List<Problem> warnings) {}

    InForce(GatewayConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.files = new Files(clock.instant(), List.of(), List.of(), List.of());
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

    /** What the files were warned of at the start. */
    synchronized void warned(List<Problem> warnings) {
        files = new Files(files.readAt(), files.rejected(), files.needingRestart(), List.copyOf(warnings));
    }

    /** Asked, whenever {@link #warnings} is, what a config in force is to be warned of that its files alone do not show. */
    void warnAlso(Function<GatewayConfig, List<Problem>> check) {
        alsoWarned = check;
    }

    /** What the config in force is warned of, now. */
    List<Problem> warnings() {
        return Stream.concat(files.warnings().stream(), alsoWarned.apply(config).stream())
                .toList();
    }

    /** Told of every other config from now on. */
    void follow(Consumer<GatewayConfig> follower) {
        followers.add(follower);
    }

    /** What the files say now: in force from here on when it is valid, of no effect when not. */
    void read(ConfigResult result) {
        switch (result) {
            case ConfigResult.Valid valid -> put(valid.config(), valid.warnings());
            case ConfigResult.Invalid invalid -> reject(invalid.problems());
        }
    }

    private synchronized void put(GatewayConfig next, List<Problem> warnings) {
        List<Problem> doors = openDoors(next);
        if (!doors.isEmpty()) {
            reject(doors);
            return;
        }
        List<String> waiting = config.needingRestart(next);
        GatewayConfig taken = config.takingOver(next);
        config = taken;
        followers.forEach(follower -> tell(follower, taken));
        files = new Files(clock.instant(), List.of(), waiting, warnings);
    }

    /** The files were checked with the addresses that they name; those that we listen on are from the start. */
    private List<Problem> openDoors(GatewayConfig next) {
        HostPort data = config.listen().data();
        return next.tenants().stream()
                .filter(tenant -> tenant.isOpen() && !data.isLoopback())
                .map(tenant -> new Problem(
                        "",
                        0,
                        0,
                        "tenants",
                        "opens the tenant " + tenant.id()
                                + " to other machines: without keys, while this process listens on " + data,
                        "add keys or access: keys, or start anew with the other address"))
                .toList();
    }

    /** A fault of ours with one of them must not keep the others from the config that requests are served by already. */
    private static void tell(Consumer<GatewayConfig> follower, GatewayConfig config) {
        try {
            follower.accept(config);
        } catch (RuntimeException bug) {
            System.getLogger("fresnel")
                    .log(System.Logger.Level.ERROR, "a new config was not taken over by a part", bug);
        }
    }

    private synchronized void reject(List<Problem> problems) {
        files = new Files(clock.instant(), problems, files.needingRestart(), files.warnings());
    }
}
