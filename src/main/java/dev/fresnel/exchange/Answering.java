package dev.fresnel.exchange;

import dev.fresnel.chat.ChatStream;
import dev.fresnel.chat.ReplyFacts;
import dev.fresnel.chat.ReplyReader;
import dev.fresnel.chat.UsageChunk;
import dev.fresnel.upstream.CallOutcome;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.upstream.Share;
import dev.fresnel.upstream.UpstreamCall;
import dev.fresnel.upstream.UpstreamReply;
import dev.fresnel.upstream.UpstreamRequest;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;

/**
 * Stage 8: tries a request's attempts in order until one gives a reply that may go to the client. An attempt that has a
 * successor must prove itself before a byte of it is passed on: a status below 300, and for a stream a first event that is not
 * an error. The last one passes as it is, and so does one whose successor the tenant's budget does not cover. One per exchange;
 * lives on its event loop.
 */
final class Answering {
    private final Parts parts;
    private final Arrival arrival;
    private final ClientSide client;
    private final Journal journal;
    private final Bypass bypass;
    private final Purse purse;

    Answering(Parts parts, Arrival arrival, ClientSide client, Journal journal, Bypass bypass, Purse purse) {
        this.parts = parts;
        this.arrival = arrival;
        this.client = client;
        this.journal = journal;
        this.bypass = bypass;
        this.purse = purse;
    }

    /**
     * @param attempts at least one
     * @return fails as the last attempt failed, or with {@link ClientGone}
     */
    Future<Answer> answer(List<Attempt> attempts) {
        Attempt attempt = attempts.getFirst();
        List<Attempt> rest = attempts.subList(1, attempts.size());
        Optional<Attempt> next = rest.stream().findFirst();
        CallTrace trace = parts.tracing()
                .call(
                        arrival.id(),
                        purpose(attempt),
                        attempt.upstream(),
                        attempt.model()
                                .map(model -> model.upstreamName().value())
                                .orElse(attempt.named()));
        UpstreamCall call = parts.upstreams()
                .call(request(attempt, trace), Share.of(arrival.tenant().id()));
        client.whenGone(call::cancel);
        journal.called(attempt, trace);
        return call.reply()
                .onComplete(head -> {
                    journal.headSeen(call.attempts());
                    if (head.succeeded()) {
                        trace.replied(head.result().status(), call.attempts());
                    }
                })
                .compose(reply -> read(
                        attempt,
                        new Relay.Source(
                                call,
                                reply.response(),
                                attempt.upstream().name(),
                                attempt.upstream().timeouts()),
                        reply,
                        next))
                .recover(problem -> {
                    trace.failed(client.isGone() ? CallOutcome.CANCELLED.key() : errorType(problem));
                    Costs.Bill bill = call.isSent() ? Costs.Bill.PROMPT : Costs.Bill.NOTHING;
                    if (client.isGone()) {
                        journal.costs.ended(bill);
                        return Future.failedFuture(new ClientGone());
                    }
                    if (problem instanceof Unfit) {
                        return instead(rest, problem);
                    }
                    if (problem instanceof GatewayException && mayTry(next, bill)) {
                        return instead(rest, problem);
                    }
                    journal.costs.ended(bill);
                    return Future.failedFuture(problem);
                });
    }

    /**
     * Asks {@code next} in place of an attempt whose reply had begun, and then broke off unseen by the client.
     *
     * @return fails as {@code next} did, with {@link ClientGone}, or with {@code problem} where the budget does not cover {@code next}
     */
    Future<Answer> instead(Attempt next, Throwable problem) {
        if (client.isGone()) {
            return Future.failedFuture(new ClientGone());
        }
        Optional<String> denial = purse.cover(next, journal.costs);
        if (denial.isPresent()) {
            bypass.note(BypassReason.FALLBACK_OVER_BUDGET.key());
            return Future.failedFuture(problem);
        }
        journal.discarded();
        return instead(List.of(next), problem);
    }

    private Future<Answer> instead(List<Attempt> rest, Throwable problem) {
        bypass.note(cause(problem));
        return answer(rest);
    }

    /**
     * Whether an attempt that failed has a successor, and the tenant can pay for it: the money set aside for a worker does not
     * cover a dearer model. Says yes once per successor.
     *
     * @param bill what the failed attempt very likely cost
     */
    private boolean mayTry(Optional<Attempt> next, Costs.Bill bill) {
        if (next.isEmpty() || client.isGone()) {
            return false;
        }
        Usd lost = journal.costs.of(bill);
        Optional<String> denial = purse.cover(next.get(), lost);
        if (denial.isPresent()) {
            bypass.note(BypassReason.FALLBACK_OVER_BUDGET.key());
            return false;
        }
        journal.costs.failed(bill);
        return true;
    }

