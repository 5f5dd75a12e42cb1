package dev.fresnel.exchange;

import dev.fresnel.budget.PriceTable;
import dev.fresnel.budget.Savings;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatStream;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.ChoiceCollector;
import dev.fresnel.chat.ReplyFacts;
import dev.fresnel.chat.StreamFacts;
import dev.fresnel.chat.Usage;
import dev.fresnel.contract.Inspector;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.ConversationKey;
import dev.fresnel.delegation.Experience;
import dev.fresnel.delegation.Learning;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.Pin;
import dev.fresnel.delegation.Reason;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.estimate.Answerer;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensSubject;
import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.NearLenses;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.savings.Account;
import dev.fresnel.savings.Tab;
import dev.fresnel.upstream.CallOutcome;
import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Usd;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange has done so far, written as it goes and read when it is settled. Lives on the exchange's event loop; not
 * thread-safe.
 */
final class Journal {
    /** Finish reasons of an answer that ended by itself. */
    private static final Set<String> WHOLE = Set.of("stop", "tool_calls", "function_call");

    private final LongSupplier nanos;
    private final long started;
    /** Of the calls made for the answer. */
    final Costs costs;

    /** Empty until the request is read. */
    String requestedModel = "";

    Optional<Model> requested = Optional.empty();
    String arm = "direct";
    /** The deciding one; empty until there is a decision. */
    String reason = "";

    List<String> reasons = List.of();
    private final List<String> later = new ArrayList<>();
    Optional<Delegated> delegated = Optional.empty();
    String lens = "none";
    Usd lensCost = Usd.ZERO;
    long inputEstimate;
    long outputEstimate;
    Optional<LensKey> lensKey = Optional.empty();
    Optional<LensSubject> lensSubject = Optional.empty();
    /** A lens of a similar task, to be used for want of one of this task's own. */
    Optional<NearLenses.Near> near = Optional.empty();

    /** Where lenses of similar tasks are looked for; empty where the route looks for none. */
    Optional<Fingerprint> lensPartition = Optional.empty();

    Optional<ConversationKey> conversation = Optional.empty();
    Optional<Assessment> trace = Optional.empty();
    Overrides.Explain explain = Overrides.Explain.NO;
    int attempts;
    int status;
    Optional<Learning> learning = Optional.empty();
    /** That decides; empty until the route is known. */
    Optional<Mode> mode = Optional.empty();

    /** Of the conversation, where it is in the experiment. */
    Optional<Tab> tab = Optional.empty();

    /** Of the route; nothing is delegated before it is known. */
    RoutePlan plan = RoutePlan.OFF;

    /** With which probability this answer was drawn to be judged; empty where it was not. */
    OptionalDouble judged = OptionalDouble.empty();

    /** The requested model answered because the worker's answer was no good. */
    boolean escalated;

    Optional<Experience.Expected> expected = Optional.empty();

    /** The decision of an earlier turn, which this one inherits and speaks for. */
    private Optional<Pin.Learned> inherits = Optional.empty();

    private Optional<ChatRequest> request = Optional.empty();
    private Optional<Said> said = Optional.empty();
    private @Nullable Attempt current;
    private CallTrace call = CallTrace.NONE;
    private long waitedNanos;
    private long calledAt;
    private OptionalLong firstTokenAt = OptionalLong.empty();
    private boolean replied;

    /**
     * The part of the journal that only delegated requests have.
     *
     * @param blockTokens of the injected lens; 0 for a bare worker
     */
    record Delegated(Model model, Optional<String> lensId, long blockTokens) {}

    /** The lens in the prompt is the built-in one, of which no record is kept. */
    boolean minimalLens;

    /** The lens in the prompt is {@link #near}. */
    boolean nearUsed;

    /**
     * What of an answer speaks for or against it.
     *
     * @param choices reads what the model wrote, on any thread; empty where it cannot be read
     */
    record Said(
            Optional<String> finishReason,
            boolean refused,
            boolean something,
            Supplier<Optional<List<Choice>>> choices) {}

    Journal(LongSupplier nanos, PriceTable prices, long started) {
        this.nanos = nanos;
        this.started = started;
        costs = new Costs(prices);
    }

    /** The model that was asked for, as the books name it. */
    String declared() {
        return requested.map(model -> model.name().value()).orElse(Account.UNDECLARED);
    }

    /** Something later than the decision sent the request another way. */
    void then(String what) {
        later.add(what);
    }

