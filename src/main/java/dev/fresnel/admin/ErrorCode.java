package dev.fresnel.admin;

import java.util.Locale;

/** Why the admin API did not do what it was asked: the closed set of {@code error.code}, each with its status. */
public enum ErrorCode {
    /** The request cannot be taken as it is: something unknown, missing, of the wrong form, or said twice. */
    INVALID_REQUEST(400),
    UNAUTHORIZED(401),
    /** A web page of somebody else asks, or somebody by another name than the loopback address. */
    FORBIDDEN(403),
    /** What the path or the query names is not there. */
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    /** What is there has become another since the asker saw it. */
    CONFLICT(409),
    BODY_TOO_LARGE(413),
    TOO_MANY(429),
    INTERNAL(500),
    STORE_UNAVAILABLE(503);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
