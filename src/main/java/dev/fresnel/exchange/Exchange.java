package dev.fresnel.exchange;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Savings;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.OpaqueChat;
import dev.fresnel.chat.ParsedChat;
import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.Pin;
import dev.fresnel.judge.Judge;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.Outcome;
import dev.fresnel.outcome.Turn;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One chat completion, from its bytes to the settled bill. Created, used and finished on one event loop; not thread-safe. */
final class Exchange {
    private final Parts parts;
    private final Arrival arrival;
    private final ClientSide client;
    private final Journal journal;
    private final Bypass bypass;
    private final Purse purse;
    private final Deciding deciding;
    private final Guiding guiding;
    private final Rewriting rewriting;
    private final Answering answering;
    private final Appraisal appraisal;
    private final Escalating escalating;

    Exchange(Parts parts, Arrival arrival, ClientSide client) {
        this.parts = parts;
        this.arrival = arrival;
        this.client = client;
        journal = new Journal(parts.nanos(), parts.prices(), arrival.startedNanos());
        bypass = new Bypass(parts, arrival, journal);
        purse = new Purse(parts, arrival);
        deciding = new Deciding(parts, arrival, client::isGone, journal, bypass, purse);
        guiding = new Guiding(parts, arrival, client, journal, bypass, purse);
        rewriting = new Rewriting(parts, arrival, journal, bypass);
        answering = new Answering(parts, arrival, client, journal, bypass, purse);
        appraisal =
                new Appraisal(parts.vertx(), arrival.tenant().id(), journal, parts.inspections(), Appraisal.PATIENCE);
        escalating = new Escalating(parts, arrival, client, journal, purse, rewriting, answering, appraisal);
    }

    /** Stages 2 to 10. Never fails: every end is told to the client, the ledger and the listeners. */
    Future<Void> run(Buffer body) {
        return parse(body)
                .compose(parsed -> deciding.decide(parsed, body))
                .compose(this::carryOut)
                .otherwise(this::refuse)
                .map(this::settle);
    }

    private Future<ParsedChat> parse(Buffer body) {
        try {
            return Future.succeededFuture(ChatRequestReader.read(body.getBytes()));
        } catch (GatewayException refused) {
            return Future.failedFuture(refused);
        } catch (RuntimeException bug) {
            // What we cannot read, the upstream may.
            System.getLogger("fresnel").log(System.Logger.Level.ERROR, "reading failed, request sent as it came", bug);
            bypass.note(BypassReason.UNREADABLE.key());
            return Future.succeededFuture(new OpaqueChat("it could not be read"));
        }
    }

    private Future<ExchangeEvent.End> carryOut(Plan plan) {
        if (plan instanceof Plan.Explained(String json)) {
            MultiMap headers = ownHeaders().add("content-type", "application/json");
            journal.status = 200;
            client.reply(200, headers, Buffer.buffer(json));
            return Future.succeededFuture(client.isGone() ? ExchangeEvent.End.CLIENT_GONE : ExchangeEvent.End.DRY_RUN);
        }
        return guiding.guide(plan)
                .compose(guided -> answering
                        .answer(rewriting.attempts(guided))
                        .compose(answer -> escalating.review(guided, answer))
                        .compose(this::deliver));
    }

    private Future<ExchangeEvent.End> deliver(Answer answer) {
        journal.status = answer.status();
        journal.replied();
        return switch (answer) {
            case Answer.Whole whole -> Future.succeededFuture(whole(whole));
            case Answer.Streaming streaming -> stream(streaming);
        };
    }

