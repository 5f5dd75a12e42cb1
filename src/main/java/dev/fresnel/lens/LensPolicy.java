package dev.fresnel.lens;

import java.time.Duration;

/**
 * How lenses are built, keyed and kept on a route ({@code routes[].lens}).
 *
 * @param build when a lens is written: what pays, while the request waits, or behind it
 * @param scope which requests share one lens
 * @param ttl how long a lens is fresh; it is served stale for as long again while one rebuild runs
 * @param onFailure what a request gets that should have had a lens
 * @param deadline how long a request waits for an inline build, and how long each of its one or two calls may last
 * @param temperature of the smart model's call
 * @param maxTokens of the smart model's answer
 * @param maxLensTokens cap of the rendered block
 * @param negativeTtl how long a failed build is not tried again
 * @param sharing whether all of a tenant's keys share a lens, or each key has its own
 * @param near whether a task without a lens may use one that was written for a task much like it
 */
public record LensPolicy(
        Build build,
        Scope scope,
        Duration ttl,
        OnFailure onFailure,
        Duration deadline,
        double temperature,
        int maxTokens,
        int maxLensTokens,
        Duration negativeTtl,
        Near near,
        Sharing sharing) {
    public static final LensPolicy DEFAULT = new LensPolicy(
            Build.AUTO,
            Scope.TASK,
            Duration.ofHours(24),
            OnFailure.DIRECT,
            Duration.ofSeconds(60),
            0.3,
            2000,
            900,
            Duration.ofMinutes(10),
            Near.OFF,
            Sharing.TENANT);

    public enum Build {
        AUTO,
        INLINE,
        BACKGROUND
    }

    public enum Scope {
        TASK,
        APP,
        EXPLICIT
    }

    public enum Near {
        OFF,
        MINHASH
    }

    public enum Sharing {
        TENANT,
        KEY
    }

    public enum OnFailure {
        DIRECT,
        MINIMAL,
        ERROR
    }
}
