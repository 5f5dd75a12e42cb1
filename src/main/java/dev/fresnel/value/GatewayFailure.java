package dev.fresnel.value;

import java.time.Duration;
import java.util.Optional;

/**
 * Everything that can end a request without the reply the client wanted. Each case says, in words safe to show to the client,
 * what was wrong and what to do. The edge alone turns a case into an HTTP status.
 */
public sealed interface GatewayFailure {
    /** Shown to the client: no secret, no stack trace, no internal address. */
    String publicMessage();

    /**
     * The request itself cannot be served as sent.
     *
     * @param param JSON path of the field at fault, when there is one, for example {@code messages[2].role}
     * @param code OpenAI's error code, for example {@code invalid_json}
     */
    record InvalidRequest(String publicMessage, Optional<String> param, String code) implements GatewayFailure {}

    /** Nothing is served under this path. */
    record UnknownUrl(String publicMessage) implements GatewayFailure {}

    /**
     * The path is served, but not by this method.
     *
     * @param allowed the methods that are, as in an {@code Allow} header
     */
    record WrongMethod(String publicMessage, String allowed) implements GatewayFailure {}

    /** The request's {@code Expect} header asks for something other than {@code 100-continue}. */
    record UnknownExpectation(String publicMessage) implements GatewayFailure {}

    /** The request line or the headers are larger than the listener accepts. */
    record HeadTooLarge(String publicMessage) implements GatewayFailure {}

    /** No key, or one that no tenant holds. */
    record Unauthenticated(String publicMessage) implements GatewayFailure {}

    /** The key opens its tenant, but not for this part of the API. */
    record MissingScope(String publicMessage) implements GatewayFailure {}

    /** Tenant or key may not ask for this model. */
    record ModelNotAllowed(String publicMessage) implements GatewayFailure {}

    /** No model of this name is declared here. */
    record ModelNotFound(String publicMessage) implements GatewayFailure {}

    /** The body is larger than the listener accepts. */
    record TooLarge(String publicMessage) implements GatewayFailure {}

    /** The body is in a form that the gateway cannot pass on, for example compressed. */
    record UnsupportedMedia(String publicMessage) implements GatewayFailure {}

    /** The client took too long to send its request. */
    record ClientTooSlow(String publicMessage) implements GatewayFailure {}

    /** The tenant's money does not cover the request. */
    record OverBudget(String publicMessage) implements GatewayFailure {}

    /** Too much at once; {@code retryAfter} says when to come back. */
    record RateLimited(String publicMessage, Duration retryAfter) implements GatewayFailure {}

    /** No byte of a reply could be had from the upstream. */
    record UpstreamUnavailable(String publicMessage, String upstream) implements GatewayFailure {}

    /** The upstream kept us waiting past a configured limit. */
    record UpstreamTimeout(String publicMessage, String upstream) implements GatewayFailure {}

    /** The upstream's reply broke off after it had begun. */
    record StreamBroken(String publicMessage, String upstream) implements GatewayFailure {}

    /** A lens was demanded ({@code on-failure: error}) and could not be had. */
    record LensUnavailable(String publicMessage) implements GatewayFailure {}

    /** What the client asked to be kept can be kept nowhere now; {@code retryAfter} says when to come back. */
    record StoreUnavailable(String publicMessage, Duration retryAfter) implements GatewayFailure {}

    /** The gateway is going down and takes no new requests. */
    record ShuttingDown(String publicMessage) implements GatewayFailure {}

    /** Our bug. */
    record Internal(String publicMessage) implements GatewayFailure {}
}