    private ExchangeEvent.End whole(Answer.Whole answer) {
        boolean billed = answer.status() < 300 || answer.facts().usage().isPresent();
        if (billed) {
            journal.measured(answer.facts(), answer.body());
        }
        if (client.headSent()) {
            return tooLate(answer);
        }
        MultiMap headers = answer.headers().addAll(ownHeaders());
        // A cost that is not known is not told: it is not zero.
        journal.costs
                .total()
                .map(cost -> cost.plus(journal.lensCost))
                .ifPresent(cost -> headers.set(ReplyHeaders.COST, cost.toString()));
        journal.savings()
                .ifPresent(savings ->
                        headers.set(ReplyHeaders.SAVED, savings.saved().toString()));
        client.reply(answer.status(), headers, answer.body());
        return client.isGone() ? ExchangeEvent.End.CLIENT_GONE : ExchangeEvent.End.COMPLETE;
    }

    /** The client was kept waiting with the head of an event stream, and this reply is none. */
    private ExchangeEvent.End tooLate(Answer answer) {
        client.fail(new GatewayFailure.UpstreamUnavailable(
                "The model '" + answer.attempt().named() + "' answered with status " + answer.status()
                        + " and no event stream, after the reply had begun. Send the request again.",
                answer.attempt().upstream().name()));
        return ExchangeEvent.End.UPSTREAM_BROKEN;
    }

    private Future<ExchangeEvent.End> stream(Answer.Streaming answer) {
        if (client.headSent() && (answer.status() >= 300 || answer.observed().isEmpty())) {
            answer.source().call().cancel();
            return Future.succeededFuture(tooLate(answer));
        }
        if (!client.headSent()) {
            client.begin(answer.status(), answer.headers().addAll(ownHeaders()), ClientSide.Body.SOME);
        }
        Relay.Silence silence = journal.delegated.isPresent() ? Relay.Silence.COMMENT : Relay.Silence.KEEP;
        return new Relay(
                        parts.vertx(),
                        parts.nanos(),
                        client,
                        answer.source(),
                        parts.limits(),
                        answer.observed(),
                        silence,
                        journal::firstToken)
                .run(answer.held())
                .map(end -> {
                    answer.observed().ifPresent(journal::measured);
                    return switch (end) {
                        case RelayEnd.Complete _ -> ExchangeEvent.End.COMPLETE;
                        case RelayEnd.ClientGone _ -> ExchangeEvent.End.CLIENT_GONE;
                        case RelayEnd.Broken _ -> ExchangeEvent.End.UPSTREAM_BROKEN;
                    };
                });
    }

    private MultiMap ownHeaders() {
        MultiMap headers = decision()
                .add(ReplyHeaders.REQUEST_ID, arrival.id().value())
                .add(ReplyHeaders.LENS, journal.lens)
                .add(ReplyHeaders.OVERHEAD, Explanation.millis(journal.overhead()));
        journal.answeredBy().ifPresent(model -> headers.add(ReplyHeaders.MODEL, printable(model)));
        return headers;
    }

