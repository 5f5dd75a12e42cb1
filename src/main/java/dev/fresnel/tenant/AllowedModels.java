package dev.fresnel.tenant;

import dev.fresnel.value.ModelName;
import java.util.List;
import java.util.Optional;

/**
 * Which models may be asked for by name. What answers in their place, a worker or a fallback, is the operator's choice and not
 * checked. Immutable.
 *
 * @param patterns {@code *} stands for any run of characters; empty: every model
 */
public record AllowedModels(Optional<List<String>> patterns) {
    public static final AllowedModels ALL = new AllowedModels(Optional.empty());

    public AllowedModels {
        patterns = patterns.map(List::copyOf);
    }

    /** Whether there is any model that may not be asked for. */
    public boolean isLimited() {
        return patterns.isPresent();
    }

    /**
     * Whether {@code requested} may be asked for: itself or the model it is an alias of fits a pattern.
     *
     * @param aliasTarget the declared model at the end of the alias chain; empty when {@code requested} is not declared
     */
    public boolean allows(ModelName requested, Optional<ModelName> aliasTarget) {
        return patterns.isEmpty()
                || patterns.get().stream()
                        .anyMatch(pattern -> Glob.matches(pattern, requested.value())
                                || aliasTarget
                                        .filter(target -> Glob.matches(pattern, target.value()))
                                        .isPresent());
    }
}
