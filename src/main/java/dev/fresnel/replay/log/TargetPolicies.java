package dev.fresnel.replay.log;

import dev.fresnel.replay.rule.LearnedRules;
import java.util.Optional;

/** Target policies by the names the command line takes. */
public final class TargetPolicies {
    private static final String ALWAYS = "always:";
    private static final String RULE = "rule:";

    private TargetPolicies() {}

    /**
     * {@code always:ARM}, {@code uniform} or {@code rule:NAME}; empty for anything else.
     *
     * @param successUsd what a success is worth to a learned rule, above 0
     */
    public static Optional<TargetPolicy> named(String name, double successUsd) {
        if (name.equals("uniform")) {
            return Optional.of(TargetPolicy.uniform());
        }
        if (name.startsWith(ALWAYS) && name.length() > ALWAYS.length()) {
            return Optional.of(TargetPolicy.always(name.substring(ALWAYS.length())));
        }
        if (name.startsWith(RULE) && successUsd > 0) {
            return LearnedRules.find(name.substring(RULE.length())).map(rule -> new LearnedTarget(rule, successUsd));
        }
        return Optional.empty();
    }
}
