package dev.fresnel.value;

/**
 * Carries a {@link GatewayFailure} through futures. Has no stack trace: these are expected ends, not bugs. A feature may extend it by what only
 * its own callers ask.
 */
public class GatewayException extends RuntimeException {
    private final GatewayFailure failure;

    public GatewayException(GatewayFailure failure) {
        super(failure.publicMessage(), null, false, false);
        this.failure = failure;
    }

    public GatewayException(GatewayFailure failure, Throwable cause) {
        super(failure.publicMessage(), cause, false, false);
        this.failure = failure;
    }

    public final GatewayFailure failure() {
        return failure;
    }
}
