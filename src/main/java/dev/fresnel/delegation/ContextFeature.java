package dev.fresnel.delegation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What requests can be told apart by when the policy learns. Each one more makes contexts more alike inside and more numerous: what is
 * learned is truer and takes longer. The number is bounded whatever is chosen: the policy forgets the least recently used.
 */
public enum ContextFeature {
    /** The kind of work, {@link TaskKind}. */
    TASK_KIND,
    /** The expected output, in powers of two of tokens. */
    OUTPUT_SIZE,
    /** The input, in powers of two of tokens. */
    INPUT_SIZE,
    /** How capable the requested model is. */
    MODEL_TIER,
    /** The repository or application, {@link TaskFeatures#repo}; inside the task, so that a new one starts from what the task knows. */
    REPO;

    /** What is gone by unless the config says otherwise. */
    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which its type cannot say
    public static final Set<ContextFeature> DEFAULT = Set.copyOf(EnumSet.of(TASK_KIND, OUTPUT_SIZE, MODEL_TIER, REPO));

    /** The name in config. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
