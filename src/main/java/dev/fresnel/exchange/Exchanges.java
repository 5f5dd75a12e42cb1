package dev.fresnel.exchange;

import dev.fresnel.chat.Usage;
import dev.fresnel.upstream.CallOutcome;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Usd;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Where admitted requests go in. Thread-safe: each exchange lives on the event loop that calls. */
public final class Exchanges {
    private final Parts parts;
    private final PassThrough passThrough;

    public Exchanges(Parts parts) {
        this.parts = parts;
        passThrough = new PassThrough(parts.vertx(), parts.upstreams(), parts.limits(), parts.nanos());
    }

    /** Answers one chat completion. */
    public void chat(Arrival arrival, Buffer body, ClientSide client) {
        arrived(arrival, "POST", "/v1/chat/completions");
        // run() never fails: it has told the client, the ledger and the listeners by then.
        var _ = new Exchange(parts, arrival, client).run(body);
    }

    /** Relays any other request to the tenant's own upstream, untouched. */
    public void passThrough(Arrival arrival, HttpServerRequest request, ClientSide client) {
        Upstream upstream = Objects.requireNonNull(
                parts.providers().get(arrival.tenant().upstream()), "the config checks every upstream that it names");
        arrived(arrival, request.method().name(), "/v1/*");
        Journal journal = new Journal(parts.nanos(), parts.prices(), arrival.startedNanos());
        CallTrace trace = parts.tracing().call(arrival.id(), CallPurpose.PASS_THROUGH, upstream, "");
        journal.traced(trace);
        var _ = passThrough
                .run(arrival, upstream, request, client, journal, trace)
                .map(end -> switch (end) {
                    case RelayEnd.Complete _ -> ExchangeEvent.End.COMPLETE;
                    case RelayEnd.ClientGone _ -> ExchangeEvent.End.CLIENT_GONE;
                    case RelayEnd.Broken _ -> ExchangeEvent.End.UPSTREAM_BROKEN;
                })
                .otherwise(problem -> {
                    trace.failed(CallOutcome.of(problem).key());
                    return refuse(client, problem);
                })
                .onSuccess(end -> {
                    journal.over(end);
                    parts.events()
                            .accept(finished(
                                    arrival, request, client, journal, end, "pass-through", List.of("not_chat"), 1));
                });
    }

    private void arrived(Arrival arrival, String method, String route) {
        parts.tracing()
                .arrived(
                        arrival.id(),
                        method,
                        route,
                        arrival.headers(),
                        parts.nanos().getAsLong() - arrival.startedNanos());
    }

    /** Tells of a request that the gateway itself has answered: nobody else was asked. Call it once, behind the answer. */
    public void answered(Arrival arrival, HttpServerRequest request, ClientSide client) {
        ExchangeEvent.End end = client.error().isPresent() ? ExchangeEvent.End.REFUSED : ExchangeEvent.End.COMPLETE;
        parts.events().accept(own(arrival, request, client, client.isGone() ? ExchangeEvent.End.CLIENT_GONE : end));
    }

    /** Tells of a request whose client left before anything was done for it, its body whole or not. */
    public void brokenOff(Arrival arrival, HttpServerRequest request, ClientSide client) {
        parts.events().accept(own(arrival, request, client, ExchangeEvent.End.CLIENT_GONE));
    }

    private ExchangeEvent own(Arrival arrival, HttpServerRequest request, ClientSide client, ExchangeEvent.End end) {
        Journal journal = new Journal(parts.nanos(), parts.prices(), arrival.startedNanos());
        return finished(arrival, request, client, journal, end, "gateway", List.of(), 0);
    }

    private static ExchangeEvent.End refuse(ClientSide client, Throwable problem) {
        client.release();
        if (client.isGone()) {
            return ExchangeEvent.End.CLIENT_GONE;
        }
        client.fail(
                problem instanceof GatewayException known
                        ? known.failure()
                        : new GatewayFailure.Internal("The gateway failed on this request (" + client.id()
                                + "). It is our fault; send the request again."));
        return ExchangeEvent.End.REFUSED;
    }

    private ExchangeEvent finished(
            Arrival arrival,
            HttpServerRequest request,
            ClientSide client,
            Journal journal,
            ExchangeEvent.End end,
            String arm,
            List<String> reasons,
            int attempts) {
        return new ExchangeEvent.Finished(
                parts.clock().instant(),
                arrival.id(),
                arrival.tenant().id(),
                arrival.keyName(),
                Objects.requireNonNullElse(request.path(), "/"),
                client.headSent() ? client.response().getStatusCode() : journal.status,
                end,
                client.error(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                arm,
                reasons,
                attempts,
                Usage.NONE,
                false,
                Optional.empty(),
                Usd.ZERO,
                Optional.empty(),
                journal.total(),
                Optional.empty());
    }
}