    /** Why this request is answered as it is: the reasons of the decision, then what came later. Empty before the decision. */
    List<String> told() {
        LinkedHashSet<String> all = new LinkedHashSet<>(reasons);
        if (reasons.isEmpty() && !reason.isEmpty()) {
            all.add(reason);
        }
        all.addAll(later);
        return List.copyOf(all);
    }

    /** The upstream that the client's own request would go to, and whose credential it carries. */
    String home(Arrival arrival) {
        return requested.map(Model::upstream).orElse(arrival.tenant().upstream());
    }

    void called(Attempt attempt, CallTrace trace) {
        traced(trace);
        current = attempt;
        costs.called(attempt.model(), promptTokens(attempt));
        calledAt = nanos.getAsLong();
    }

    /** The call that is under way from now on; the one before is over. */
    void traced(CallTrace trace) {
        call.ended();
        call = trace;
    }

    void headSeen(int tries) {
        attempts += tries;
        waitedNanos += nanos.getAsLong() - calledAt;
    }

    /** Time spent waiting for something that is not ours, to be left out of the overhead. */
    void waited(long fromNanos) {
        waitedNanos += nanos.getAsLong() - fromNanos;
    }

    void firstToken() {
        if (firstTokenAt.isEmpty()) {
            firstTokenAt = OptionalLong.of(nanos.getAsLong());
        }
    }

    void measured(Optional<Usage> reported, long chars) {
        costs.answered(reported, chars);
        call.answered(Optional.empty(), reported);
    }

    void measured(ChatStream stream) {
        StreamFacts facts = stream.facts();
        measured(facts.usage(), facts.contentChars());
        said = Optional.of(new Said(facts.finishReason(), facts.refused(), facts.contentSeen(), stream::choices));
    }

    void measured(ReplyFacts facts, Buffer body) {
        measured(facts.usage(), facts.contentChars());
        if (facts.readable()) {
            said = Optional.of(new Said(
                    facts.finishReason(),
                    facts.refused(),
                    facts.contentChars() > 0 || facts.toolCalls(),
                    () -> ChoiceCollector.read(body.getBytes(), Inspector.MAX_ANSWER)));
        }
    }

    /** Empty where there was no answer that could be read. */
    Optional<Said> said() {
        return said;
    }

    /** Present once it was weighed. */
    Optional<ChatRequest> request() {
        return request;
    }

    /** Collects what the model writes, where somebody will read it. */
    Optional<ChoiceCollector> collector(RequestId self) {
        boolean checked =
                decision(self).isPresent() || plan.escalation().escalate().isOn();
        return judged.isPresent()
                        || (checked && request.filter(Inspector::applies).isPresent())
                ? Optional.of(new ChoiceCollector(Inspector.MAX_ANSWER))
                : Optional.empty();
    }

    /** The decision is the learned policy's, or one of an earlier turn of its conversation was. */
    void learns(ChatRequest from, Assessment assessment, Optional<Pin> pin) {
        request = Optional.of(from);
        learning = assessment.learning().filter(Learning::isAwaited);
        // In shadow it is the second reason, and what direct answers says nothing about a worker that the pin names.
        inherits = pin.filter(_ -> assessment.decision().reasons().contains(Reason.INHERITED))
                .filter(known -> known.arm().equals(assessment.decision().arm()))
                .flatMap(Pin::learned);
    }

    /** Whether the arm that the policy is told about is the one that answers, or would have: not a fallback, nor direct for want of a lens. */
    boolean isAsDecided() {
        return isDecidedArm() && (delegated.isEmpty() || workerAnswered());
    }

    /** Whether the arm that was asked first is the one that the policy is told about. */
    boolean isDecidedArm() {
        return learning.map(Learning::key)
                .or(() -> inherits.map(Pin.Learned::key))
                .filter(key -> key.arm().name().equals(arm))
                .isPresent();
    }

    /** Whose decision the outcome of this exchange belongs to. */
    Optional<RequestId> decision(RequestId self) {
        return learned(self).map(Pin.Learned::decision);
    }

    /** What the conversation's later turns have to know of it. */
    Optional<Pin.Learned> learned(RequestId self) {
        return learning.flatMap(made -> trace.map(assessment -> new Pin.Learned(
                        self, made.key(), made.lead(), assessment.features().saidKind())))
                .or(() -> inherits);
    }

    /** How the answer stands to the lens of its key; empty where another model stood in, or nothing was weighed. */
    Optional<LensUse> lensUse() {
        if (minimalLens || (delegated.isPresent() && !workerAnswered())) {
            return Optional.empty();
        }
        Optional<LensId> used = delegated.flatMap(Delegated::lensId).map(LensId::new);
        Optional<ModelName> worker = delegated.map(by -> by.model().name());
        return near.filter(_ -> nearUsed)
                .map(other -> new LensUse(other.key(), used, worker, OptionalDouble.of(other.similarity())))
                .or(() -> lensKey.map(key -> new LensUse(key, used, worker)));
    }

