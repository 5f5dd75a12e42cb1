package dev.fresnel.tenant;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What one request has taken of its tenant's and its key's limits, and gives back. Lives on the request's event loop; not thread-safe.
 */
public final class Pass {
    private final List<Bound> bounds;
    private final LongSupplier nanos;
    private final Consumer<Limit> refused;
    private final List<Limit> held = new ArrayList<>(2);
    private long input;
    private long output;

    /** @param owner begins a sentence */
    record Bound(String owner, Limits limits, Account account) {}

    /** What was wanted and is used up. */
    public record Exceeded(Limit limit, String message, Duration retryAfter) {}

    Pass(List<Bound> bounds, LongSupplier nanos, Consumer<Limit> refused) {
        this.bounds = List.copyOf(bounds);
        this.nanos = nanos;
        this.refused = refused;
    }

    /** Of a request that nothing limits. One of its own all the same: a pass holds what one request has taken. */
    public static Pass unlimited() {
        return new Pass(List.of(), () -> 0, _ -> {});
    }

    /** Takes the request in: one of those per minute, one of those at once. Empty: it is in. */
    public Optional<Exceeded> enter() {
        Optional<Exceeded> tooMany = hold(Limit.CONCURRENT_REQUESTS);
        if (tooMany.isPresent()) {
            return tooMany;
        }
        return take(Limit.REQUESTS_PER_MINUTE, 1);
    }

    /** The request wants a stream. Empty: it may have one. A request that is refused gives its place in the minute back. */
    public Optional<Exceeded> stream() {
        Optional<Exceeded> tooMany = hold(Limit.CONCURRENT_STREAMS);
        tooMany.ifPresent(_ -> giveBack(Limit.REQUESTS_PER_MINUTE, 1, bounds.size()));
        return tooMany;
    }

    private Optional<Exceeded> hold(Limit limit) {
        Optional<Exceeded> tooMany = take(limit, 1);
        if (tooMany.isEmpty()) {
            held.add(limit);
        }
        return tooMany;
    }

    /** Sets tokens aside that the request is expected to use. Empty: they are there. A request that is refused gives its place in the minute back. */
    public Optional<Exceeded> reserve(long inputTokens, long outputTokens) {
        Optional<Exceeded> tooMuch = take(Limit.INPUT_TOKENS_PER_MINUTE, inputTokens);
        if (tooMuch.isEmpty()) {
            input = inputTokens;
            tooMuch = take(Limit.OUTPUT_TOKENS_PER_MINUTE, outputTokens);
            if (tooMuch.isEmpty()) {
                output = outputTokens;
            }
        }
        tooMuch.ifPresent(_ -> giveBack(Limit.REQUESTS_PER_MINUTE, 1, bounds.size()));
        return tooMuch;
    }

    /** Puts what was really used in place of what was set aside. */
    public void used(long inputTokens, long outputTokens) {
        giveBack(Limit.INPUT_TOKENS_PER_MINUTE, input - inputTokens, bounds.size());
        giveBack(Limit.OUTPUT_TOKENS_PER_MINUTE, output - outputTokens, bounds.size());
        input = inputTokens;
        output = outputTokens;
    }

    /** Takes one of the lenses that may be written; false: there is none left. */
    public boolean lensBuild() {
        return take(Limit.LENS_BUILDS_PER_HOUR, 1).isEmpty();
    }

    /** What {@link #lensBuild} took was not needed. */
    public void lensNotBuilt() {
        giveBack(Limit.LENS_BUILDS_PER_HOUR, 1, bounds.size());
    }

    /** The request is over: it is no longer one of those at once. Later calls do nothing. */
    public void close() {
        held.forEach(limit -> giveBack(limit, 1, bounds.size()));
        held.clear();
    }

    /** Whether tokens are counted at all. */
    public boolean countsTokens() {
        return bounds.stream()
                .anyMatch(bound -> bound.limits()
                                .of(Limit.INPUT_TOKENS_PER_MINUTE)
                                .isPresent()
                        || bound.limits().of(Limit.OUTPUT_TOKENS_PER_MINUTE).isPresent());
    }

    /** Of all bounds or of none. */
    private Optional<Exceeded> take(Limit limit, long amount) {
        long now = nanos.getAsLong();
        for (int i = 0; i < bounds.size(); i++) {
            Bound bound = bounds.get(i);
            Optional<Duration> wait = bound.account().take(limit, amount, bound.limits(), now);
            if (wait.isPresent()) {
                giveBack(limit, amount, i);
                refused.accept(limit);
                return Optional.of(new Exceeded(limit, message(bound, limit), wait.get()));
            }
        }
        return Optional.empty();
    }

    private void giveBack(Limit limit, long amount, int ofTheFirst) {
        long now = nanos.getAsLong();
        bounds.subList(0, ofTheFirst).forEach(bound -> bound.account().giveBack(limit, amount, bound.limits(), now));
    }

    private static String message(Bound bound, Limit limit) {
        return bound.owner() + (limit.window().isEmpty() ? " already has its " : " has used up its ")
                + bound.limits().of(limit).orElseThrow() + " " + limit.words()
                + ". Wait as long as 'retry-after' says; the operator can raise limits." + limit.key() + ".";
    }

    /**
     * How the limits stand, as OpenAI says it: {@code x-ratelimit-limit-requests} and its kin for requests and tokens, where there is
     * such a limit. Of several the one counts of which least is left.
     */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (!bounds.isEmpty()) {
            tell("requests", List.of(Limit.REQUESTS_PER_MINUTE), headers);
            tell("tokens", List.of(Limit.INPUT_TOKENS_PER_MINUTE, Limit.OUTPUT_TOKENS_PER_MINUTE), headers);
        }
        return headers;
    }

    private void tell(String what, List<Limit> limits, Map<String, String> headers) {
        long now = nanos.getAsLong();
        bounds.stream()
                .flatMap(bound ->
                        limits.stream().flatMap(limit -> bound.account().standing(limit, bound.limits(), now).stream()))
                .min(Comparator.comparingDouble(Account.Standing::share))
                .ifPresent(tightest -> {
                    headers.put("x-ratelimit-limit-" + what, Long.toString(tightest.limit()));
                    headers.put("x-ratelimit-remaining-" + what, Long.toString(tightest.remaining()));
                    headers.put("x-ratelimit-reset-" + what, written(tightest.untilFull()));
                });
    }

    /** As OpenAI writes a duration: {@code 120ms}, {@code 1s}, {@code 6m0s}, {@code 1h0m0s}; never less than it is. */
    static String written(Duration duration) {
        long millis = (duration.toNanos() + 999_999) / 1_000_000;
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = (millis + 999) / 1000;
        String tail = seconds % 60 + "s";
        if (seconds < 60) {
            return tail;
        }
        String minutes = seconds / 60 % 60 + "m" + tail;
        return seconds < 3600 ? minutes : seconds / 3600 + "h" + minutes;
    }
}
