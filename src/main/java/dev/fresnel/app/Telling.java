package dev.fresnel.app;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.exchange.Refusal;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.observe.DecisionLog;
import dev.fresnel.observe.EventLog;
import dev.fresnel.observe.EventWindow;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.observe.Metrics;
import dev.fresnel.observe.RollingFile;
import dev.fresnel.observe.StoreTrouble;
import dev.fresnel.outcome.DecisionRecord;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Everything that is told about the gateway's doings: the log and the window on it, decisions, metrics and traces. Thread-safe.
 *
 * @param decisions of the learned policy; told nothing where no file is wanted
 */
record Telling(
        LineWriter writer,
        EventWindow window,
        EventLog log,
        Consumer<DecisionRecord> decisions,
        PrometheusMeterRegistry registry,
        Metrics metrics,
        TraceStart traces) {
    /**
     * @param out gets the log; not closed
     * @throws IOException when the decision log cannot be written
     */
    static Telling of(Vertx vertx, GatewayConfig config, OutputStream out, Closing closing) throws IOException {
        LineWriter writer = new LineWriter(out);
        closing.later(
                "log",
                () -> vertx.executeBlocking(() -> {
                    writer.close();
                    return null;
                }));
        EventWindow window = new EventWindow(config.events().ringSize());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Consumer<DecisionRecord> decisions = decisionLog(vertx, config.events().decisionLog(), closing);
        Metrics metrics = new Metrics(registry, config.telemetry().tenantLabels());
        return new Telling(
                writer,
                window,
                new EventLog(writer, window, SystemTime.clock(), EventLog.Access.ON),
                decisions,
                registry,
                metrics,
                TraceStart.of(vertx, config.telemetry().traces(), metrics, closing));
    }

    private static Consumer<DecisionRecord> decisionLog(
            Vertx vertx, Optional<GatewayConfig.DecisionLogFile> wanted, Closing closing) throws IOException {
        if (wanted.isEmpty()) {
            return _ -> {};
        }
        GatewayConfig.DecisionLogFile at = wanted.get();
        RollingFile file = new RollingFile(at.file(), at.maxBytes(), at.keep());
        LineWriter lines = new LineWriter(file);
        closing.later(
                "decision log",
                () -> vertx.executeBlocking(() -> {
                    lines.close();
                    file.close();
                    return null;
                }));
        return new DecisionLog(lines)::on;
    }

    /** Telling goes wrong: that must not harm what is told about. */
    static <E> Consumer<E> unharmed(Consumer<E> listener) {
        return event -> {
            try {
                listener.accept(event);
            } catch (RuntimeException bug) {
                System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an event was not told", bug);
            }
        };
    }

    void storeProblem(StoreTrouble trouble, String message) {
        System.getLogger("fresnel").log(System.Logger.Level.WARNING, message);
        log.onStoreProblem(trouble, message);
        metrics.onStoreProblem(trouble);
    }

    void budgetWorse(BudgetStanding standing) {
        log.onBudget(standing);
        metrics.budgets().onWorse(standing);
    }

    void lens(LensEvent event) {
        log.onLens(event);
        metrics.onLens(event);
    }

    void exchange(ExchangeEvent event) {
        log.onExchange(event);
        metrics.onExchange(event);
        traces.events().accept(event);
    }

    void refused(Refusal refusal) {
        log.onRefused(refusal);
        metrics.onRefused(refusal.status());
    }
}
