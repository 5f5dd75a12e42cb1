package dev.fresnel.outcome;

import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * So many labels per tenant and hour count, so that no caller can move the policy at will. Each process counts for itself. Used by the
 * learner's thread only.
 */
final class LabelQuota {
    private static final Duration HOUR = Duration.ofHours(1);

    private final int perHour;
    private final Map<Caller, Hour> hours = new HashMap<>();

    private record Caller(TenantId tenant, String key) {}

    private static final class Hour {
        private final Instant began;
        private int labels;

        Hour(Instant began) {
            this.began = began;
        }
    }

    LabelQuota(int perHour) {
        this.perHour = perHour;
    }

    /** @param key of the tenant, by which it speaks */
    boolean takes(TenantId tenant, String key, Instant now) {
        Caller caller = new Caller(tenant, key);
        Hour hour = hours.get(caller);
        if (hour == null || Duration.between(hour.began, now).compareTo(HOUR) >= 0) {
            hour = new Hour(now);
            hours.put(caller, hour);
        }
        if (hour.labels >= perHour) {
            return false;
        }
        hour.labels++;
        return true;
    }

    /** One that was taken changed nothing. */
    void returns(TenantId tenant, String key) {
        Hour hour = hours.get(new Caller(tenant, key));
        if (hour != null && hour.labels > 0) {
            hour.labels--;
        }
    }

    void expire(Instant now) {
        hours.values().removeIf(hour -> Duration.between(hour.began, now).compareTo(HOUR) >= 0);
    }
}
