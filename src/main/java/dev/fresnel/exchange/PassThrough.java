package dev.fresnel.exchange;

import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.upstream.Share;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.upstream.UpstreamCall;
import dev.fresnel.upstream.UpstreamClient;
import dev.fresnel.upstream.UpstreamReply;
import dev.fresnel.upstream.UpstreamRequestHead;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Relays a request that is not a chat completion: same path, query, headers and bytes, both ways, streamed. Nothing is read,
 * nothing is learned. Stateless.
 */
final class PassThrough {
    private final Vertx vertx;
    private final UpstreamClient upstreams;
    private final RelayLimits limits;
    private final LongSupplier nanos;

    PassThrough(Vertx vertx, UpstreamClient upstreams, RelayLimits limits, LongSupplier nanos) {
        this.vertx = vertx;
        this.upstreams = upstreams;
        this.limits = limits;
        this.nanos = nanos;
    }

    /** @return fails before the first byte only; the relay's own ends are values */
    Future<RelayEnd> run(
            Arrival arrival,
            Upstream upstream,
            HttpServerRequest request,
            ClientSide client,
            Journal journal,
            CallTrace trace) {
        MultiMap headers = ForwardHeaders.up(
                arrival.headers(), upstream, arrival.credentials(), ForwardHeaders.ReplyEncoding.AS_CLIENT_ACCEPTS);
        trace.into(headers);
        UpstreamCall call = upstreams.stream(
                new UpstreamRequestHead(upstream, request.method(), arrival.path(), headers, length(request)),
                Share.of(arrival.tenant().id()),
                request);
        client.whenGone(call::cancel);
        return call.reply().compose(reply -> {
            trace.replied(reply.status(), call.attempts());
            return relay(call, reply, upstream, request.method(), client, journal);
        });
    }

    private static OptionalLong length(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        if (length != null) {
            return OptionalLong.of(Long.parseLong(length));
        }
        // Neither a length nor chunks: the request has no body, and must not grow a chunked one.
        return request.headers().contains("transfer-encoding") ? OptionalLong.empty() : OptionalLong.of(0);
    }

    private Future<RelayEnd> relay(
            UpstreamCall call,
            UpstreamReply reply,
            Upstream upstream,
            HttpMethod method,
            ClientSide client,
            Journal journal) {
        MultiMap headers = ForwardHeaders.down(reply.headers());
        headers.set(ReplyHeaders.REQUEST_ID, client.id().value());
        journal.status = reply.status();
        client.begin(reply.status(), headers, ClientSide.Body.of(method, reply.status()));
        Relay.Source source = new Relay.Source(call, reply.response(), upstream.name(), upstream.timeouts());
        return new Relay(vertx, nanos, client, source, limits, Optional.empty(), Relay.Silence.KEEP, () -> {})
                .run(Held.NOTHING);
    }
}
