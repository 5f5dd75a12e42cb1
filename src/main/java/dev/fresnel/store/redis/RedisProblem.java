package dev.fresnel.store.redis;

/** Something that went wrong with Redis and that the gateway lived through. For logs and counters; safe to show an operator. */
public sealed interface RedisProblem {
    /** What happened and what it means. */
    String message();

    /** Redis does not answer; nothing is asked of it until it does. Told once, at the beginning. */
    record Away(String message) implements RedisProblem {}

    /** Redis answers again: the end of {@link Away}. */
    record Back(String message) implements RedisProblem {}

    /** Redis answers and refuses to write: memory full, disk failing, a replica. Told once, until a write succeeds again. */
    record NotWritable(String message) implements RedisProblem {}

    /** One value could not be trusted: it counts as absent, and was deleted unless it is one of the keys of tenants. */
    record ValueDiscarded(String message) implements RedisProblem {}
}
