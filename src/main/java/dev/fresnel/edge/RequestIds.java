package dev.fresnel.edge;

import dev.fresnel.value.RequestId;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Makes request ids: a random prefix per gateway, then a count. Thread-safe. */
public final class RequestIds {
    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    public RequestIds(RandomGenerator random) {
        prefix = "fr-" + String.format("%012x", random.nextLong() & 0xffff_ffff_ffffL) + "-";
    }

    RequestId next() {
        return new RequestId(prefix + Long.toString(count.incrementAndGet(), 36));
    }
}
