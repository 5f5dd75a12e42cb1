package dev.fresnel.app;

import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Worker;
import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.Tally;
import dev.fresnel.outcome.DecisionRecord;
import dev.fresnel.outcome.KnownArms;
import dev.fresnel.outcome.Learner;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Fingerprint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Starts the learner: on a thread of its own, so that no reply waits for it, nor it for a slow store. */
final class LearnerStart {
    private static final String THREAD = "fresnel-learner";
    private static final Duration TICK = Duration.ofMillis(250);

    /** What is learned at start, and what is told at the end, is waited for this long. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int REPLICA_BYTES = 8;

    private LearnerStart() {}

    /**
     * What decides, and what teaches it.
     *
     * @param seeding what it was started from beside the store
     */
    record Started(Policy policy, Learner learner, Seeding seeding) {}

    /** Alarms are the store's: it hears all replicas. */
    private static PolicySettings settings(GatewayConfig config) {
        PolicySettings settings = config.policy();
        return settings.with(settings.drift().withWatch(PolicySettings.Drift.Watch.STORE));
    }

    /**
     * Completes when what the store knows has been taken over, or could not be had; never fails for that.
     *
     * @param lenses told what came of answers with and without them
     * @param trials told what came of conversations in the experiment
     * @param closing is told how the learner ends: what it has learned goes to the store first
     */
    static Future<Started> start(
            Vertx vertx,
            GatewayConfig config,
            Stores stores,
            Consumer<DecisionRecord> decisions,
            BiConsumer<LensUse, Tally> lenses,
            Learner.TrialOutcomes trials,
            Closing closing) {
        Policy policy = new Policy(settings(config));
        WorkerExecutor thread = vertx.createSharedWorkerExecutor(THREAD, 1);
        SecureRandom random = new SecureRandom();
        byte[] replica = new byte[REPLICA_BYTES];
        random.nextBytes(replica);
        Learner learner = new Learner(new Learner.Setup(
                policy,
                stores.arms(),
                stores.decisions(),
                knownArms(config),
                work -> execute(thread, work),
                SystemTime.clock(),
                random,
                HexFormat.of().formatHex(replica),
                config.outcomes(),
                decisions,
                lenses,
                trials));
        closing.later("learner's thread", thread::close);
        // Behind what the store knows, on whose scales rows are then weighed.
        return waited(vertx, learner.load())
                .compose(_ -> thread.executeBlocking(() -> Seeding.of(config, policy)))
                .map(seeding -> {
                    long ticking = vertx.setPeriodic(TICK.toMillis(), _ -> learner.tick());
                    closing.later("learner", () -> {
                        vertx.cancelTimer(ticking);
                        return waited(vertx, learner.close());
                    });
                    return new Started(policy, learner, seeding);
                });
    }

    /** The thread of all learning, for those who learn something else: one task after another. Ends with the event loops. */
    static Executor thread(Vertx vertx) {
        WorkerExecutor thread = vertx.createSharedWorkerExecutor(THREAD, 1);
        return work -> execute(thread, work);
    }

    private static void execute(WorkerExecutor thread, Runnable work) {
        try {
            // The learner handles what its work throws.
            var _ = thread.executeBlocking(() -> {
                work.run();
                return true;
            });
        } catch (RejectedExecutionException closed) {
            // An answer of the store that came after the end.
        }
    }

    private static Future<Void> waited(Vertx vertx, Future<Void> work) {
        Promise<Void> waited = Promise.promise();
        long timer = vertx.setTimer(PATIENCE.toMillis(), _ -> waited.tryComplete());
        work.onComplete(_ -> {
            vertx.cancelTimer(timer);
            waited.tryComplete();
        });
        return waited.future();
    }

    /** Every tenant's requests for every declared model, and everybody's together. */
    static KnownArms knownArms(GatewayConfig config) {
        Map<String, Map<Arm, String>> models = new LinkedHashMap<>();
        for (Model requested : config.models().models()) {
            for (Tenant tenant : config.tenants()) {
                for (LearnedRules.Pooling pooling : LearnedRules.Pooling.values()) {
                    models.computeIfAbsent(
                                    pooling.population(tenant.id(), requested.name()),
                                    _ -> new LinkedHashMap<>(Map.of(Arm.DIRECT, behind(requested, "asked"))))
                            .putAll(workers(config));
                }
            }
        }
        return new KnownArms(models);
    }

    private static Map<Arm, String> workers(GatewayConfig config) {
        Map<Arm, String> workers = new LinkedHashMap<>();
        for (Worker worker : config.workers().values()) {
            config.models()
                    .find(worker.model())
                    .ifPresent(model -> workers.put(
                            worker.arm(), behind(model, worker.guidance().name())));
        }
        return workers;
    }

    /** Prices are not part of it: dollars are computed, so what was learned stays true when they change. */
    private static String behind(Model model, String how) {
        return Fingerprint.of(model.upstream(), model.upstreamName().value(), how)
                .shortForm();
    }
}
