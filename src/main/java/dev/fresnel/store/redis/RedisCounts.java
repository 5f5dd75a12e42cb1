package dev.fresnel.store.redis;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often operations failed, by kind, and what else an operator watches. Only grows; thread-safe. */
public final class RedisCounts {
    private final Map<RedisFailure.Kind, LongAdder> failures = new EnumMap<>(RedisFailure.Kind.class);
    private final LongAdder attempts = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder scriptsSent = new LongAdder();

    RedisCounts() {
        for (RedisFailure.Kind kind : RedisFailure.Kind.values()) {
            failures.put(kind, new LongAdder());
        }
    }

    void failed(RedisFailure.Kind kind) {
        adder(kind).increment();
    }

    void attempted() {
        attempts.increment();
    }

    void connected() {
        connections.increment();
    }

    void scriptSent() {
        scriptsSent.increment();
    }

    /** Operations that failed in this way. */
    public long failures(RedisFailure.Kind kind) {
        return adder(kind).sum();
    }

    /** Attempts to connect, successful ones included. */
    public long attempts() {
        return attempts.sum();
    }

    /** Connections that were made, the first included. */
    public long connections() {
        return connections.sum();
    }

    /** Scripts sent as text because the server did not know them. */
    public long scriptsSent() {
        return scriptsSent.sum();
    }

    private LongAdder adder(RedisFailure.Kind kind) {
        return java.util.Objects.requireNonNull(failures.get(kind));
    }
}
