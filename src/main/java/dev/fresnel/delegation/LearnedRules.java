package dev.fresnel.delegation;

import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.Optional;
import java.util.Set;

/**
 * What one route asks of the learned policy ({@code routes[].policy}).
 *
 * @param successUsd what a good answer is worth; empty: {@link #DEFAULT_WORTH} times what the requested model is expected to cost for
 *     the request at hand
 * @param pooling whose outcomes are learned from
 * @param features requests are told apart by
 * @param classifier names the kind of task; empty: the rules do
 */
public record LearnedRules(
        Optional<Usd> successUsd, Pooling pooling, Set<ContextFeature> features, Optional<ClassifierRules> classifier) {
    public LearnedRules {
        features = Set.copyOf(features);
    }

    /**
     * A success is worth eight strong calls: the whole price of the requested model is worth an eighth of a success, 12.5 points of
     * quality. Relative to the request, so that cheap and dear requests are weighed alike until the operator names dollars.
     */
    public static final double DEFAULT_WORTH = 8;

    public static final LearnedRules DEFAULT =
            new LearnedRules(Optional.empty(), Pooling.TENANT, ContextFeature.DEFAULT, Optional.empty());

    /** Between whom evidence is shared. Only numbers are: never lenses, prompts or names. */
    public enum Pooling {
        /** Each tenant learns by itself. */
        TENANT,
        /** Tenants start from what the others have learned, and go on by themselves. */
        GATEWAY;

        /** Whose evidence is comparable: the name of the requested model's requests. No tenant's id is a star. */
        public String population(TenantId tenant, ModelName requested) {
            return switch (this) {
                case TENANT -> tenant + "/" + requested;
                case GATEWAY -> "*/" + requested;
            };
        }
    }
}
