package dev.fresnel.app;

import dev.fresnel.budget.Ledger;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.contract.Inspections;
import dev.fresnel.judge.Judge;
import dev.fresnel.observe.Metrics;
import dev.fresnel.outcome.Learner;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.upstream.CompletionClient;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Who reads answers once more, on threads of their own: a schema may be hostile, and is somebody else's. */
record AnswerStart(Inspections inspections, Optional<Judge> judge) {
    private static final int INSPECTORS = 2;

    static AnswerStart of(
            Vertx vertx,
            GatewayConfig config,
            CompletionClient model,
            Ledger ledger,
            SavingsBook savings,
            Learner learner,
            Metrics metrics,
            Consumer<Judge.Failure> notJudged,
            Closing closing) {
        Inspections inspections = new Inspections(threads(vertx, "inspections", INSPECTORS, closing));
        Optional<Judge> judge = config.judge()
                .map(settings -> new Judge(
                        settings,
                        model,
                        ledger,
                        learner,
                        threads(vertx, "judge", 1, closing),
                        SystemTime.clock(),
                        savings::own,
                        notJudged));
        metrics.watchAnswers(learner.signals(), inspections.findings());
        metrics.watchJudge(
                judge.map(Judge::counts).orElse(Map.of()),
                judge.<LongSupplier>map(known -> known::spentNanos).orElse(() -> 0));
        return new AnswerStart(inspections, judge);
    }

    private static WorkerExecutor threads(Vertx vertx, String name, int count, Closing closing) {
        WorkerExecutor threads = vertx.createSharedWorkerExecutor("fresnel-" + name, count);
        closing.later(name, threads::close);
        return threads;
    }
}
