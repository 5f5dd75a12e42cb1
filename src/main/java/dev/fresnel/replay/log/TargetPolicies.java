package dev.fresnel.replay.log;

import dev.fresnel.replay.rule.LearnedRules;
import java.util.Optional;

/** Target policies by the names the command line takes. */
public final class TargetPolicies {
    private static final String ALWAYS = "always:";
    private static final String RULE = "rule:";

    private TargetPolicies() {}

    /** The arm of {@code always:ARM}; empty for other names. */
    public static Optional<String> armOf(String name) {
        return name.startsWith(ALWAYS) && name.length() > ALWAYS.length()
                ? Optional.of(name.substring(ALWAYS.length()))
                : Optional.empty();
    }

    /**
     * {@code always:ARM}, {@code uniform} or {@code rule:NAME}; empty for anything else.
     *
     * @param successUsd what a success is worth to a learned rule, above 0
     */
    public static Optional<TargetPolicy> named(String name, double successUsd) {
        if (name.equals("uniform")) {
            return Optional.of(TargetPolicy.uniform());
        }
        Optional<String> arm = armOf(name);
        if (arm.isPresent()) {
            return arm.map(TargetPolicy::always);
        }
        if (name.startsWith(RULE) && successUsd > 0) {
            return LearnedRules.find(name.substring(RULE.length())).map(rule -> new LearnedTarget(rule, successUsd));
        }
        return Optional.empty();
    }
}
