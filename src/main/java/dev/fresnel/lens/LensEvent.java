package dev.fresnel.lens;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What happened on the shelf, for logs, metrics and the ledger. Holds no text of a client except a cut, cleaned scope. */
public sealed interface LensEvent {
    TenantId tenant();

    /**
     * A lens was written and is on the shelf: RFC-137's {@code ephemeral_lens_created} (S25).
     *
     * @param requestId the exchange that started the writing
     * @param key short form
     * @param scope at most 100 characters
     * @param smart the declared model that was asked to write it
     * @param generatedBy the model id the provider reported
     * @param cause whether the shelf was empty or the lens stale
     * @param attempts calls made, 1 or 2
     */
    record Created(
            RequestId requestId,
            TenantId tenant,
            String key,
            LensId id,
            String scope,
            Counts counts,
            ModelName smart,
            String generatedBy,
            String templateVersion,
            Cause cause,
            int attempts,
            List<Repair> repairs,
            Usage usage,
            Provenance.UsageSource usageSource,
            Usd cost,
            Duration took)
            implements LensEvent {
        public Created {
            repairs = List.copyOf(repairs);
        }
    }

    /**
     * A lens could not be written.
     *
     * @param detail safe to log
     * @param cost spent nevertheless
     */
    record Failed(
            RequestId requestId,
            TenantId tenant,
            String key,
            LensFailure failure,
            String detail,
            int attempts,
            Usage usage,
            Provenance.UsageSource usageSource,
            Usd cost,
            Duration took,
            Optional<Duration> retryAfter)
            implements LensEvent {}

    /** The store failed; the request went on as if the lens were not kept. */
    record StoreFailed(TenantId tenant, String key, Operation operation, String detail) implements LensEvent {}

    /** Items per list. */
    record Counts(int heuristics, int patterns, int antiPatterns, int constraints, int examples) {
        static Counts of(Lens lens) {
            return new Counts(
                    lens.heuristics().size(),
                    lens.patterns().size(),
                    lens.antiPatterns().size(),
                    lens.constraints().size(),
                    lens.examples().size());
        }
    }

    /** Cache state that led to the writing. */
    enum Cause {
        MISS,
        STALE;

        /** The name in events. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What was asked of the store. */
    enum Operation {
        FIND,
        CLAIM,
        SAVE,
        TOUCH;

        /** The name in events. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