    /** From a closed set: it becomes a metric label. */
    private static String cause(Throwable problem) {
        if (problem instanceof GatewayException known) {
            BypassReason reason = switch (known.failure()) {
                case GatewayFailure.UpstreamTimeout _ -> BypassReason.FALLBACK_TIMEOUT;
                case GatewayFailure.StreamBroken _ -> BypassReason.FALLBACK_BROKEN;
                case GatewayFailure.RateLimited _ -> BypassReason.FALLBACK_POOL_FULL;
                default -> BypassReason.FALLBACK_UNAVAILABLE;
            };
            return reason.key();
        }
        return problem instanceof Unfit unfit ? unfit.reason() : String.valueOf(problem.getMessage());
    }

    private static String errorType(Throwable problem) {
        return problem instanceof Unfit unfit
                ? unfit.reason()
                : CallOutcome.of(problem).key();
    }

    private static CallPurpose purpose(Attempt attempt) {
        return switch (attempt.standing()) {
            case REQUESTED -> CallPurpose.REQUESTED;
            case WORKER -> CallPurpose.WORKER;
            case FALLBACK -> CallPurpose.FALLBACK;
        };
    }

    private UpstreamRequest request(Attempt attempt, CallTrace trace) {
        MultiMap headers = ForwardHeaders.up(
                arrival.headers(),
                attempt.upstream(),
                // The client's credential is for the provider it meant to talk to, and for no other.
                attempt.upstream().name().equals(journal.home(arrival))
                        ? arrival.credentials()
                        : ForwardHeaders.ClientCredential.STRIP,
                ForwardHeaders.ReplyEncoding.PLAIN);
        if (attempt.standing() != Attempt.Standing.REQUESTED) {
            headers.set(ForwardHeaders.INTERNAL, "delegated");
        } else if (arrival.headers().contains(ForwardHeaders.INTERNAL)) {
            // The guard must survive a chain of gateways, though it is one of the headers that never pass.
            headers.set(ForwardHeaders.INTERNAL, "chained");
        }
        trace.into(headers);
        return new UpstreamRequest(attempt.upstream(), HttpMethod.POST, arrival.path(), headers, attempt.body());
    }

    private Future<Answer> read(Attempt attempt, Relay.Source source, UpstreamReply reply, Optional<Attempt> next) {
        MultiMap headers = ForwardHeaders.down(reply.headers());
        // Providers do not bill a reply that is an error.
        if (reply.status() >= 300 && mayTry(next, Costs.Bill.NOTHING)) {
            source.call().cancel();
            return Future.failedFuture(new Unfit("fallback_status_" + reply.status()));
        }
        return ClientSide.isEventStream(reply.headers()) && !reply.headers().contains("content-encoding")
                ? stream(attempt, source, reply.status(), headers, next)
                : whole(attempt, source, reply.status(), headers);
    }

    private Future<Answer> stream(
            Attempt attempt, Relay.Source source, int status, MultiMap headers, Optional<Attempt> next) {
        // The relay decides where the stream ends; a length would be wrong once a chunk is removed.
        headers.remove("content-length");
        headers.set("x-accel-buffering", "no");
        ChatStream observed = new ChatStream(
                attempt.usageChunk() == Attempt.UsageChunkFate.REMOVE ? UsageChunk.DROP : UsageChunk.KEEP,
                journal.collector(arrival.id()));
        if (next.isEmpty() || status >= 300) {
            return Future.succeededFuture(
                    new Answer.Streaming(attempt, status, headers, source, Held.NOTHING, Optional.of(observed)));
        }
        return new Holder(parts.vertx(), source)
                .hold(observed::push, () -> observed.facts().events() > 0)
                .compose(held -> {
                    boolean broken = observed.facts().errorEvent()
                            || (held.isComplete() && !observed.facts().done());
                    if (broken && mayTry(next, Costs.Bill.PROMPT)) {
                        source.call().cancel();
                        BypassReason reason = observed.facts().errorEvent()
                                ? BypassReason.FALLBACK_ERROR_EVENT
                                : BypassReason.FALLBACK_EMPTY_STREAM;
                        return Future.failedFuture(new Unfit(reason.key()));
                    }
                    return Future.succeededFuture(
                            new Answer.Streaming(attempt, status, headers, source, held, Optional.of(observed)));
                });
    }

    private Future<Answer> whole(Attempt attempt, Relay.Source source, int status, MultiMap headers) {
        int[] size = new int[1];
        return new Holder(parts.vertx(), source)
                .hold(
                        chunk -> {
                            size[0] += chunk.length();
                            return chunk;
                        },
                        () -> size[0] > parts.limits().bufferedBody())
                .map(held -> {
                    if (!held.isComplete()) {
                        return new Answer.Streaming(attempt, status, headers, source, held, Optional.empty());
                    }
                    Buffer body = held.joined();
                    ReplyFacts facts = ReplyReader.read(body.getBytes());
                    return new Answer.Whole(attempt, status, headers, body, facts);
                });
    }

    /** A reply that must not reach the client while another attempt is left. */
    static final class Unfit extends RuntimeException {
        private final String reason;

        Unfit(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        /** As in the metric of bypasses. */
        String reason() {
            return reason;
        }
    }

    /** The client left: nothing more is to be sent to anybody. */
    static final class ClientGone extends RuntimeException {
        ClientGone() {
            super("the client left", null, false, false);
        }
    }
}
