package dev.fresnel.app;

import dev.fresnel.budget.Ledger;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.RedisAddress;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.replay.proof.SharedStores;
import dev.fresnel.store.embedded.EmbeddedArmStateStore;
import dev.fresnel.store.embedded.EmbeddedDecisionStore;
import dev.fresnel.store.embedded.EmbeddedSpendStore;
import dev.fresnel.store.embedded.EmbeddedStore;
import dev.fresnel.store.redis.RedisArmStateStore;
import dev.fresnel.store.redis.RedisDecisionStore;
import dev.fresnel.store.redis.RedisLink;
import dev.fresnel.store.redis.RedisSpendStore;
import dev.fresnel.store.redis.RedisSweep;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stores of a gateway, opened for a proof and emptied after it: an embedded one in a folder of its own, or a corner of a Redis.
 *
 * @param hasLeases whether replicas can share a budget
 * @param ledgers opens a replica's ledger
 * @param clock the embedded store's stands still, so that a proof gives the same number every time
 */
record ProofStores(
        String name,
        String corner,
        InstantSource clock,
        ArmStateStore arms,
        DecisionStore decisions,
        boolean hasLeases,
        Ledgers ledgers,
        Closing closing)
        implements SharedStores {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int CORNER_BYTES = 8;

    /** More than any proof makes: where the clock stands still none ends, and the oldest are not the first to go. */
    private static final int MOST_DECISIONS = 10_000_000;

    /** What is measured is what is learned, not how quick a shared machine is. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * In Redis' time. A proof's day passes in seconds, so a replica that dies in it is found dead within it; the others are heard of many times a
     * second.
     */
    private static final Duration LEASE_TERM = Duration.ofSeconds(2);

    /** As long as a lease lasts in a gateway, in the time of the proof: how much faster that is taken to run. */
    private static final long PACE = RedisSpendStore.LEASE_TERM.dividedBy(LEASE_TERM);

    /** See {@link SharedStores#ledger}. */
    @FunctionalInterface
    interface Ledgers {
        Ledger of(String replica, TenantId tenant, InstantSource clock);
    }

    /** Blocks until it is there. */
    static ProofStores embedded() {
        Closing closing = new Closing();
        Path folder = TemporaryFolder.make("fresnel-proof");
        closing.later("proof's folder", () -> TemporaryFolder.remove(folder));
        Vertx vertx = vertx(closing);
        EmbeddedStore store = opened(closing, EmbeddedStore.open(vertx, folder, () -> START, _ -> {}));
        closing.later("store", store::close);
        return new ProofStores(
                "embedded store",
                "proof-",
                () -> START,
                new EmbeddedArmStateStore(store, () -> START),
                new EmbeddedDecisionStore(store, () -> START, MOST_DECISIONS),
                false,
                (_, _, time) -> Ledger.unread(new EmbeddedSpendStore(store), time, _ -> {}),
                closing);
    }

    /** Blocks until it is there; an {@link InputProblem} when it is not. */
    static ProofStores redis(RedisAddress address) {
        Closing closing = new Closing();
        SecureRandom random = new SecureRandom();
        byte[] own = new byte[CORNER_BYTES];
        random.nextBytes(own);
        String corner = "proof-" + HexFormat.of().formatHex(own) + "-";
        Vertx vertx = vertx(closing);
        RedisLink link = RedisLink.open(vertx, Stores.settings(patient(address)), random, _ -> {});
        closing.later("Redis connection", link::close);
        opened(closing, link.firstAttempt());
        if (!link.isUp()) {
            Waiting.startOf("the proof", closing.run());
            throw new InputProblem("no Redis answers at " + address + "; leave --redis out to use an embedded store");
        }
        closing.later("proof's keys", () -> RedisSweep.of(link, corner));
        return new ProofStores(
                "Redis at " + address,
                corner,
                SystemTime.clock(),
                new RedisArmStateStore(link),
                new RedisDecisionStore(link),
                true,
                (replica, tenant, time) -> {
                    RedisSpendStore spend =
                            new RedisSpendStore(vertx, link, replica, () -> Map.of(tenant, List.of()), LEASE_TERM);
                    closing.later("spend", spend::close);
                    return Ledger.leasing(
                            spend, time, () -> ChronoUnit.NANOS.between(START, time.instant()) / PACE, _ -> {});
                },
                closing);
    }

    private static GatewayConfig.Redis patient(RedisAddress address) {
        return new GatewayConfig.Redis(
                address, Optional.empty(), Optional.empty(), Optional.empty(), PATIENCE, PATIENCE);
    }

    private static Vertx vertx(Closing closing) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        closing.later("event loop", vertx::close);
        return vertx;
    }

    private static <T> T opened(Closing closing, Future<T> opening) {
        try {
            return Waiting.startOf("the store", opening);
        } catch (RuntimeException failed) {
            Waiting.startOf("the proof", closing.run());
            throw failed;
        }
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public Ledger ledger(String replica, TenantId tenant, InstantSource time) {
        return ledgers.of(replica, tenant, time);
    }

    @Override
    public void close() {
        Waiting.startOf("the proof", closing.run());
    }
}
