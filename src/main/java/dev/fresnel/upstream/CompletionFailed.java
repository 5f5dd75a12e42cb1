package dev.fresnel.upstream;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * A call of our own that brought no answer, and what it was very likely billed all the same. The rule is the one for clients' requests:
 * providers do not bill a reply that is an error, unless it says what it used; a request that left, and then got no reply or a
 * broken one, was very likely read, and its prompt is billed.
 */
public final class CompletionFailed extends GatewayException {
    /** What a provider very likely bills. */
    enum Bill {
        NOTHING,
        PROMPT
    }

    private final transient Bill bill;
    private final transient Optional<Usage> told;

    /** @param told what the provider says that it used */
    CompletionFailed(GatewayFailure failure, Throwable cause, Bill bill, Optional<Usage> told) {
        super(failure, cause);
        this.bill = bill;
        this.told = told;
    }

    CompletionFailed(GatewayFailure failure, Bill bill, Optional<Usage> told) {
        super(failure);
        this.bill = bill;
        this.told = told;
    }

    /**
     * What is to be booked for a call that failed.
     *
     * @param prompt what its prompt was, as estimated
     * @return empty: nothing
     */
    public static Optional<Usage> billed(Throwable problem, Usage prompt) {
        return switch (problem) {
            case CompletionFailed failed ->
                failed.told.or(() -> failed.bill == Bill.PROMPT ? Optional.of(prompt) : Optional.empty());
            case GatewayException late
            when late.failure() instanceof GatewayFailure.UpstreamTimeout -> Optional.of(prompt);
            case TimeoutException _ -> Optional.of(prompt);
            default -> Optional.empty();
        };
    }

    /** What happened, safe to log: a gateway failure's message is, of anything else only the type. */
    public static String detail(Throwable problem) {
        return problem instanceof GatewayException known
                ? known.failure().publicMessage()
                : problem.getClass().getSimpleName();
    }
}
