package dev.fresnel.app;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.Ledger;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.HostPort;
import dev.fresnel.config.RedisAddress;
import dev.fresnel.lens.LensStore;
import dev.fresnel.observe.Metrics;
import dev.fresnel.observe.StoreTrouble;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.store.embedded.EmbeddedArmStateStore;
import dev.fresnel.store.embedded.EmbeddedDecisionStore;
import dev.fresnel.store.embedded.EmbeddedKeyStore;
import dev.fresnel.store.embedded.EmbeddedLensStore;
import dev.fresnel.store.embedded.EmbeddedPauseStore;
import dev.fresnel.store.embedded.EmbeddedSpendStore;
import dev.fresnel.store.embedded.EmbeddedStatementStore;
import dev.fresnel.store.embedded.EmbeddedStore;
import dev.fresnel.store.embedded.StoreProblem;
import dev.fresnel.store.redis.RedisArmStateStore;
import dev.fresnel.store.redis.RedisDecisionStore;
import dev.fresnel.store.redis.RedisFailure;
import dev.fresnel.store.redis.RedisKeyStore;
import dev.fresnel.store.redis.RedisLensStore;
import dev.fresnel.store.redis.RedisLink;
import dev.fresnel.store.redis.RedisPauseStore;
import dev.fresnel.store.redis.RedisProblem;
import dev.fresnel.store.redis.RedisSettings;
import dev.fresnel.store.redis.RedisSpendStore;
import dev.fresnel.store.redis.RedisStatementStore;
import dev.fresnel.tenant.KeyRegister;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The ports on the store that the config names, opened. */
record Stores(
        LensStore lenses,
        Ledger ledger,
        ArmStateStore arms,
        DecisionStore decisions,
        PauseStore pauses,
        KeyRegister register,
        StatementStore statements) {
    /** How often a replica looks what the others have spent. */
    private static final Duration SPEND_REFRESH = Duration.ofSeconds(2);

    private static final int NAME_BYTES = 8;

    /** What is told of a store's troubles. */
    @FunctionalInterface
    interface Problems {
        void tell(StoreTrouble trouble, String message);
    }

    /**
     * Opens the store. The embedded one must be there: this process owns it. Redis need not: the gateway serves without it, and finds
     * it later.
     *
     * @param budgets told of every limit that got worse
     * @param closing is told what was opened
     */
    static Future<Stores> open(
            Vertx vertx,
            InForce inForce,
            Problems problems,
            Consumer<BudgetStanding> budgets,
            Metrics metrics,
            Closing closing) {
        GatewayConfig.Store store = inForce.config().store();
        return store.redis()
                .map(redis -> redis(vertx, redis, inForce, problems, budgets, metrics, closing))
                .orElseGet(() -> embedded(vertx, store.directory(), problems, budgets, closing));
    }

    private static Future<Stores> embedded(
            Vertx vertx, Path directory, Problems problems, Consumer<BudgetStanding> budgets, Closing closing) {
        return EmbeddedStore.open(
                        vertx,
                        directory,
                        SystemTime.clock(),
                        problem -> problems.tell(trouble(problem), problem.message()))
                .onSuccess(store -> closing.later("store", store::close))
                .compose(store -> {
                    LensStore lenses =
                            new EmbeddedLensStore(store, SystemTime.clock(), EmbeddedLensStore.DEFAULT_MAX_PER_TENANT);
                    ArmStateStore arms = new EmbeddedArmStateStore(store, SystemTime.clock());
                    DecisionStore decisions =
                            new EmbeddedDecisionStore(store, SystemTime.clock(), EmbeddedDecisionStore.DEFAULT_MAXIMUM);
                    KeyRegister register = new KeyRegister(new EmbeddedKeyStore(store));
                    return register.refresh()
                            .otherwiseEmpty()
                            .compose(_ -> Ledger.open(new EmbeddedSpendStore(store), SystemTime.clock(), budgets))
                            .map(ledger -> new Stores(
                                    lenses,
                                    ledger,
                                    arms,
                                    decisions,
                                    new EmbeddedPauseStore(store),
                                    register,
                                    new EmbeddedStatementStore(store)));
                });
    }

    private static Future<Stores> redis(
            Vertx vertx,
            GatewayConfig.Redis config,
            InForce inForce,
            Problems problems,
            Consumer<BudgetStanding> budgets,
            Metrics metrics,
            Closing closing) {
        SecureRandom random = new SecureRandom();
        RedisLink link = RedisLink.open(
                vertx, settings(config), random, problem -> problems.tell(trouble(problem), problem.message()));
        closing.later("Redis connection", link::close);
        Map<String, LongSupplier> failures = new LinkedHashMap<>();
        for (RedisFailure.Kind kind : RedisFailure.Kind.values()) {
            failures.put(
                    kind.name().toLowerCase(Locale.ROOT), () -> link.counts().failures(kind));
        }
        metrics.watchRedis(link::isUp, link.counts()::connections, failures);

        String replica = name(random);
        KeyRegister register = new KeyRegister(new RedisKeyStore(link, () -> name(random)));
        RedisSpendStore spend =
                new RedisSpendStore(vertx, link, replica, () -> Registering.spenders(inForce.config(), register));
        closing.later("spend", spend::close);
        RedisStatementStore statements = new RedisStatementStore(vertx, link, replica);
        closing.later("savings statement", statements::close);
        Ledger ledger = Ledger.leasing(spend, SystemTime.clock(), SystemTime.nanos(), budgets);
        // What fails of them changes nothing, and the link has counted it.
        long refresh = vertx.setPeriodic(SPEND_REFRESH.toMillis(), _ -> {
            Future<Void> ignored = Future.join(ledger.refresh(), ledger.renew()).mapEmpty();
        });
        closing.later("leases", ledger::giveBack);
        closing.later("spend refresh", () -> {
            vertx.cancelTimer(refresh);
            return Future.succeededFuture();
        });
        Stores stores = new Stores(
                new RedisLensStore(link, SystemTime.clock(), EmbeddedLensStore.DEFAULT_MAX_PER_TENANT),
                ledger,
                new RedisArmStateStore(link),
                new RedisDecisionStore(link),
                new RedisPauseStore(link),
                register,
                statements);
        return link.firstAttempt()
                // A store that is away does not keep the gateway from starting; no issued key opens anything then.
                .compose(_ -> register.refresh().otherwiseEmpty())
                // Whose spend is read is known by now.
                .compose(_ -> ledger.refresh())
                .transform(_ -> Future.succeededFuture(stores));
    }

    /** Of a replica or a revision: never the same twice. */
    private static String name(SecureRandom random) {
        byte[] bits = new byte[NAME_BYTES];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    static RedisSettings settings(GatewayConfig.Redis config) {
        RedisAddress address = config.address();
        return new RedisSettings(
                switch (address.kind()) {
                    case STANDALONE -> RedisSettings.Topology.STANDALONE;
                    case SENTINEL -> RedisSettings.Topology.SENTINEL;
                    case CLUSTER -> RedisSettings.Topology.CLUSTER;
                },
                address.hosts().stream().map(HostPort::toString).toList(),
                address.master(),
                address.database(),
                switch (address.encryption()) {
                    case NONE -> RedisSettings.Transport.PLAIN;
                    case TLS -> RedisSettings.Transport.TLS;
                },
                config.user(),
                config.password(),
                config.caFile(),
                config.commandTimeout(),
                config.connectTimeout());
    }

    private static StoreTrouble trouble(StoreProblem problem) {
        return switch (problem) {
            case StoreProblem.Quarantined _ -> StoreTrouble.QUARANTINED;
            case StoreProblem.NotWritable _ -> StoreTrouble.NOT_WRITABLE;
            case StoreProblem.ValueDiscarded _ -> StoreTrouble.VALUE_DISCARDED;
        };
    }

    private static StoreTrouble trouble(RedisProblem problem) {
        return switch (problem) {
            case RedisProblem.Away _ -> StoreTrouble.AWAY;
            case RedisProblem.Back _ -> StoreTrouble.BACK;
            case RedisProblem.NotWritable _ -> StoreTrouble.NOT_WRITABLE;
            case RedisProblem.ValueDiscarded _ -> StoreTrouble.VALUE_DISCARDED;
        };
    }
}
