package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.FenceRepair;
import dev.fresnel.chat.ReplyReader;
import dev.fresnel.delegation.ArmRow;
import dev.fresnel.delegation.Escalation;
import dev.fresnel.delegation.EscalationBreaker;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Learning;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Standings;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Between stages 8 and 9: looks at a worker's answer before the client gets a byte of it. One that is no good is repaired, asked for once more, or asked of the
 * requested model, as the route says; each call is paid for and told. In doubt the answer passes. One per exchange; lives on its event loop.
 *
 * <p>The requested model gets the client's own bytes, and under the learned policy only where that is worth it:
 *
 * <pre>
 *   (q_direct - q_post) v > c_direct,   q_post = (1 - w) q_arm
 * </pre>
 *
 * with the weight {@code w} of the sign that speaks against the answer and the worth {@code v} of a good one.
 */
final class Escalating {
    private final Parts parts;
    private final Arrival arrival;
    private final ClientSide client;
    private final Journal journal;
    private final Purse purse;
    private final Rewriting rewriting;
    private final Answering answering;
    private final Appraisal appraisal;

    Escalating(
            Parts parts,
            Arrival arrival,
            ClientSide client,
            Journal journal,
            Purse purse,
            Rewriting rewriting,
            Answering answering,
            Appraisal appraisal) {
        this.parts = parts;
        this.arrival = arrival;
        this.client = client;
        this.journal = journal;
        this.purse = purse;
        this.rewriting = rewriting;
        this.answering = answering;
        this.appraisal = appraisal;
    }

    /**
     * @return fails with {@link Answering.ClientGone}, or as the requested model did where nothing of the worker's answer is left
     */
    Future<Answer> review(Plan plan, Answer answer) {
        if (!(plan instanceof Plan.Delegated delegated) || !rules().escalate().isOn() || !isTheWorkers(answer)) {
            return Future.succeededFuture(answer);
        }
        return look(delegated.request(), answer)
                .compose(seen -> seenThrough(delegated, seen), problem -> instead(delegated, problem));
    }

    private Future<Answer> seenThrough(Plan.Delegated plan, Seen seen) {
        if (seen.fault().isEmpty()) {
            count(false);
            return Future.succeededFuture(seen.answer());
        }
        journal.then(told(seen.fault().get()).key());
        return new Ladder(plan, seen.answer(), seen.fault().get()).climb();
    }

    /** A stream that broke off before it had begun is a call that failed, which says nothing of how good the worker is. */
    private Future<Answer> instead(Plan.Delegated plan, Throwable problem) {
        return problem instanceof GatewayException
                ? answering.instead(rewriting.requested(plan.request()), problem)
                : Future.failedFuture(problem);
    }

    private Escalation rules() {
        return journal.plan.escalation();
    }

    private static boolean isTheWorkers(Answer answer) {
        return answer.attempt().standing() == Attempt.Standing.WORKER && answer.status() < 300;
    }

    /** An answer that was looked at, and what speaks against it. */
    private record Seen(Answer answer, Optional<ImplicitSignal> fault) {}

    private Future<Seen> look(ChatRequest request, Answer answer) {
        Future<Seen> seen = switch (answer) {
            case Answer.Whole whole ->
                judged(whole, () -> {
                    journal.measured(whole.facts(), whole.body());
                    return appraisal.fault();
                });
            case Answer.Streaming streaming ->
                opened(request, streaming)
                        .compose(read -> judged(read.stream(), () -> {
                            read.stream().observed().ifPresent(journal::measured);
                            return read.isAll() ? appraisal.fault() : Future.succeededFuture(read.fault());
                        }));
        };
        return seen.compose(known -> client.isGone()
                ? Future.<Seen>failedFuture(new Answering.ClientGone())
                : Future.succeededFuture(known));
    }

    /** An answer that we fail to judge passes: it is paid for, and the client waits for it. */
    private static Future<Seen> judged(Answer answer, Supplier<Future<Optional<ImplicitSignal>>> judging) {
        return Future.succeededFuture()
                .compose(_ -> judging.get())
                .otherwise(bug -> {
                    log(bug);
                    return Optional.empty();
                })
                .map(fault -> new Seen(answer, fault));
    }

    private static void log(Throwable bug) {
        System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an answer was passed on as it came", bug);
    }

    private Future<Opening.Read> opened(ChatRequest request, Answer.Streaming streaming) {
        return new Opening(parts.vertx(), rules().hold(), request)
                .read(streaming)
                // Its head had come: it is very likely billed.
                .onFailure(_ -> journal.costs.ended(Costs.Bill.PROMPT));
    }

