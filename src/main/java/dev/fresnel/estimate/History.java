package dev.fresnel.estimate;

import dev.fresnel.value.TenantId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * By how much the answers to one thing were longer or shorter than expected: per key a running mean of {@code ln} residuals. Each tenant
 * keeps the {@value #KEYS_PER_TENANT} keys it learned of last, so that none can push out another's. One writer; any thread reads.
 */
final class History {
    static final int KEYS_PER_TENANT = 8192;

    /** The mean of {@code n} residuals has weight {@code n / (n + 3)}. */
    private static final double DOUBT = 3;

    private static final Residuals NONE = new Residuals(0, 0);

    private final int memory;
    private final Map<Key, Residuals> published = new ConcurrentHashMap<>();
    /** The writer's own: which key was learned of last. */
    private final Map<TenantId, LinkedHashMap<Key, Boolean>> order = new HashMap<>();

    /** @param hash of texts; two that collide share a mean, which makes an estimate poorer and gives nothing away */
    record Key(TenantId tenant, long hash) {}

    private record Residuals(int n, double mean) {
        Residuals and(double residual, int memory) {
            int seen = Math.min(n + 1, memory);
            return new Residuals(seen, mean + (residual - mean) / seen);
        }

        double trust() {
            return n / (n + DOUBT);
        }
    }

    /** @param memory how many residuals a mean is made of before it begins to forget */
    History(int memory) {
        this.memory = memory;
    }

    /** What to add to an expected {@code ln} length; 0 for what was never seen. */
    double residual(Key key) {
        Residuals known = find(key);
        return known.mean() * known.trust();
    }

    /** 0.0 for what was never seen, towards 1.0 for what is well known. */
    double trust(Key key) {
        return find(key).trust();
    }

    private Residuals find(Key key) {
        return published.getOrDefault(key, NONE);
    }

    /** Writer only. */
    void learn(Key key, double residual) {
        published.put(key, find(key).and(residual, memory));
        LinkedHashMap<Key, Boolean> mine =
                order.computeIfAbsent(key.tenant(), _ -> new LinkedHashMap<>(16, 0.75f, true));
        mine.put(key, true);
        if (mine.size() > KEYS_PER_TENANT) {
            Key oldest = mine.firstEntry().getKey();
            mine.remove(oldest);
            published.remove(oldest);
        }
    }

    int size() {
        return published.size();
    }
}
