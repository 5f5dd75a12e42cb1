package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.contract.Finding;
import dev.fresnel.contract.Inspections;
import dev.fresnel.contract.Inspector;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.Outcome;
import dev.fresnel.value.TenantId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What an exchange says about the arm that the policy chose. One per exchange; asked when the reply is over. */
final class Appraisal {
    private static final String CUT = "length";

    /** A check takes milliseconds; a client waits for no more than this. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final TenantId tenant;
    private final Journal journal;
    private final Inspections inspections;
    private final Duration patience;

    /** What was not waited for: the look that the last answer had, which need not be had again. */
    private Optional<Future<Optional<ImplicitSignal>>> late = Optional.empty();

    /** @param patience for which a client waits at most */
    Appraisal(Vertx vertx, TenantId tenant, Journal journal, Inspections inspections, Duration patience) {
        this.vertx = vertx;
        this.tenant = tenant;
        this.journal = journal;
        this.inspections = inspections;
        this.patience = patience;
    }

    /** What speaks against the answer as it was measured last: no text, a refusal, or not what was demanded. Never fails; bounded in time, since a client waits. Goes on on the caller's own context. */
    Future<Optional<ImplicitSignal>> fault() {
        late = Optional.empty();
        Optional<Outcome> seen = journal.said().map(this::seen);
        if (seen.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        if (seen.get() instanceof Outcome.Rewarded(ImplicitSignal signal)
                && (signal == ImplicitSignal.EMPTY || signal == ImplicitSignal.REFUSED)) {
            return Future.succeededFuture(Optional.of(signal));
        }
        return bounded(look(seen.get()));
    }

    /** What comes of {@code look}, or nothing once patience is over; the look goes on. A plain timeout would go on on another thread. */
    private Future<Optional<ImplicitSignal>> bounded(Future<Optional<ImplicitSignal>> look) {
        if (look.isComplete()) {
            return look;
        }
        Context context = vertx.getOrCreateContext();
        Promise<Optional<ImplicitSignal>> promise = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, patience.toMillis()), _ -> {
            late = Optional.of(look);
            promise.tryComplete(Optional.empty());
        });
        look.onComplete(found -> {
            if (vertx.cancelTimer(timer)) {
                context.runOnContext(_ ->
                        promise.tryComplete(found.otherwise(Optional.empty()).result()));
            }
        });
        return promise.future();
    }

    /**
     * Whether the answer is what the request demanded: read once more, on another thread, unless a look at it is still going on. Never fails; nobody waits
     * for it.
     */
    Future<Optional<ImplicitSignal>> closerLook(Outcome seen) {
        return late.filter(_ -> mayBeInvalid(seen)).orElseGet(() -> look(seen));
    }

    private Future<Optional<ImplicitSignal>> look(Outcome seen) {
        Optional<ChatRequest> demanding = journal.request().filter(Inspector::applies);
        if (demanding.isEmpty() || !mayBeInvalid(seen)) {
            return Future.succeededFuture(Optional.empty());
        }
        Inspector.Cut cut = isAtClientLimit() ? Inspector.Cut.BY_CLIENT : Inspector.Cut.OTHERWISE;
        return inspections
                .inspect(tenant, demanding.get(), journal.said().orElseThrow().choices(), cut)
                .map(finding -> switch (finding) {
                    case Finding.Broken _ -> Optional.of(ImplicitSignal.INVALID);
                    case Finding.Kept _, Finding.Unknown _ -> Optional.empty();
                });
    }

    /** An answer that says nothing at all, or refuses, has been judged. */
    private static boolean mayBeInvalid(Outcome seen) {
        return seen instanceof Outcome.Rewarded(ImplicitSignal signal)
                && (signal == ImplicitSignal.CLEAN || signal == ImplicitSignal.TRUNCATED);
    }

    /** What can be seen at a glance. */
    Outcome outcome(ExchangeEvent.End end) {
        if (journal.escalated && journal.isDecidedArm()) {
            return new Outcome.Rewarded(ImplicitSignal.ESCALATED);
        }
        if (!journal.isAsDecided()) {
            return new Outcome.Failed("another_arm_answered");
        }
        return switch (end) {
            case CLIENT_GONE -> new Outcome.Ignored("client_gone");
            case UPSTREAM_BROKEN -> new Outcome.Failed("broken");
            case REFUSED -> new Outcome.Failed("refused");
            case DRY_RUN -> new Outcome.Ignored("dry_run");
            case COMPLETE ->
                journal.status >= 300
                        ? new Outcome.Failed("status_" + journal.status)
                        : journal.said().map(this::seen).orElseGet(() -> new Outcome.Ignored("unread"));
        };
    }

    private Outcome seen(Journal.Said answer) {
        String finish = answer.finishReason().orElse("");
        if (answer.refused() || finish.equals("content_filter")) {
            return new Outcome.Rewarded(ImplicitSignal.REFUSED);
        }
        if (finish.equals(CUT)) {
            return isAtClientLimit()
                    ? new Outcome.Ignored("client_limit")
                    : new Outcome.Rewarded(ImplicitSignal.TRUNCATED);
        }
        return new Outcome.Rewarded(answer.something() ? ImplicitSignal.CLEAN : ImplicitSignal.EMPTY);
    }

    private boolean isAtClientLimit() {
        OptionalLong limit = journal.request().map(ChatRequest::maxOutputTokens).orElse(OptionalLong.empty());
        return limit.isPresent() && journal.costs.usage().outputTokens() >= limit.getAsLong();
    }
}