    /** What every reply says that comes after the decision, errors included. */
    private MultiMap decision() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        List<String> reasons = journal.told();
        if (reasons.isEmpty()) {
            return headers;
        }
        headers.add(ReplyHeaders.DECISION, journal.arm).add(ReplyHeaders.REASON, String.join(", ", reasons));
        journal.trace
                .filter(_ -> journal.explain == Overrides.Explain.YES)
                .map(Explanation::header)
                .ifPresent(trace -> headers.add(ReplyHeaders.TRACE, trace));
        return headers;
    }

    /** A model name is the client's own text; a header takes printable ASCII. */
    private static String printable(String name) {
        return name.replaceAll("[^\\x21-\\x7e]", "?");
    }

    private ExchangeEvent.End refuse(Throwable problem) {
        client.release();
        if (problem instanceof Answering.ClientGone || client.isGone()) {
            return ExchangeEvent.End.CLIENT_GONE;
        }
        if (problem instanceof GatewayException known) {
            client.fail(known.failure(), decision());
            return ExchangeEvent.End.REFUSED;
        }
        System.getLogger("fresnel").log(System.Logger.Level.ERROR, "request " + arrival.id() + " failed", problem);
        client.fail(
                new GatewayFailure.Internal("The gateway failed on this request (" + arrival.id()
                        + "). It is our fault, and logged; send the request again."),
                decision());
        return ExchangeEvent.End.REFUSED;
    }

    private Void settle(ExchangeEvent.End end) {
        if (client.headSent()) {
            // Also where the reply was our own refusal.
            journal.status = client.response().getStatusCode();
        }
        journal.over(end);
        Optional<Usd> cost = journal.costs.total();
        purse.settle(journal.costs.known());
        arrival.pass()
                .used(journal.costs.usage().inputTokens(), journal.costs.usage().outputTokens());
        purse.lens(journal.lensCost);
        pace(end, cost);
        book(end, cost);
        journal.conversation
                .filter(_ -> end == ExchangeEvent.End.COMPLETE
                        && journal.status < 300
                        && journal.trace.filter(this::pins).isPresent())
                .ifPresent(this::pin);
        try {
            learn(end);
        } catch (RuntimeException bug) {
            // Learning must not keep the exchange from being told about.
            System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an outcome was not learned", bug);
        }
        journal.delegated.ifPresent(delegated -> parts.events().accept(finished(delegated, end, cost)));
        parts.events().accept(summary(end, cost));
        return null;
    }

    /** A request that cost nothing, because nobody was asked, says nothing about the day's pace. */
    private void pace(ExchangeEvent.End end, Optional<Usd> cost) {
        if (end == ExchangeEvent.End.REFUSED || end == ExchangeEvent.End.DRY_RUN) {
            return;
        }
        Payer payer = arrival.payer();
        if (cost.isEmpty() || !payer.isLimited()) {
            return;
        }
        Usd spent = cost.get().plus(journal.lensCost);
        Instant now = parts.clock().instant();
        Map<Account, List<BudgetPacing.Left>> budgets = new LinkedHashMap<>();
        for (BudgetStanding standing : parts.ledger().standings(payer)) {
            standing.period()
                    .end(LocalDate.ofInstant(now, ZoneOffset.UTC))
                    .ifPresent(until -> budgets.computeIfAbsent(standing.account(), _ -> new ArrayList<>())
                            .add(new BudgetPacing.Left(standing.left(), until)));
        }
        budgets.forEach((account, left) -> parts.pacing().spent(account, spent, left, now));
    }

    /** A lens is booked when it is written: {@link dev.fresnel.savings.SavingsBook#lens}. */
    private void book(ExchangeEvent.End end, Optional<Usd> cost) {
        boolean unasked = end == ExchangeEvent.End.REFUSED && cost.equals(Optional.of(Usd.ZERO));
        if (end == ExchangeEvent.End.DRY_RUN || (unasked && journal.tab.isEmpty())) {
            return;
        }
        journal.tab.ifPresentOrElse(
                tab -> parts.savings().paid(tab, cost),
                () -> parts.savings().paid(arrival.tenant().id(), journal.declared(), cost));
    }

    private void learn(ExchangeEvent.End end) {
        journal.counted(end).ifPresent(parts.usageLearner()::answered);
        journal.delegated
                .filter(_ -> end == ExchangeEvent.End.COMPLETE && journal.status < 300)
                // A fallback was an outage, and says nothing about how often answers are bad.
                .filter(_ -> journal.escalated || journal.workerAnswered())
                .ifPresent(_ ->
                        parts.usageLearner().delegated(arrival.tenant().id(), new Arm(journal.arm), journal.escalated));
        Instant now = parts.clock().instant();
        journal.decision(arrival.id()).ifPresent(decision -> {
            Outcome outcome = appraisal.outcome(end);
            parts.learner()
                    .ended(new Turn(
                            arrival.tenant().id(),
                            arrival.id(),
                            journal.learning,
                            decision,
                            journal.lensUse(),
                            journal.body(),
                            now.minus(journal.total()),
                            now,
                            new Turn.Spent(
                                    journal.costs.usage().inputTokens(),
                                    journal.costs.usage().outputTokens(),
                                    journal.costs.total().map(journal.lensCost::plus)),
                            outcome));
            if (outcome instanceof Outcome.Rewarded) {
                journal.request().ifPresent(request -> {
                    journal.conversation.ifPresent(conversation -> parts.followUps()
                            .answered(
                                    arrival.tenant().id(), conversation, arrival.id(), new Arm(journal.arm), request));
                    judge(request, outcome);
                });
            }
            var _ = appraisal
                    .closerLook(outcome)
                    .onSuccess(sign -> sign.ifPresent(
                            signal -> parts.learner().heard(arrival.tenant().id(), arrival.id(), signal)));
        });
    }

    /** Only what the drawn arm itself wrote; its cost is nothing of this request. */
    private void judge(ChatRequest request, Outcome outcome) {
        boolean hasSomething = outcome.equals(new Outcome.Rewarded(ImplicitSignal.CLEAN))
                || outcome.equals(new Outcome.Rewarded(ImplicitSignal.TRUNCATED));
        if (journal.judged.isEmpty() || !hasSomething || journal.said().isEmpty()) {
            return;
        }
        Judge.Sample sample = new Judge.Sample(
                arrival.tenant().id(),
                arrival.payer(),
                arrival.id(),
                request,
                journal.said().get().choices(),
                journal.judged.getAsDouble());
        // Never fails, and nobody waits for it.
        parts.judge().ifPresent(judge -> {
            var _ = judge.judge(sample);
        });
    }

    /** Requests that were only watched, or not weighed at all, say nothing about how their conversation is to go on. */
    private boolean pins(Assessment assessment) {
        return switch (assessment.decision().reason()) {
            // What the policy shadows is learned from, once per conversation.
            case SHADOW -> journal.decision(arrival.id()).isPresent();
            case MODE_OFF, NO_ROUTE, PAUSED, FAIL_SAFE -> false;
            default -> true;
        };
    }

    /** With the arm that really answered: after a fallback the conversation stays where its answer came from. */
    private void pin(dev.fresnel.delegation.ConversationKey conversation) {
        Optional<Journal.Delegated> delegated = journal.delegated.filter(_ -> journal.workerAnswered());
        Arm arm = delegated.isPresent() ? new Arm(journal.arm) : Arm.DIRECT;
        parts.pins()
                .pin(
                        conversation,
                        new Pin(
                                arm,
                                delegated.flatMap(Journal.Delegated::lensId),
                                parts.clock().instant(),
                                // What an arm answers that nobody drew says nothing about the one that was.
                                journal.learned(arrival.id()).filter(_ -> journal.isAsDecided())));
    }

    private ExchangeEvent finished(Journal.Delegated delegated, ExchangeEvent.End end, Optional<Usd> cost) {
        Optional<Savings> savings = journal.savings();
        return new ExchangeEvent.DelegationFinished(
                parts.clock().instant(),
                arrival.id(),
                arrival.tenant().id(),
                journal.arm,
                end,
                journal.requestedModel(),
                delegated.model().name().value(),
                journal.answeredBy(),
                journal.attempts,
                journal.costs.usage(),
                journal.costs.reported().isPresent(),
                cost,
                journal.lensCost,
                savings.map(Savings::counterfactual),
                savings.map(Savings::saved),
                journal.lens);
    }

    private ExchangeEvent summary(ExchangeEvent.End end, Optional<Usd> cost) {
        Usage usage = journal.costs.usage();
        return new ExchangeEvent.Finished(
                parts.clock().instant(),
                arrival.id(),
                arrival.tenant().id(),
                arrival.keyName(),
                "/v1/chat/completions",
                journal.status,
                end,
                client.error(),
                journal.requestedModel(),
                journal.answeredBy(),
                journal.mode.map(Mode::key),
                journal.arm,
                journal.told(),
                journal.attempts,
                usage,
                journal.costs.reported().isPresent(),
                cost,
                journal.lensCost,
                journal.timeToFirstToken(),
                journal.total(),
                journal.trace);
    }
}