    private static Remedy.Told told(ImplicitSignal fault) {
        return switch (fault) {
            case EMPTY -> Remedy.Told.ANSWER_EMPTY;
            case REFUSED -> Remedy.Told.ANSWER_REFUSED;
            case INVALID, ESCALATED, REASKED, TOOL_ERROR, RETRIED, TRUNCATED, CLEAN -> Remedy.Told.ANSWER_INVALID;
        };
    }

    private void count(boolean escalated) {
        Arm arm = new Arm(journal.arm);
        if (parts.breaker().answered(arrival.tenant().id(), arm, escalated)) {
            parts.events()
                    .accept(new ExchangeEvent.ArmPaused(
                            parts.clock().instant(),
                            arrival.id(),
                            arrival.tenant().id(),
                            arm.name(),
                            EscalationBreaker.PAUSE));
        }
    }

    /** The way of one bad answer. */
    private final class Ladder {
        private final Plan.Delegated plan;
        private final ImplicitSignal first;
        private ImplicitSignal fault;
        private Answer bad;
        private Usd badCost;
        /** A stream that was given up for another call cannot be passed on any more. */
        private Optional<Throwable> lost = Optional.empty();

        Ladder(Plan.Delegated plan, Answer bad, ImplicitSignal fault) {
            this.plan = plan;
            this.first = fault;
            this.fault = fault;
            this.bad = bad;
            badCost = journal.costs.ofAnswer();
        }

        /** As long as there is an answer, a fault of ours does not keep it from the client. */
        Future<Answer> climb() {
            return Future.succeededFuture().compose(_ -> climbing()).recover(problem -> {
                if (lost.isPresent() || isGone(problem)) {
                    return Future.failedFuture(problem);
                }
                log(problem);
                journal.escalated = false;
                journal.reinstated(bad.attempt(), badCost);
                return Future.succeededFuture(bad);
            });
        }

        private Future<Answer> climbing() {
            return repaired().compose(mended -> {
                if (mended.isPresent()) {
                    return done(mended.get(), Remedy.REPAIRED, Remedy.Told.REPAIRED);
                }
                return rules().retry().isOn() ? retry() : escalate();
            });
        }