    /** By which the same request is known when it comes again. */
    Fingerprint body() {
        byte[] bytes = request.map(ChatRequest::bytes).orElse(new byte[0]);
        return Fingerprint.builder().add("body").add(bytes, 0, bytes.length).build();
    }

    /** What the provider's count says about sizes; empty where it did not count, or nothing was estimated. */
    Optional<UsageLearner.Answered> counted(ExchangeEvent.End end) {
        Attempt last = current;
        if (last == null || !replied || status >= 300 || costs.reported().isEmpty()) {
            return Optional.empty();
        }
        boolean whole = end == ExchangeEvent.End.COMPLETE
                && said.flatMap(Said::finishReason).filter(WHOLE::contains).isPresent();
        boolean guided = workerAnswered()
                && delegated.filter(worker -> worker.lensId().isPresent()).isPresent();
        return expected.flatMap(known -> last.model()
                .map(model -> new UsageLearner.Answered(
                        known,
                        new Answerer(model.name(), guided ? Answerer.Guided.BY_LENS : Answerer.Guided.NOT),
                        guided ? delegated.orElseThrow().blockTokens() : 0,
                        costs.reported().orElseThrow(),
                        whole ? UsageLearner.Whole.YES : UsageLearner.Whole.CUT)));
    }

    /** The last call gave a reply that the client does not get, or none. */
    void discarded() {
        costs.discarded();
        said = Optional.empty();
    }

    /**
     * A reply that was put aside goes to the client after all.
     *
     * @param booked for it when it was put aside; zero if it never was
     */
    void reinstated(Attempt attempt, Usd booked) {
        said = Optional.empty();
        costs.reinstated(attempt.model(), promptTokens(attempt), booked);
        current = attempt;
        traced(CallTrace.NONE);
    }

    /** The last call gave a reply for the client. */
    void replied() {
        replied = true;
    }

    /** The exchange is over, and with it its last call. */
    void over(ExchangeEvent.End end) {
        switch (end) {
            case COMPLETE, REFUSED, DRY_RUN -> call.ended();
            case CLIENT_GONE -> call.failed(CallOutcome.CANCELLED.key());
            case UPSTREAM_BROKEN -> call.failed(CallOutcome.BROKEN.key());
        }
    }

    /** Whether the worker itself answered, not a fallback. */
    boolean workerAnswered() {
        return current != null && current.standing() == Attempt.Standing.WORKER;
    }

    /** The model whose reply the client gets; empty where none replied, or nobody knows its name. */
    Optional<String> answeredBy() {
        return Optional.ofNullable(current)
                .filter(_ -> replied)
                .map(Attempt::named)
                .filter(name -> !name.isEmpty());
    }

    /** Estimated, with the lens where it is in the prompt. */
    private long promptTokens(Attempt attempt) {
        return inputEstimate
                + (attempt.standing() == Attempt.Standing.WORKER
                        ? delegated.map(Delegated::blockTokens).orElse(0L)
                        : 0);
    }

    /** What delegation saved; empty when nothing was delegated or a price is missing. */
    Optional<Savings> savings() {
        Attempt last = current;
        if (delegated.isEmpty() || last == null) {
            return Optional.empty();
        }
        Usage usage = costs.usage();
        // After a fallback the answer was written without the lens. Its size is an upper bound, so what the provider
        // counted beyond the
        // request's own tokens bounds it too.
        long block = workerAnswered()
                ? Math.min(delegated.get().blockTokens(), Math.max(0, usage.inputTokens() - inputEstimate))
                : 0;
        return costs.price(requested)
                .flatMap(asked ->
                        costs.price().map(paid -> Savings.of(asked, paid, usage, block, lensCost, costs.lost())));
    }

    Optional<String> requestedModel() {
        return Optional.of(requestedModel).filter(name -> !name.isEmpty());
    }

    Duration total() {
        return Duration.ofNanos(nanos.getAsLong() - started);
    }

    /** Time so far that was spent in the gateway itself. */
    Duration overhead() {
        return total().minusNanos(waitedNanos);
    }

    Optional<Duration> timeToFirstToken() {
        return firstTokenAt.isPresent()
                ? Optional.of(Duration.ofNanos(firstTokenAt.getAsLong() - calledAt))
                : Optional.empty();
    }
}
