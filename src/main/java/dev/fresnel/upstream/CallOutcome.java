package dev.fresnel.upstream;

import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.concurrent.CancellationException;

/** What came of a call to an upstream, by class: a closed set, for metrics and traces. */
public enum CallOutcome {
    /** A status below 400, and its reply to the end. */
    SUCCESS("success"),
    /** A status from 400 to 499 other than 429. */
    CLIENT_ERROR("client_error"),
    /** The upstream's own 429. */
    RATE_LIMITED("rate_limited"),
    /** A status of 500 or more. */
    SERVER_ERROR("server_error"),
    /** A limit under {@code timeouts} was reached. */
    TIMEOUT("timeout"),
    /** No connection, or none of a reply's bytes. */
    UNAVAILABLE("unavailable"),
    /** The reply broke off. */
    BROKEN("broken"),
    /** Nobody waited any longer: the client left, or a deadline of ours passed. */
    CANCELLED("cancelled"),
    /** Never sent: as many calls ran and waited as may. */
    POOL_FULL("pool_full"),
    /** The client's own body broke off, or HTTP cannot carry what it sent. */
    BAD_REQUEST("bad_request"),
    /** A fault of the gateway. */
    INTERNAL("internal");

    private final String key;

    CallOutcome(String key) {
        this.key = key;
    }

    /** The name in metrics and traces. */
    public String key() {
        return key;
    }

    /** Of a reply that came to its end. */
    public static CallOutcome of(int status) {
        if (status == 429) {
            return RATE_LIMITED;
        }
        if (status < 400) {
            return SUCCESS;
        }
        return status < 500 ? CLIENT_ERROR : SERVER_ERROR;
    }

    /** Of a call that ended with {@code cause} in place of a reply, or in the middle of one. */
    public static CallOutcome of(Throwable cause) {
        return switch (cause) {
            case GatewayException known -> of(known.failure());
            case CancellationException _ -> CANCELLED;
            default -> INTERNAL;
        };
    }

    private static CallOutcome of(GatewayFailure failure) {
        return switch (failure) {
            case GatewayFailure.UpstreamTimeout _ -> TIMEOUT;
            case GatewayFailure.StreamBroken _ -> BROKEN;
            case GatewayFailure.UpstreamUnavailable _ -> UNAVAILABLE;
            case GatewayFailure.RateLimited _ -> POOL_FULL;
            case GatewayFailure.InvalidRequest _ -> BAD_REQUEST;
            default -> INTERNAL;
        };
    }
}
