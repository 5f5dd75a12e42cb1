package dev.fresnel.upstream;

import io.vertx.core.Future;

/** Answers a question of ours. The lens writer asks through this seam; {@link CompletionClient} asks a provider. */
@FunctionalInterface
public interface SmartModel {
    /**
     * Fails with a {@link dev.fresnel.value.GatewayException}: {@code UpstreamUnavailable} for a refused connection or a status
     * other than 200, {@code RateLimited} for 429 (with the provider's Retry-After), {@code UpstreamTimeout} past the deadline.
     */
    Future<Completion> complete(CompletionCall call);
}
