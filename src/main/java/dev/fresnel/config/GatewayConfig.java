package dev.fresnel.config;

import dev.fresnel.budget.Price;
import dev.fresnel.delegation.Worker;
import dev.fresnel.judge.JudgeSettings;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a gateway is started with: checked, defaults filled in, precedence applied. Immutable. All names in it lead
 * somewhere: a worker's model, a route's arms and a tenant's upstream are declared.
 *
 * @param version names this config: what is in force, secrets left out, has one version on every replica
 * @param values what is in force, for people: every value by its path, secrets as {@code [secret]}
 * @param upstreams by name, in file order
 * @param models declared models and the aliases in force
 * @param prices of declared models; a model without a price is absent
 * @param workers by name, in file order
 * @param tenants in file order, at most one of them open
 * @param policy of the routes in mode {@code adaptive}
 * @param outcomes what their learner waits for
 * @param seedFrom rows that their policy starts from
 * @param judge empty: nobody judges
 * @param estimates whether they learn from reported usage
 */
public record GatewayConfig(
        String version,
        Map<String, String> values,
        Listen listen,
        Store store,
        Map<String, Upstream> upstreams,
        ModelCatalog models,
        Map<ModelName, Price> prices,
        Map<String, Worker> workers,
        List<Tenant> tenants,
        PolicySettings policy,
        OutcomeSettings outcomes,
        Optional<Path> seedFrom,
        Optional<JudgeSettings> judge,
        UsageLearner.Learning estimates,
        Limits limits,
        Events events,
        Telemetry telemetry) {
    public GatewayConfig {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
        prices = Collections.unmodifiableMap(new LinkedHashMap<>(prices));
        workers = Collections.unmodifiableMap(new LinkedHashMap<>(workers));
        tenants = List.copyOf(tenants);
    }

    /** This config with everything of {@code next} that a running gateway can take over. */
    public GatewayConfig takingOver(GatewayConfig next) {
        return new GatewayConfig(
                next.version,
                valuesTakingOver(next),
                listen,
                store,
                next.upstreams,
                next.models,
                next.prices,
                next.workers,
                next.tenants,
                policy,
                outcomes,
                seedFrom,
                judge,
                estimates,
                limits.takingOver(next.limits),
                events,
                telemetry);
    }

    /** Those of {@code next}, but for what waits for a start. */
    private Map<String, String> valuesTakingOver(GatewayConfig next) {
        List<String> waiting = needingRestart(next);
        Map<String, String> taken = new LinkedHashMap<>(next.values);
        taken.keySet().removeIf(path -> isUnder(waiting, path));
        values.forEach((path, value) -> {
            if (isUnder(waiting, path)) {
                taken.put(path, value);
            }
        });
        return taken;
    }

    private static boolean isUnder(List<String> keys, String path) {
        return keys.stream().anyMatch(key -> path.equals(key) || path.startsWith(key + "."));
    }

    /** Keys that {@code next} says otherwise, and that only a new start takes over; in the order of the file. */
    public List<String> needingRestart(GatewayConfig next) {
        List<String> keys = new ArrayList<>();
        addIfNew(keys, "listen", listen, next.listen);
        addIfNew(keys, "store", store, next.store);
        addIfNew(keys, "policy", policySection(), next.policySection());
        addIfNew(keys, "estimates", estimates, next.estimates);
        addIfNew(keys, "limits.max-connections", limits.maxConnections, next.limits.maxConnections);
        addIfNew(keys, "limits.event-loops", limits.eventLoops, next.limits.eventLoops);
        addIfNew(keys, "events", events, next.events);
        addIfNew(keys, "telemetry", telemetry, next.telemetry);
        return keys;
    }

    private List<Object> policySection() {
        return List.of(policy, outcomes, seedFrom, judge);
    }

    private static void addIfNew(List<String> keys, String key, Object now, Object next) {
        if (!now.equals(next)) {
            keys.add(key);
        }
    }

    /**
     * Addresses to listen on.
     *
     * @param data serves clients
     * @param admin serves health, metrics and events
     * @param probes serves health and metrics to everybody
     * @param adminToken what {@code /admin} and {@code /metrics} demand as a bearer token; always present when {@code admin} is
     *     reachable from other machines
     */
    public record Listen(HostPort data, HostPort admin, Optional<HostPort> probes, Optional<Secret> adminToken) {}

    /**
     * Where lenses, spend and learning are kept.
     *
     * @param directory of the embedded store, relative to the working directory; created at start, and not used with Redis
     * @param redis present: in place of the embedded store
     */
    public record Store(Path directory, Optional<Redis> redis) {}

    /**
     * Redis as the store.
     *
     * @param caFile PEM certificates to trust instead of the system's
     * @param commandTimeout of one operation
     * @param connectTimeout of a connection with its handshake
     */
    public record Redis(
            RedisAddress address,
            Optional<String> user,
            Optional<Secret> password,
            Optional<Path> caFile,
            Duration commandTimeout,
            Duration connectTimeout) {}

    /**
     * Bounds on what clients may do to the process.
     *
     * @param maxBody bytes of a request's body
     * @param headerTimeout from an accepted connection to a whole request head
     * @param bodyTimeout from the head to the last byte of the body
     * @param replicas gateways that share the load, each of which enforces its share of what tenants and keys may have
     * @param maxConnections open client connections, all listeners together
     * @param eventLoops threads that serve; 0: one per processor
     */
    public record Limits(
            long maxBody,
            Duration headerTimeout,
            Duration bodyTimeout,
            int replicas,
            int maxConnections,
            int eventLoops) {
        private Limits takingOver(Limits next) {
            return new Limits(
                    next.maxBody, next.headerTimeout, next.bodyTimeout, next.replicas, maxConnections, eventLoops);
        }
    }

    /**
     * What events tell and how many are kept.
     *
     * @param ringSize newest events kept in memory for the admin listener
     * @param decisionLog empty: not written
     */
    public record Events(Prompts prompts, int ringSize, Optional<DecisionLogFile> decisionLog) {}

    /**
     * Where decisions of the learned policy are logged.
     *
     * @param maxBytes from which the file is set aside
     * @param keep files set aside at most
     */
    public record DecisionLogFile(Path file, long maxBytes, int keep) {}

    /**
     * What is told to those who watch.
     *
     * @param traces empty: not exported
     * @param tenantLabels tenants that metrics tell apart
     */
    public record Telemetry(Optional<Otlp> traces, int tenantLabels) {}

    /**
     * A collector of traces.
     *
     * @param endpoint {@code /v1/traces} is added to it
     * @param headers sent with each export
     * @param sample share of the requests that do not say whether they are traced, 0 to 1
     * @param timeout of one export, repetitions included
     */
    public record Otlp(URI endpoint, Map<String, Secret> headers, double sample, Duration timeout) {
        public Otlp {
            headers = Map.copyOf(headers);
        }
    }

    /** How client text appears in events and logs. */
    public enum Prompts {
        /** Length and hash only. */
        REDACTED,
        /** As sent. */
        PLAIN
    }
}
