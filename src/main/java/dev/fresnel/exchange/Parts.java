package dev.fresnel.exchange;

import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.contract.Inspections;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.ConversationPins;
import dev.fresnel.delegation.Delegator;
import dev.fresnel.delegation.Enrolments;
import dev.fresnel.delegation.EscalationBreaker;
import dev.fresnel.delegation.Experience;
import dev.fresnel.delegation.MissedSavings;
import dev.fresnel.delegation.Worker;
import dev.fresnel.estimate.TokenEstimator;
import dev.fresnel.judge.Judge;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.outcome.FollowUps;
import dev.fresnel.outcome.Learner;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Tracing;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.upstream.UpstreamClient;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What every exchange works with. Each part is thread-safe or immutable; one instance serves all event loops.
 *
 * @param providers upstreams by config key
 * @param workers profiles by name
 * @param prompts whether events may show what users wrote
 * @param events gets every {@link ExchangeEvent}; must not block
 * @param nanos a monotonic clock, in nanoseconds
 * @param chance evenly distributed, 0.0 to below 1.0; thread-safe
 */
public record Parts(
        Vertx vertx,
        UpstreamClient upstreams,
        Tracing tracing,
        Map<String, Upstream> providers,
        ModelCatalog models,
        PriceTable prices,
        Map<String, Worker> workers,
        TokenEstimator tokens,
        Experience experience,
        Delegator delegator,
        EscalationBreaker breaker,
        ConversationPins pins,
        Enrolments enrolments,
        BudgetPacing pacing,
        LensKeys lensKeys,
        LensShelf shelf,
        MissedSavings missed,
        PinnedLenses pinnedLenses,
        Learner learner,
        FollowUps followUps,
        Inspections inspections,
        Optional<Judge> judge,
        KillSwitch killSwitch,
        TaskClassifier classifier,
        UsageLearner usageLearner,
        Ledger ledger,
        SavingsBook savings,
        RelayLimits limits,
        Prompts prompts,
        Consumer<ExchangeEvent> events,
        InstantSource clock,
        LongSupplier nanos,
        DoubleSupplier chance) {
    public Parts {
        providers = Map.copyOf(providers);
        workers = Map.copyOf(workers);
    }

    /** The same parts under another config: what they know stays. */
    public Parts under(
            Map<String, Upstream> providers,
            ModelCatalog models,
            PriceTable prices,
            Map<String, Worker> workers,
            Delegator delegator) {
        return new Parts(
                vertx,
                upstreams,
                tracing,
                providers,
                models,
                prices,
                workers,
                tokens,
                experience,
                delegator,
                breaker,
                pins,
                enrolments,
                pacing,
                lensKeys,
                shelf,
                missed,
                pinnedLenses,
                learner,
                followUps,
                inspections,
                judge,
                killSwitch,
                classifier,
                usageLearner,
                ledger,
                savings,
                limits,
                prompts,
                events,
                clock,
                nanos,
                chance);
    }

    /** Whether events may hold client text. */
    public enum Prompts {
        REDACTED,
        PLAIN
    }
}
