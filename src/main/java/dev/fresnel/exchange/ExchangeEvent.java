package dev.fresnel.exchange;

import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Something that happened in an exchange. Listeners turn it into metrics, logs and streams; nothing waits for them. */
public sealed interface ExchangeEvent {
    Instant at();

    RequestId request();

    TenantId tenant();

    /**
     * A request was taken from the requested model and given to a worker (RFC-137's {@code delegation_started}).
     *
     * @param taskDescription the last user turn: at most 200 characters of it where the config shows prompts, else its length
     *     and hash
     * @param smartModel wrote the lens; empty for a bare worker
     * @param delegationModel answers
     * @param reasons every rule that fired
     * @param estimatedTokens expected output
     * @param lens short id, or {@code none} for a bare worker
     */
    record DelegationStarted(
            Instant at,
            RequestId request,
            TenantId tenant,
            String taskDescription,
            Optional<String> smartModel,
            String delegationModel,
            String arm,
            List<String> reasons,
            long estimatedTokens,
            String lens)
            implements ExchangeEvent {}

    /**
     * A delegable request stayed with the requested model.
     *
     * @param wouldBe the arm that was wanted: by shadow mode, or before the lens could not be had
     */
    record DelegationSkipped(
            Instant at,
            RequestId request,
            TenantId tenant,
            String reason,
            List<String> reasons,
            Optional<String> wouldBe,
            long estimatedTokens)
            implements ExchangeEvent {}

    /**
     * A delegated request is over.
     *
     * @param end how it ended
     * @param requestedModel empty for a request that could not be read
     * @param answeredBy the model whose reply the client got; another than {@code delegationModel} after a fallback
     * @param cost of this request's own calls; empty where the price of one is not known
     * @param lensCost what writing the lens cost, when this request caused it
     * @param counterfactual what the requested model would have cost on the same tokens; empty without a price
     * @param saved counterfactual less everything paid; negative is a loss
     * @param measured whether usage came from the provider or was estimated
     */
    record DelegationFinished(
            Instant at,
            RequestId request,
            TenantId tenant,
            String arm,
            End end,
            Optional<String> requestedModel,
            String delegationModel,
            Optional<String> answeredBy,
            int attempts,
            Usage usage,
            boolean measured,
            Optional<Usd> cost,
            Usd lensCost,
            Optional<Usd> counterfactual,
            Optional<Usd> saved,
            String lens)
            implements ExchangeEvent {}

    /** An optimisation was given up and the original bytes went to the requested model: the fail-open law at work. */
    record Bypassed(Instant at, RequestId request, TenantId tenant, String reason) implements ExchangeEvent {}

    /**
     * A worker's answer was no good, and that was seen before the client had it.
     *
     * @param fault the sign that spoke against it
     * @param lost what was spent on answers that the client does not get
     */
    record AnswerRejected(
            Instant at, RequestId request, TenantId tenant, String arm, String fault, Remedy remedy, Usd lost)
            implements ExchangeEvent {}

    /** Too many of an arm's answers had to be escalated: it gets no requests for a while. */
    record ArmPaused(Instant at, RequestId request, TenantId tenant, String arm, Duration pause)
            implements ExchangeEvent {}

    /**
     * Any exchange is over: the access log.
     *
     * @param key name of the tenant's key that was shown; empty: the tenant is open
     * @param error the code of the error that we told the client
     * @param requestedModel empty where it is not known, as on paths other than chat
     * @param answeredBy the model whose reply the client got
     * @param reasons why it went the way it did: those of the decision, then what came later; empty when nothing was decided
     * @param cost of this request's own calls; empty where the price of one is not known
     * @param lensCost what writing a lens cost that this request waited for, whether it came to something or not
     * @param assessment what led to its decision; empty when nothing was weighed. No text of the client is in it
     * @param timeToFirstToken from the call to the first content; empty when there was none, or the reply was not streamed
     */
    record Finished(
            Instant at,
            RequestId request,
            TenantId tenant,
            Optional<String> key,
            String path,
            int status,
            End end,
            Optional<String> error,
            Optional<String> requestedModel,
            Optional<String> answeredBy,
            String arm,
            List<String> reasons,
            int attempts,
            Usage usage,
            boolean measured,
            Optional<Usd> cost,
            Usd lensCost,
            Optional<Duration> timeToFirstToken,
            Duration total,
            Optional<Assessment> assessment)
            implements ExchangeEvent {}

    /** How an exchange ended. */
    enum End {
        COMPLETE,
        CLIENT_GONE,
        UPSTREAM_BROKEN,
        REFUSED,
        /** The client asked what would be done, and was told. */
        DRY_RUN;

        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
