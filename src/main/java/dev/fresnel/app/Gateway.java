package dev.fresnel.app;

import dev.fresnel.admin.AdminListener;
import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.edge.DataListener;
import dev.fresnel.edge.EdgeLimits;
import dev.fresnel.edge.Gate;
import dev.fresnel.edge.RequestIds;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.estimate.OutputLength;
import dev.fresnel.exchange.Exchanges;
import dev.fresnel.exchange.Parts;
import dev.fresnel.exchange.PinnedLenses;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensWriter;
import dev.fresnel.lens.PromptTemplate;
import dev.fresnel.lens.ShelfLimits;
import dev.fresnel.observe.EventLog;
import dev.fresnel.observe.EventWindow;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.observe.Metrics;
import dev.fresnel.store.embedded.EmbeddedLensStore;
import dev.fresnel.store.embedded.EmbeddedSpendStore;
import dev.fresnel.store.embedded.EmbeddedStore;
import dev.fresnel.store.embedded.StoreProblem;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.CompletionClient;
import dev.fresnel.upstream.RetryRule;
import dev.fresnel.upstream.UpstreamClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A running gateway: everything it is made of is constructed here, in dependency order, by {@link #start}. Owns its threads,
 * sockets and store; {@link #close} gives them back in reverse order.
 */
public final class Gateway {
    /** Longest stream that a shutdown waits for before it is cut. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final List<DataListener> listeners;
    private final AdminListener admin;
    private final Gate gate;
    private final Closing closing;

    private Gateway(List<DataListener> listeners, AdminListener admin, Gate gate, Closing closing) {
        this.listeners = listeners;
        this.admin = admin;
        this.gate = gate;
        this.closing = closing;
    }

    /**
     * Constructs and starts a gateway.
     *
     * @param log gets events and the access log, one JSON object a line; not closed
     * @return fails when a port is taken or the store is in use; what was opened until then is closed again
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
        // A promise of no event loop: the loops may be gone when it is kept.
        Promise<Gateway> started = Promise.promise();
        EmbeddedStore.open(vertx, config.store().directory(), SystemTime.clock(), Gateway::warn)
                .onSuccess(store -> closing.later("store", store::close))
                .compose(store -> Ledger.open(new EmbeddedSpendStore(store), SystemTime.clock())
                        .compose(ledger -> assemble(config, log, relayLimits, vertx, loops, store, ledger, closing)))
                .onSuccess(started::complete)
                .onFailure(problem -> closing.run().onComplete(_ -> started.fail(problem)));
        return started.future();
    }

    private static void warn(StoreProblem problem) {
        System.getLogger("fresnel").log(System.Logger.Level.WARNING, problem.message());
    }

    private static Future<Gateway> assemble(
            GatewayConfig config,
            OutputStream log,
            RelayLimits relayLimits,
            Vertx vertx,
            int loops,
            EmbeddedStore store,
            Ledger ledger,
            Closing closing) {
        LongSupplier nanos = SystemTime.nanos();
        var clock = SystemTime.clock();
        var random = new java.security.SecureRandom();

        LineWriter writer = new LineWriter(log);
        closing.later(
                "log",
                () -> vertx.executeBlocking(() -> {
                    writer.close();
                    return null;
                }));
        EventWindow window = new EventWindow(config.events().ringSize());
        EventLog eventLog = new EventLog(writer, window, clock, EventLog.Access.ON);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Metrics metrics = new Metrics(registry);

        PriceTable prices = new PriceTable(config.prices());
        RetryRule retries = new RetryRule(clock, random);
        UpstreamClient upstreams = new UpstreamClient(vertx, retries, nanos);
        closing.later("upstream connections", upstreams::close);
        CompletionClient smart = new CompletionClient(vertx, upstreams, config.upstreams(), retries, nanos);

        LensShelf shelf = new LensShelf(
                vertx,
                new LensWriter(smart, PromptTemplate.load(), clock, nanos),
                new EmbeddedLensStore(store, clock, EmbeddedLensStore.DEFAULT_MAX_PER_TENANT),
                clock,
                nanos,
                random,
                ShelfLimits.DEFAULT,
                event -> {
                    charge(ledger, event);
                    eventLog.onLens(event);
                    metrics.onLens(event);
                });

        JtokkitEstimator tokens = new JtokkitEstimator();
        Parts parts = new Parts(
                vertx,
                upstreams,
                config.upstreams(),
                config.models(),
                prices,
                config.workers(),
                tokens,
                new OutputLength(),
                new Delegator(config.models(), prices, config.workers(), CostModel.DEFAULT),
                new ConversationPins(nanos::getAsLong, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM),
                new LensKeys(PromptTemplate.VERSION),
                shelf,
                new PinnedLenses(nanos::getAsLong, ConversationPins.DEFAULT_IDLE),
                ledger,
                relayLimits,
                switch (config.events().prompts()) {
                    case REDACTED -> Parts.Prompts.REDACTED;
                    case PLAIN -> Parts.Prompts.PLAIN;
                },
                event -> {
                    eventLog.onExchange(event);
                    metrics.onExchange(event);
                },
                clock,
                nanos);

        Gate gate = new Gate(config.limits().maxConnections());
        DataListener.Setup data = new DataListener.Setup(
                config.listen().data().host(),
                config.listen().data().port(),
                new EdgeLimits(
                        (int) config.limits().maxBody(),
                        config.limits().headerTimeout(),
                        config.limits().bodyTimeout()),
                new TenantDirectory(config.tenants()),
                config.models(),
                new Exchanges(parts),
                new RequestIds(random),
                gate,
                nanos);
        AdminListener admin = new AdminListener(new AdminListener.Setup(
                config.listen().admin().host(),
                config.listen().admin().port(),
                config.listen().adminToken(),
                () -> !gate.isShut(),
                registry::scrape,
                () -> Status.json(config, gate, ledger, writer),
                window::lines));
        return vertx.executeBlocking(() -> {
                    // Half a second or more that the first request would otherwise spend on its event loop.
                    tokens.preload();
                    return tokens;
                })
                .compose(_ -> deploy(vertx, loops, data, admin, gate, closing));
    }

    private static Future<Gateway> deploy(
            Vertx vertx, int loops, DataListener.Setup data, AdminListener admin, Gate gate, Closing closing) {
        List<DataListener> listeners = new CopyOnWriteArrayList<>();
        Supplier<DataListener> supplier = () -> {
            DataListener listener = new DataListener(data);
            listeners.add(listener);
            return listener;
        };
        return vertx.deployVerticle(admin)
                .compose(_ -> vertx.deployVerticle(supplier, new DeploymentOptions().setInstances(loops)))
                .map(_ -> new Gateway(listeners, admin, gate, closing));
    }

    /** Every writing of a lens is booked here, once, whichever request caused it and whether it succeeded. */
    private static void charge(Ledger ledger, LensEvent event) {
        var cost = switch (event) {
            case LensEvent.Created created -> created.cost();
            case LensEvent.Failed failed -> failed.cost();
            case LensEvent.StoreFailed _ -> dev.fresnel.value.Usd.ZERO;
        };
        ledger.charge(event.tenant(), cost)
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "the spend of a lens was not stored", problem));
    }

    /** The port clients use. */
    public int dataPort() {
        return listeners.getFirst().port();
    }

    public int adminPort() {
        return admin.port();
    }

    /** Turns new requests away, lets running ones end for up to 30 s, then closes everything in reverse order of its start. */
    public Future<Void> close() {
        gate.shut();
        List<Future<Void>> drained =
                listeners.stream().map(listener -> listener.drain(GRACE)).toList();
        Promise<Void> closed = Promise.promise();
        Future.join(drained).onComplete(_ -> closing.run().onComplete(closed));
        return closed.future();
    }
}
