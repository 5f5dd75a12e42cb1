package dev.fresnel.app;

import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.savings.Account;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.savings.StatementRow;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Starts the books of what is spent and saved. */
final class Saving {
    private static final Duration FLUSH_EVERY = Duration.ofSeconds(2);

    private Saving() {}

    /** @param closing is told how they are closed: what was noted goes to the store first */
    static SavingsBook book(Vertx vertx, StatementStore store, Closing closing) {
        SavingsBook book = new SavingsBook(store, SystemTime.clock());
        long flushes = vertx.setPeriodic(FLUSH_EVERY.toMillis(), _ -> flush(book));
        closing.later("savings", () -> {
            vertx.cancelTimer(flushes);
            // Not waited for: a store that is away keeps it until it is back. The store's own end, which comes next,
            // waits as long as that pays,
            // and says what it lost.
            flush(book);
            return Future.succeededFuture();
        });
        return book;
    }

    private static void flush(SavingsBook book) {
        book.flush()
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "sums of the savings statement were not stored", problem));
    }

    /** Outcomes go to the account that the conversation was opened on. */
    static dev.fresnel.outcome.Learner.TrialOutcomes outcomes(SavingsBook book) {
        return (tenant, trial, decided, before, now) -> book.judged(
                new Account(tenant, trial.model(), LocalDate.ofInstant(decided, ZoneOffset.UTC)), trial, before, now);
    }

    /** Whether the tenant's conversations become controls: not where everything that is delegated has a {@code control-share} of 0. */
    static StatementRow.Lot lot(GatewayConfig config, TenantId id) {
        List<RoutePlan> delegating = config.tenants().stream()
                .filter(tenant -> tenant.id().equals(id))
                .flatMap(tenant -> tenant.routes().stream())
                .map(TenantRoute::plan)
                .filter(plan -> plan.mode() == Mode.RULES || plan.mode() == Mode.ADAPTIVE)
                .toList();
        boolean isNone = !delegating.isEmpty() && delegating.stream().allMatch(plan -> plan.controlShare() == 0);
        return isNone ? StatementRow.Lot.NONE : StatementRow.Lot.DRAWN;
    }
}
