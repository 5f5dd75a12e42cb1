package dev.fresnel.upstream;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What can go wrong with a call to one upstream, in the words that the client and the operator read: what happened, and which config
 * key to look at. Never names an address or a credential. Thread-safe.
 */
final class UpstreamProblems {
    private static final Duration BUSY_RETRY_AFTER = Duration.ofSeconds(1);

    private final Upstream upstream;

    UpstreamProblems(Upstream upstream) {
        this.upstream = upstream;
    }

    GatewayException busy() {
        PoolLimits pool = upstream.pool();
        return new GatewayException(new GatewayFailure.RateLimited(
                "upstream '%s' already has %d calls in flight and %d waiting; come back shortly, or raise %s"
                        .formatted(upstream.name(), pool.maxConnections(), pool.maxQueue(), key("pool")),
                BUSY_RETRY_AFTER));
    }

    /**
     * @param what the upstream did or did not do
     * @param phase the last part of the limit's config key
     */
    GatewayException timeout(String what, Duration limit, String phase) {
        return new GatewayException(new GatewayFailure.UpstreamTimeout(
                "upstream '%s' %s within %s; if it needs longer, raise %s"
                        .formatted(upstream.name(), what, text(limit), key("timeouts." + phase)),
                upstream.name()));
    }

    GatewayException notReached(Throwable cause) {
        return unavailable("upstream '%s' cannot be reached: %s".formatted(upstream.name(), reason(cause)), cause);
    }

    private static String reason(Throwable cause) {
        return switch (cause) {
            case SSLException tls ->
                "the secure connection failed; check its certificate and the host name in base-url";
            case UnknownHostException dns -> "its host name does not resolve; check base-url";
            case ConnectException refused ->
                "the connection was refused; check that it runs and that base-url is right";
            default -> "the connection failed";
        };
    }

    GatewayException notReplied(Throwable cause) {
        return unavailable(
                "upstream '%s' closed the connection, or sent something else than HTTP, before its reply began"
                        .formatted(upstream.name()),
                cause);
    }

    GatewayException interimStatus(int status) {
        return new GatewayException(new GatewayFailure.UpstreamUnavailable(
                "upstream '%s' answered with the interim status %d only".formatted(upstream.name(), status),
                upstream.name()));
    }

    GatewayException replyBroke(Throwable cause) {
        return new GatewayException(
                new GatewayFailure.StreamBroken(
                        "the reply of upstream '%s' broke off after it had begun; what came before is incomplete"
                                .formatted(upstream.name()),
                        upstream.name()),
                cause);
    }

    /** The client's own body ended too early. */
    static GatewayException bodyBroke(Throwable cause) {
        return invalid("the request body broke off before its end; send it again", "incomplete_body", cause);
    }

    static GatewayException cannotBeSent(Throwable cause) {
        return invalid(
                "the request's path or one of its headers has characters that HTTP does not allow",
                "invalid_request",
                cause);
    }

    private static GatewayException invalid(String message, String code, Throwable cause) {
        return new GatewayException(new GatewayFailure.InvalidRequest(message, Optional.empty(), code), cause);
    }

    private GatewayException unavailable(String message, Throwable cause) {
        return new GatewayException(new GatewayFailure.UpstreamUnavailable(message, upstream.name()), cause);
    }

    private String key(String setting) {
        return "upstreams." + upstream.name() + "." + setting;
    }

    private static String text(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }
}
