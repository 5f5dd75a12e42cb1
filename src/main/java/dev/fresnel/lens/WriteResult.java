package dev.fresnel.lens;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What became of one attempt to write a lens. */
public sealed interface WriteResult {
    /** Calls made to the smart model, 1 or 2. */
    int attempts();

    /** @param repairs what the parser put right */
    record Written(Lens lens, int attempts, List<Repair> repairs) implements WriteResult {
        public Written {
            repairs = List.copyOf(repairs);
        }
    }

    /**
     * No lens.
     *
     * @param detail safe to log: never a word of the answer
     * @param spent what the attempts consumed nevertheless
     * @param retryAfter as the provider asked, for {@link LensFailure#RATE_LIMITED}
     */
    record NotWritten(
            LensFailure failure, String detail, int attempts, Spent spent, Duration took, Optional<Duration> retryAfter)
            implements WriteResult {}

    /** Money and tokens of one or two calls. */
    record Spent(Usage usage, Provenance.UsageSource source, Usd cost) {
        static final Spent NOTHING = new Spent(Usage.NONE, Provenance.UsageSource.REPORTED, Usd.ZERO);

        Spent plus(Spent other) {
            boolean estimated =
                    source == Provenance.UsageSource.ESTIMATED || other.source == Provenance.UsageSource.ESTIMATED;
            return new Spent(
                    usage.plus(other.usage),
                    estimated ? Provenance.UsageSource.ESTIMATED : Provenance.UsageSource.REPORTED,
                    cost.plus(other.cost));
        }
    }
}