        /** Only a whole answer, and only if it is all right then. */
        private Future<Optional<Answer>> repaired() {
            if (!(bad instanceof Answer.Whole whole)
                    || fault != ImplicitSignal.INVALID
                    || !rules().repair().isOn()) {
                return Future.succeededFuture(Optional.empty());
            }
            Optional<byte[]> mended = FenceRepair.repaired(whole.body().getBytes());
            if (mended.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            Answer.Whole better = new Answer.Whole(
                    whole.attempt(),
                    whole.status(),
                    whole.headers(),
                    Buffer.buffer(mended.get()),
                    ReplyReader.read(mended.get()));
            journal.measured(better.facts(), better.body());
            return appraisal.fault().map(left -> left.isEmpty() ? Optional.of(better) : Optional.empty());
        }

        private Future<Answer> retry() {
            return instead(bad.attempt())
                    .map(this::retried)
                    .orElseGet(() -> passOn(Remedy.Told.ESCALATION_OVER_BUDGET));
        }

        private Future<Answer> retried(Future<Answer> call) {
            journal.then(Remedy.Told.RETRIED.key());
            return call.compose(answer -> isTheWorkers(answer)
                            ? look(plan.request(), answer)
                            : Future.<Seen>failedFuture(refused(answer)))
                    .transform(again -> {
                        if (again.failed()) {
                            lost = lost.map(_ -> again.cause());
                            return isGone(again.cause()) ? Future.failedFuture(again.cause()) : escalate();
                        }
                        Seen seen = again.result();
                        if (seen.fault().isEmpty()) {
                            return done(seen.answer(), Remedy.RETRIED, Optional.empty());
                        }
                        bad = seen.answer();
                        badCost = journal.costs.ofAnswer();
                        fault = seen.fault().get();
                        lost = Optional.empty();
                        return escalate();
                    });
        }

        private Future<Answer> escalate() {
            // Where nothing of the worker's answer is left, the choice is between an answer and none.
            if (lost.isEmpty() && !isWorthIt()) {
                return passOn(Remedy.Told.ESCALATION_NOT_WORTH_IT);
            }
            return instead(rewriting.requested(plan.request()))
                    .map(this::escalated)
                    .orElseGet(() -> passOn(Remedy.Told.ESCALATION_OVER_BUDGET));
        }

        private Future<Answer> escalated(Future<Answer> call) {
            return call.transform(answer -> {
                if (answer.succeeded() && answer.result().status() < 300) {
                    journal.escalated = true;
                    return done(answer.result(), Remedy.ESCALATED, Remedy.Told.ESCALATED);
                }
                if (answer.failed() && isGone(answer.cause())) {
                    return Future.failedFuture(answer.cause());
                }
                if (lost.isPresent()) {
                    // Nothing is left of the worker's stream: the client gets what it would have got without a worker.
                    journal.then(Remedy.Told.ESCALATION_FAILED.key());
                    tell(Remedy.NONE);
                    return answer.succeeded()
                            ? Future.succeededFuture(answer.result())
                            : Future.failedFuture(answer.cause());
                }
                if (answer.succeeded()) {
                    var _ = refused(answer.result());
                }
                return passOn(Remedy.Told.ESCALATION_FAILED);
            });
        }

        /** Makes another call in place of the last one, when there is money for it. */
        private Optional<Future<Answer>> instead(Attempt next) {
            Optional<String> denial = purse.cover(next, journal.costs);
            if (denial.isPresent()) {
                return Optional.empty();
            }
            journal.discarded();
            if (bad instanceof Answer.Streaming stream && lost.isEmpty()) {
                stream.source().call().cancel();
                lost = Optional.of(new Answering.Unfit("the worker's stream was given up"));
            }
            return Optional.of(answering.answer(List.of(next)));
        }

        /** An error reply: nothing of it is passed on. */
        private Throwable refused(Answer answer) {
            if (answer instanceof Answer.Streaming error) {
                error.source().call().cancel();
            }
            return new GatewayException(new GatewayFailure.UpstreamUnavailable(
                    "The model '" + answer.attempt().named() + "' answered with status " + answer.status() + ".",
                    answer.attempt().upstream().name()));
        }

        /** The worker's answer goes to the client after all. */
        private Future<Answer> passOn(Remedy.Told why) {
            if (lost.isPresent()) {
                journal.then(why.key());
                tell(Remedy.NONE);
                return Future.failedFuture(lost.get());
            }
            journal.reinstated(bad.attempt(), badCost);
            return done(bad, Remedy.NONE, Optional.of(why));
        }

        private Future<Answer> done(Answer answer, Remedy remedy, Remedy.Told told) {
            return done(answer, remedy, Optional.of(told));
        }

        private Future<Answer> done(Answer answer, Remedy remedy, Optional<Remedy.Told> told) {
            told.map(Remedy.Told::key).ifPresent(journal::then);
            tell(remedy);
            return Future.succeededFuture(answer);
        }

        private void tell(Remedy remedy) {
            count(remedy == Remedy.ESCALATED);
            parts.events()
                    .accept(new ExchangeEvent.AnswerRejected(
                            parts.clock().instant(),
                            arrival.id(),
                            arrival.tenant().id(),
                            journal.arm,
                            first.key(),
                            remedy,
                            journal.costs.lost()));
        }

        /** Where the learned policy has no opinion, always. */
        private boolean isWorthIt() {
            List<Standings.Standing> standings =
                    journal.learning.map(Learning::standings).orElse(List.of());
            Optional<Double> direct = quality(standings, Arm.DIRECT);
            Optional<Double> worker = quality(standings, new Arm(journal.arm));
            Optional<Double> cost = plan.assessment().arms().stream()
                    .filter(row -> row.arm().isDirect())
                    .findFirst()
                    .flatMap(ArmRow::expectedCost)
                    .map(Usd::dollars);
            if (direct.isEmpty() || worker.isEmpty() || cost.isEmpty()) {
                return true;
            }
            double worth = journal.plan
                    .learned()
                    .successUsd()
                    .map(Usd::dollars)
                    .orElse(LearnedRules.DEFAULT_WORTH * cost.get());
            double after = (1 - parts.learner().weights().of(fault)) * worker.get();
            return (direct.get() - after) * worth > cost.get();
        }

        private Optional<Double> quality(List<Standings.Standing> standings, Arm arm) {
            return standings.stream()
                    .filter(standing -> standing.arm().equals(arm))
                    .map(Standings.Standing::quality)
                    .findFirst();
        }
    }

    private static boolean isGone(Throwable problem) {
        return problem instanceof Answering.ClientGone;
    }
}
