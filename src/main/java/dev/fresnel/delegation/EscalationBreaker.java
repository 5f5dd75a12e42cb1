package dev.fresnel.delegation;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pauses an arm whose answers have to be escalated too often: then both models are paid for, and the client waits for both. More than
 * {@value #MOST_PERCENT} in 100 of the last {@value #WINDOW} answers that were looked at pause it for {@link #PAUSE}, per tenant; after that it starts with
 * a clean record. Thread-safe; bounded by the arms of the config.
 */
public final class EscalationBreaker {
    public static final int WINDOW = 50;
    public static final int MOST_PERCENT = 40;
    public static final Duration PAUSE = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final Map<Lane, Recent> lanes = new ConcurrentHashMap<>();

    public EscalationBreaker(InstantSource clock) {
        this.clock = clock;
    }

    private record Lane(TenantId tenant, Arm arm) {}

    /**
     * The newest answers of one lane.
     *
     * @param answers bit 0 the newest, 1: escalated
     */
    private record Recent(long answers, int seen, Instant pausedUntil) {
        static final Recent CLEAN = new Recent(0, 0, Instant.MIN);

        Recent and(boolean escalated, Instant now) {
            long newest = (answers << 1 | (escalated ? 1 : 0)) & (1L << WINDOW) - 1;
            int known = Math.min(WINDOW, seen + 1);
            boolean tooMany = known == WINDOW && Long.bitCount(newest) * 100 > MOST_PERCENT * WINDOW;
            return tooMany ? new Recent(0, 0, now.plus(PAUSE)) : new Recent(newest, known, pausedUntil);
        }
    }

    /**
     * An answer of the arm was looked at.
     *
     * @return whether that pauses the arm
     */
    @CanIgnoreReturnValue
    public boolean answered(TenantId tenant, Arm arm, boolean escalated) {
        Instant now = clock.instant();
        Recent[] before = new Recent[1];
        Recent after = lanes.compute(new Lane(tenant, arm), (_, known) -> {
            before[0] = known == null ? Recent.CLEAN : known;
            return before[0].and(escalated, now);
        });
        return after.pausedUntil().isAfter(before[0].pausedUntil());
    }

    public boolean isPaused(TenantId tenant, Arm arm) {
        Recent record = lanes.get(new Lane(tenant, arm));
        return record != null && record.pausedUntil().isAfter(clock.instant());
    }
}
