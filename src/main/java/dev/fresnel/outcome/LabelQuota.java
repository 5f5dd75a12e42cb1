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
    private final Map<TenantId, Hour> hours = new HashMap<>();

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

    boolean takes(TenantId tenant, Instant now) {
        Hour hour = hours.get(tenant);
        if (hour == null || Duration.between(hour.began, now).compareTo(HOUR) >= 0) {
            hour = new Hour(now);
            hours.put(tenant, hour);
        }
        if (hour.labels >= perHour) {
            return false;
        }
        hour.labels++;
        return true;
    }

    /** One that was taken changed nothing. */
    void returns(TenantId tenant) {
        Hour hour = hours.get(tenant);
        if (hour != null && hour.labels > 0) {
            hour.labels--;
        }
    }

    void expire(Instant now) {
        hours.values().removeIf(hour -> Duration.between(hour.began, now).compareTo(HOUR) >= 0);
    }
}
