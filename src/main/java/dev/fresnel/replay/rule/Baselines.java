package dev.fresnel.replay.rule;

import java.util.List;
import java.util.function.ToIntFunction;

/** The rules that the learned policy is compared with. */
public final class Baselines {
    private Baselines() {}

    public static Rule alwaysDirect() {
        return told("always-direct", offer -> 0);
    }

    /** Always the first worker. */
    public static Rule alwaysCheap() {
        return told("always-cheap", offer -> 1);
    }

    public static Rule random() {
        return new Rule("random", (setup, chance) -> new Chooser() {
            @Override
            public Choice choose(Offer offer) {
                return Choice.of(Best.random(offer, chance));
            }

            @Override
            public void learn(Offer offer, Choice choice, double quality) {}
        });
    }

    /** A rule that was told the arm for each request: an oracle, or a fixed arm. */
    public static Rule told(String name, ToIntFunction<Offer> arm) {
        return new Rule(name, (setup, chance) -> new FixedArm(arm));
    }

    public static Rule fullInformation() {
        return new Rule(
                "full-information",
                (setup, chance) -> new FullInformation(setup.arms().size(), chance));
    }

    public static Rule betaThompson() {
        return new Rule(
                "beta-thompson",
                (setup, chance) -> new BetaThompson(setup.arms().size(), chance));
    }

    public static Rule ucb1() {
        return new Rule("ucb1-plain", (setup, chance) -> new Ucb1(setup.arms().size(), chance));
    }

    public static Rule epsilonGreedy() {
        return new Rule(
                "epsilon-0.1", (setup, chance) -> new EpsilonGreedy(setup.arms().size(), chance, 0.1));
    }

    public static Rule liteLlm() {
        return new Rule("litellm-rule", (setup, chance) -> new LiteLlmRule(chance));
    }

    public static Rule vllm() {
        return new Rule(
                "vllm-rule", (setup, chance) -> new VllmRule(setup.arms().size(), chance));
    }

    public static Rule discountedLinUcb() {
        return new Rule(
                "d-linucb", (setup, chance) -> new DiscountedLinUcb(setup.arms().size(), chance));
    }

    public static Rule rfc() {
        return new Rule("rfc-137", (setup, chance) -> new RfcRule());
    }

    /** Whether RFC-137's rule delegates the prompt. */
    public static boolean rfcDelegates(String prompt) {
        return RfcRule.delegates(prompt);
    }

    /** The length of an answer that RFC-137's rule expects, in tokens. */
    public static int rfcTokens(String prompt) {
        return RfcRule.tokens(prompt);
    }

    /** All that need no knowledge of the answers, in the order of the tables. */
    public static List<Rule> all() {
        return List.of(
                alwaysDirect(),
                alwaysCheap(),
                random(),
                rfc(),
                ucb1(),
                betaThompson(),
                epsilonGreedy(),
                liteLlm(),
                vllm(),
                discountedLinUcb(),
                fullInformation());
    }
}
