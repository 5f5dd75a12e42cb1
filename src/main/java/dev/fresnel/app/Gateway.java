package dev.fresnel.app;

import static dev.fresnel.app.Telling.unharmed;

import dev.fresnel.admin.AdminListener;
import dev.fresnel.admin.DecisionHistory;
import dev.fresnel.admin.Operation;
import dev.fresnel.admin.OperationGroup;
import dev.fresnel.admin.OperationTable;
import dev.fresnel.admin.ProbeRequests;
import dev.fresnel.admin.ProbesListener;
import dev.fresnel.budget.Account;
import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.HostPort;
import dev.fresnel.config.Problem;
import dev.fresnel.contract.Inspector;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.delegation.Enrolments;
import dev.fresnel.delegation.EscalationBreaker;
import dev.fresnel.delegation.MissedSavings;
import dev.fresnel.edge.DataListener;
import dev.fresnel.edge.EdgeLimits;
import dev.fresnel.edge.Gate;
import dev.fresnel.edge.RequestIds;
import dev.fresnel.edge.Serving;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.exchange.Exchanges;
import dev.fresnel.exchange.Parts;
import dev.fresnel.exchange.PinnedLenses;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.exchange.TaskClassifier;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.PromptTemplate;
import dev.fresnel.observe.Metrics;
import dev.fresnel.outcome.FollowUps;
import dev.fresnel.outcome.Learner;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.policy.Policy;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.Limiter;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.UpstreamClient;
import dev.fresnel.value.TenantId;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A running gateway: everything it is made of is constructed here, in dependency order, by {@link #start}. Owns its threads,
 * sockets and store; {@link #close} gives them back in reverse order.
 */
public final class Gateway {
    /** Longest stream that a shutdown waits for before it is cut. */
    public static final Duration GRACE = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final List<DataListener> listeners;
    private final AdminListener admin;
    private final Optional<ProbesListener> probes;
    private final Gate gate;
    private final Closing closing;
    private final InForce inForce;
    private final Telling telling;
    private final AtomicBoolean closeBegun = new AtomicBoolean();
    private final Promise<Void> closed = Promise.promise();

    private Gateway(
            Vertx vertx,
            InForce inForce,
            Telling telling,
            List<DataListener> listeners,
            AdminListener admin,
            Optional<ProbesListener> probes,
            Gate gate,
            Closing closing) {
        this.vertx = vertx;
        this.inForce = inForce;
        this.telling = telling;
        this.listeners = listeners;
        this.admin = admin;
        this.probes = probes;
        this.gate = gate;
        this.closing = closing;
    }

    /**
     * Constructs and starts a gateway.
     *
     * @param log gets events and the access log, one JSON object a line; not closed
     * @return fails with {@link ListenException} when a port is taken, with {@code StoreLockedException} when the store is in use; what was opened until then is closed again
     */
    public static Future<Gateway> start(GatewayConfig config, OutputStream log) {
        return start(config, log, RelayLimits.DEFAULT);
    }

    /** {@link #start(GatewayConfig, OutputStream)} with other limits on standing still. */
    public static Future<Gateway> start(GatewayConfig config, OutputStream log, RelayLimits relayLimits) {
        int loops = config.limits().eventLoops() > 0
                ? config.limits().eventLoops()
                : Runtime.getRuntime().availableProcessors();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(false));
        Closing closing = new Closing();
        closing.later("event loops", vertx::close);

        Telling telling;
        try {
            telling = Telling.of(vertx, config, log, closing);
        } catch (IOException cannotWrite) {
            return closing.run()
                    .transform(_ -> Future.failedFuture(new DecisionLogException(
                            config.events().decisionLog().orElseThrow().file(), cannotWrite)));
        }
        // A promise of no event loop: the loops may be gone when it is kept.
        Promise<Gateway> started = Promise.promise();
        InForce inForce = new InForce(config, SystemTime.clock());
        preloaded(vertx)
                .compose(_ -> Stores.open(
                        vertx,
                        inForce,
                        telling::storeProblem,
                        unharmed(telling::budgetWorse),
                        telling.metrics(),
                        closing))
                .compose(stores -> {
                    SavingsBook savings = Saving.book(vertx, stores.statements(), closing);
                    Foundation ground = lay(inForce, telling, vertx, stores, savings, closing);
                    return LearnerStart.start(
                                    vertx,
                                    config,
                                    stores,
                                    unharmed(telling.decisions()),
                                    ground.shelf()::heard,
                                    Saving.outcomes(savings),
                                    closing)
                            .compose(learning -> assemble(
                                    inForce,
                                    telling,
                                    relayLimits,
                                    vertx,
                                    loops,
                                    stores,
                                    savings,
                                    ground,
                                    learning,
                                    closing));
                })
                .onSuccess(started::complete)
                .onFailure(problem -> closing.run().onComplete(_ -> started.fail(problem)));
        return started.future();
    }

    /**
     * What takes long to load is loaded first: stores answer on an event loop, so all that follows them runs on one, and the first request
     * must not pay for it either.
     */
    private static Future<Void> preloaded(Vertx vertx) {
        return vertx.executeBlocking(() -> {
                    new JtokkitEstimator().preload();
                    Inspector.preload();
                    return true;
                })
                .mapEmpty();
    }

    private static Foundation lay(
            InForce inForce, Telling telling, Vertx vertx, Stores stores, SavingsBook savings, Closing closing) {
        return Foundation.lay(
                vertx,
                inForce,
                stores.lenses(),
                stores.ledger(),
                savings,
                LearnerStart.thread(vertx),
                telling.traces().tracing(),
                telling.metrics(),
                unharmed(telling::lens),
                closing);
    }

    private static Future<Gateway> assemble(
            InForce inForce,
            Telling telling,
            RelayLimits relayLimits,
            Vertx vertx,
            int loops,
            Stores stores,
            SavingsBook savings,
            Foundation ground,
            LearnerStart.Started learning,
            Closing closing) {
        GatewayConfig config = inForce.config();
        Ledger ledger = stores.ledger();
        LongSupplier nanos = SystemTime.nanos();
        var clock = SystemTime.clock();
        var random = new java.security.SecureRandom();
        PriceTable prices = new PriceTable(config.prices());
        LensShelf shelf = ground.shelf();
        telling.metrics().watchEstimates(ground.usage()::counts);

        Policy policy = learning.policy();
        Learner learner = learning.learner();
        telling.metrics().watchLearning(learner::counts, learner::sharing, policy::counts);

        AnswerStart answers = AnswerStart.of(
                vertx,
                config,
                ground.smart(),
                ledger,
                savings,
                learner,
                telling.metrics(),
                unharmed(telling.log()::onJudgeFailed),
                closing);
        EscalationBreaker breaker = new EscalationBreaker(clock);
        KillSwitch killSwitch =
                Pausing.killSwitch(vertx, stores.pauses(), inForce, unharmed(telling.log()::onPause), closing);
        KeyRegister register = stores.register();
        Registering.keepInStep(vertx, register, closing);
        inForce.warnAlso(next -> Registering.namesakes(next, register));
        Limiter limiter = new Limiter(nanos, telling.metrics()::onLimited);
        Consumer<GatewayConfig> limiting = next ->
                limiter.serve(next.tenants(), register.issued(), next.limits().replicas());
        limiting.accept(config);
        inForce.follow(limiting);
        BudgetPacing pacing = new BudgetPacing();
        inForce.follow(next -> learner.know(LearnerStart.knownArms(next)));
        watchTenants(inForce, killSwitch, pacing, ledger, ground.upstreams(), telling.metrics());

        DecisionHistory decided = new DecisionHistory(config.events().ringSize());
        JtokkitEstimator tokens = new JtokkitEstimator();
        Parts parts = new Parts(
                vertx,
                ground.upstreams(),
                telling.traces().tracing(),
                config.upstreams(),
                config.models(),
                prices,
                config.workers(),
                tokens,
                ground.experience(),
                new Delegator(config.models(), prices, config.workers(), ground.experience(), policy, breaker),
                breaker,
                new ConversationPins(nanos::getAsLong, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
                new Enrolments(nanos::getAsLong, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
                pacing,
                new LensKeys(PromptTemplate.VERSION),
                shelf,
                new MissedSavings(nanos::getAsLong, MissedSavings.DEFAULT_IDLE, MissedSavings.DEFAULT_MAXIMUM),
                new PinnedLenses(nanos::getAsLong, ConversationPins.DEFAULT_IDLE),
                learner,
                new FollowUps(learner, nanos::getAsLong),
                answers.inspections(),
                answers.judge(),
                killSwitch,
                new TaskClassifier(
                        vertx,
                        ground.smart(),
                        ground.charging()::classifier,
                        telling.metrics()::onClassified,
                        unharmed(telling.log()::onClassifierFailed),
                        nanos),
                ground.usage(),
                ledger,
                savings,
                relayLimits,
                switch (config.events().prompts()) {
                    case REDACTED -> Parts.Prompts.REDACTED;
                    case PLAIN -> Parts.Prompts.PLAIN;
                },
                unharmed(event -> {
                    telling.exchange(event);
                    decided.on(event);
                }),
                clock,
                nanos,
                random::nextDouble);

        AtomicReference<Serving> serving = new AtomicReference<>(serving(config, register, parts));
        inForce.follow(next -> {
            PriceTable nextPrices = new PriceTable(next.prices());
            serving.set(serving(
                    next,
                    register,
                    parts.under(
                            next.upstreams(),
                            next.models(),
                            nextPrices,
                            next.workers(),
                            new Delegator(
                                    next.models(), nextPrices, next.workers(), ground.experience(), policy, breaker))));
        });
        // Behind the last request that may still find an upstream of the config before.
        inForce.follow(next -> ground.upstreams().keepOnly(next.upstreams().values()));
        Gate gate = new Gate(config.limits().maxConnections());
        telling.metrics().watch(gate::connections, gate::running, telling.writer()::dropped);
        DataListener.Setup data = new DataListener.Setup(
                config.listen().data().host(),
                config.listen().data().port(),
                serving::get,
                learner,
                limiter,
                new RequestIds(random),
                gate,
                unharmed(telling::refused),
                nanos);
        ProbeRequests probes = new ProbeRequests(() -> !gate.isShut(), telling.registry()::scrape);
        List<OperationGroup> groups = AdminStart.groups(
                probes, inForce, gate, parts, register, learning, decided, telling.window(), telling.writer(), closing);
        AdminListener admin = new AdminListener(new AdminListener.Setup(
                config.listen().admin().host(),
                config.listen().admin().port(),
                config.listen().adminToken(),
                new OperationTable(groups),
                unharmed(action ->
                        telling.log().onAdminAction(action.action(), action.tenant(), action.subject(), action.by()))));
        // A store that is away does not keep the gateway from starting, and the switch is not thrown then.
        return killSwitch
                .refresh()
                .otherwiseEmpty()
                .compose(_ -> deploy(inForce, telling, vertx, loops, data, admin, probes, gate, closing));
    }

    /** Per tenant and upstream of the config in force, whichever that is. */
    private static void watchTenants(
            InForce inForce,
            KillSwitch killSwitch,
            BudgetPacing pacing,
            Ledger ledger,
            UpstreamClient upstreams,
            Metrics metrics) {
        Consumer<GatewayConfig> watch = config -> {
            metrics.onConfigInForce(config.version());
            metrics.expect(config.workers().keySet(), inForce.tenants());
            metrics.watchUpstreams(config.upstreams().keySet(), upstreams::counts);
            metrics.watchPauses(inForce.tenants(), killSwitch::isPaused);
            metrics.watchBudgets(tenant -> pacing.pressure(Account.of(tenant)).perDollar(), budgeted(config.tenants()));
            metrics.budgets().watch(standings(config, ledger));
        };
        watch.accept(inForce.config());
        inForce.follow(watch);
        metrics.watchConfig(() -> !inForce.files().rejected().isEmpty());
    }

    /** Asked at each scrape: how every limit of a tenant stands; keys are not bounded enough for a label. */
    private static List<Supplier<List<BudgetStanding>>> standings(GatewayConfig config, Ledger ledger) {
        return config.tenants().stream()
                .map(tenant -> Payer.of(tenant.id(), tenant.budget().limits()))
                .<Supplier<List<BudgetStanding>>>map(payer -> () -> ledger.standings(payer))
                .toList();
    }

    private static Serving serving(GatewayConfig config, KeyRegister register, Parts parts) {
        return new Serving(
                config.version(),
                new EdgeLimits(
                        (int) config.limits().maxBody(),
                        config.limits().headerTimeout(),
                        config.limits().bodyTimeout()),
                new TenantDirectory(config.tenants(), register, SystemTime.clock()),
                config.models(),
                new Exchanges(parts));
    }

    private static List<TenantId> budgeted(List<Tenant> tenants) {
        return tenants.stream()
                .filter(tenant -> tenant.budget().limits().isLimited())
                .map(Tenant::id)
                .toList();
    }

    private static Future<Gateway> deploy(
            InForce inForce,
            Telling telling,
            Vertx vertx,
            int loops,
            DataListener.Setup data,
            AdminListener admin,
            ProbeRequests probes,
            Gate gate,
            Closing closing) {
        GatewayConfig.Listen listen = inForce.config().listen();
        List<DataListener> listeners = new CopyOnWriteArrayList<>();
        Supplier<DataListener> supplier = () -> {
            DataListener listener = new DataListener(data);
            listeners.add(listener);
            return listener;
        };
        Optional<ProbesListener> probing =
                listen.probes().map(address -> new ProbesListener(address.host(), address.port(), probes));
        return vertx.deployVerticle(admin)
                .recover(problem -> cannotListen("listen.admin", listen.admin(), problem))
                .compose(_ -> vertx.deployVerticle(supplier, new DeploymentOptions().setInstances(loops))
                        .recover(problem -> cannotListen("listen.data", listen.data(), problem)))
                // Last: a supervisor takes its first answer to mean that clients are served.
                .compose(_ -> probing.isEmpty()
                        ? Future.succeededFuture()
                        : vertx.deployVerticle(probing.get())
                                .recover(problem -> cannotListen(
                                        "listen.probes", listen.probes().orElseThrow(), problem)))
                .map(_ -> new Gateway(vertx, inForce, telling, listeners, admin, probing, gate, closing));
    }

    private static <T> Future<T> cannotListen(String key, HostPort address, Throwable problem) {
        return Future.failedFuture(new ListenException(key, address.toString(), problem));
    }

    /** Looks from now on whether the files of the config have changed since they were read. */
    public void watch(ConfigWatch files) {
        files.start(vertx, result -> configRead(files.file(), result), closing);
    }

    /**
     * The config files say something else now. Requests that arrive from here on are served by it when it is valid; those under way
     * end by what they began with. Keys that only a start can take over keep their values, and the status names them.
     *
     * @param config the file, as problems are to name it
     */
    public void configRead(Path config, ConfigResult result) {
        inForce.read(result);
        InForce.Files files = inForce.files();
        String version = inForce.config().version();
        if (files.rejected().isEmpty()) {
            telling.log().onConfigApplied(version, files.needingRestart(), described(inForce.warnings(), config));
        } else {
            telling.log().onConfigRejected(version, described(files.rejected(), config));
        }
        telling.metrics().onConfigRead(files.rejected().isEmpty());
    }

    private static List<String> described(List<Problem> problems, Path config) {
        return problems.stream().map(problem -> problem.describe(config)).toList();
    }

    /** The config that it was started with was warned of this; for the status. */
    public void configWarned(List<Problem> warnings) {
        inForce.warned(warnings);
    }

    /** The port clients use. */
    public int dataPort() {
        return listeners.getFirst().port();
    }

    public int adminPort() {
        return admin.port();
    }

    /** Everything the admin listener serves. */
    public List<Operation> adminOperations() {
        return admin.operations();
    }

    /** Empty without {@code listen.probes}. */
    public Optional<Integer> probesPort() {
        return probes.map(ProbesListener::port);
    }

    /**
     * Turns new requests away with 503, lets running ones end for up to 30 s, tells those that remain that the rest will not
     * come, then closes everything in reverse order of its start. The ports stay open until the running requests are over, so
     * that {@code /readyz} can tell a load balancer. May be called again; closes once.
     */
    public Future<Void> close() {
        return close(GRACE);
    }

    /** {@link #close()} with another limit on waiting for running requests. */
    public Future<Void> close(Duration grace) {
        if (!closeBegun.compareAndSet(false, true)) {
            return closed.future();
        }
        Promise<Void> waited = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, grace.toMillis()), _ -> waited.tryComplete());
        gate.shut().onComplete(_ -> waited.tryComplete());
        waited.future().onComplete(_ -> {
            vertx.cancelTimer(timer);
            Future.join(listeners.stream().map(DataListener::stopServing).toList())
                    .onComplete(_ -> closing.run().onComplete(closed));
        });
        return closed.future();
    }
}
