package dev.fresnel.store.redis;

/** Why an operation on Redis has no result. Has no stack trace: it is expected, and may come in masses. */
public final class RedisFailure extends RuntimeException {
    private final Kind kind;
    private final String reason;

    /** What the failure says about Redis. */
    public enum Kind {
        /** Not connected, or given up on for now: nothing was sent. */
        AWAY,
        /** No answer in time; whether it was carried out is not known. */
        TIMEOUT,
        /** Too many operations under way: nothing was sent. */
        BUSY,
        /** Redis cannot write now, whatever is asked: memory full, disk failing, a replica. Nothing was changed. */
        NOT_WRITABLE,
        /** The connection broke or the server is not serving; whether it was carried out is not known. */
        BROKEN,
        /** Redis understood and refused, for example because the key holds another type. */
        REFUSED
    }

    RedisFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.reason = message;
    }

    public Kind kind() {
        return kind;
    }

    /** Redis' words, or the link's. */
    public String reason() {
        return reason;
    }

    /** What Redis' error reply, or the client's own failure, amounts to. */
    static RedisFailure of(Throwable cause) {
        if (cause instanceof RedisFailure known) {
            return known;
        }
        String message = String.valueOf(cause.getMessage());
        return new RedisFailure(kind(cause, message), message);
    }

    private static Kind kind(Throwable cause, String message) {
        if (!(cause instanceof io.vertx.redis.client.impl.types.ErrorType)) {
            return Kind.BROKEN;
        }
        String code = message.split("[ \n]", 2)[0];
        return switch (code) {
            case "OOM", "READONLY", "MISCONF", "NOREPLICAS" -> Kind.NOT_WRITABLE;
            case "LOADING",
                    "MASTERDOWN",
                    "CLUSTERDOWN",
                    "BUSY",
                    "TRYAGAIN",
                    "NOAUTH",
                    "WRONGPASS",
                    "CONNECTION_CLOSED" -> Kind.BROKEN;
            default -> inScript(message);
        };
    }

    /** A command that fails within a script is reported with the script's name around it. */
    private static Kind inScript(String message) {
        boolean notWritable = message.contains("OOM command not allowed")
                || message.contains("-READONLY")
                || message.contains("-MISCONF")
                || message.contains("-NOREPLICAS");
        return notWritable ? Kind.NOT_WRITABLE : Kind.REFUSED;
    }
}
