package dev.fresnel.app;

import dev.fresnel.budget.Ledger;
import dev.fresnel.delegation.Experience;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.LensWriter;
import dev.fresnel.lens.PromptTemplate;
import dev.fresnel.lens.Provenance;
import dev.fresnel.lens.ShelfLimits;
import dev.fresnel.observe.Metrics;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.upstream.CompletionClient;
import dev.fresnel.upstream.RetryRule;
import dev.fresnel.upstream.Tracing;
import dev.fresnel.upstream.UpstreamClient;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What learning and serving both stand on: the clients of the upstreams, what estimates know, and the lenses. */
record Foundation(
        UpstreamClient upstreams,
        CompletionClient smart,
        Charging charging,
        Experience experience,
        UsageLearner usage,
        LensShelf shelf) {

    /**
     * @param learning runs one task after another, never on an event loop
     * @param events told of every lens
     */
    static Foundation lay(
            Vertx vertx,
            InForce inForce,
            LensStore lenses,
            Ledger ledger,
            SavingsBook savings,
            Executor learning,
            Tracing tracing,
            Metrics metrics,
            Consumer<LensEvent> events,
            Closing closing) {
        SecureRandom random = new SecureRandom();
        RetryRule retries = new RetryRule(SystemTime.clock(), random);
        UpstreamClient upstreams = new UpstreamClient(vertx, retries, SystemTime.nanos());
        closing.later("upstream connections", upstreams::close);
        CompletionClient smart = new CompletionClient(
                vertx, upstreams, tracing, () -> inForce.config().upstreams(), retries, SystemTime.nanos());
        Charging charging = new Charging(ledger, metrics, savings);
        Experience experience = new Experience();
        UsageLearner usage =
                new UsageLearner(experience, learning, inForce.config().estimates());
        LensShelf shelf = new LensShelf(
                vertx,
                new LensWriter(smart, PromptTemplate.load(), SystemTime.clock(), SystemTime.nanos()),
                lenses,
                SystemTime.clock(),
                SystemTime.nanos(),
                random,
                ShelfLimits.DEFAULT,
                event -> {
                    charging.lens(event);
                    measure(usage, event);
                    events.accept(event);
                });
        return new Foundation(upstreams, smart, charging, experience, usage, shelf);
    }

    /** What the writing of a lens took, where the provider counted it. */
    private static void measure(UsageLearner usages, LensEvent event) {
        if (event instanceof LensEvent.Created created && created.usageSource() == Provenance.UsageSource.REPORTED) {
            usages.lensWritten(created.smart(), created.usage());
        }
    }
}
