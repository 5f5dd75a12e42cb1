package dev.fresnel.config;

import dev.fresnel.budget.Price;
import dev.fresnel.delegation.Worker;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a gateway is started with: checked, defaults filled in, precedence applied. Immutable. All names in it lead
 * somewhere: a worker's model, a route's arms and a tenant's upstream are declared.
 *
 * @param upstreams by name, in file order
 * @param models declared models and the aliases in force
 * @param prices of declared models; a model without a price is absent
 * @param workers by name, in file order
 * @param tenants in file order, at most one of them open
 * @param policy of the routes in mode {@code adaptive}
 * @param outcomes what their learner waits for
 * @param estimates whether they learn from reported usage
 */
public record GatewayConfig(
        Listen listen,
        Store store,
        Map<String, Upstream> upstreams,
        ModelCatalog models,
        Map<ModelName, Price> prices,
        Map<String, Worker> workers,
        List<Tenant> tenants,
        PolicySettings policy,
        OutcomeSettings outcomes,
        UsageLearner.Learning estimates,
        Limits limits,
        Events events) {
    public GatewayConfig {
        upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
        prices = Collections.unmodifiableMap(new LinkedHashMap<>(prices));
        workers = Collections.unmodifiableMap(new LinkedHashMap<>(workers));
        tenants = List.copyOf(tenants);
    }

    /**
     * Addresses to listen on.
     *
     * @param data serves clients
     * @param admin serves health, metrics and events
     * @param adminToken what {@code /admin} and {@code /metrics} demand as a bearer token; always present when {@code admin} is
     *     reachable from other machines
     */
    public record Listen(HostPort data, HostPort admin, Optional<Secret> adminToken) {}

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
     * @param maxConnections open client connections, all listeners together
     * @param eventLoops threads that serve; 0: one per processor
     */
    public record Limits(
            long maxBody, Duration headerTimeout, Duration bodyTimeout, int maxConnections, int eventLoops) {}

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

    /** How client text appears in events and logs. */
    public enum Prompts {
        /** Length and hash only. */
        REDACTED,
        /** As sent. */
        PLAIN
    }
}
