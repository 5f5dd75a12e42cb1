package dev.fresnel.replay.rule;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The update rules of the gateway, named as in its config, with its default settings. The quality guard is off unless the setup asks for it:
 * each proof measures one thing.
 */
public final class LearnedRules {
    private LearnedRules() {}

    public static Rule of(RuleName name) {
        return of(name.key(), PolicySettings.DEFAULT.with(name));
    }

    /** The rule with a drift alarm that never sounds. */
    public static Rule withoutAlarm(RuleName name) {
        PolicySettings settings = PolicySettings.DEFAULT.with(name);
        PolicySettings.Drift drift = settings.drift();
        return of(
                name.key() + " without alarm",
                settings.with(new PolicySettings.Drift(
                        drift.slack(), Double.POSITIVE_INFINITY, drift.keep(), drift.watch())));
    }

    /** @param settings of the gateway, whatever they are */
    public static Rule of(String name, PolicySettings settings) {
        return new Rule(
                name,
                (setup, chance) -> new LearnedPolicy(
                        settings.with(
                                setup.guard().isPresent()
                                        ? new PolicySettings.Guard(
                                                setup.guard().getAsDouble(),
                                                settings.guard().z(),
                                                settings.guard().credit())
                                        : PolicySettings.Guard.OFF),
                        setup,
                        chance));
    }

    /** Every rule but {@code off}. */
    public static List<Rule> all() {
        return Arrays.stream(RuleName.values())
                .filter(name -> name != RuleName.OFF)
                .map(LearnedRules::of)
                .toList();
    }

    /** @param key as in config: {@code kl-ucb} */
    public static Optional<RuleName> find(String key) {
        return Arrays.stream(RuleName.values())
                .filter(name -> name.key().equals(key))
                .findFirst();
    }
}
