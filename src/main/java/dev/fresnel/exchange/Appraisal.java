package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.contract.Finding;
import dev.fresnel.contract.Inspections;
import dev.fresnel.contract.Inspector;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.Outcome;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalLong;

/** What an exchange says about the arm that the policy chose. One per exchange; asked when the reply is over. */
final class Appraisal {
    private static final String CUT = "length";

    private final Journal journal;
    private final Inspections inspections;

    Appraisal(Journal journal, Inspections inspections) {
        this.journal = journal;
        this.inspections = inspections;
    }

    /** Whether the answer is what the request demanded: read once more, on another thread. Never fails; nobody waits for it. */
    Future<Optional<ImplicitSignal>> closerLook(Outcome seen) {
        Optional<ChatRequest> demanding = journal.request().filter(Inspector::applies);
        if (demanding.isEmpty() || !mayBeInvalid(seen)) {
            return Future.succeededFuture(Optional.empty());
        }
        Inspector.Cut cut = isAtClientLimit() ? Inspector.Cut.BY_CLIENT : Inspector.Cut.OTHERWISE;
        return inspections
                .inspect(demanding.get(), journal.said().orElseThrow().choices(), cut)
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
        return limit.isPresent() && journal.usage().outputTokens() >= limit.getAsLong();
    }
}
