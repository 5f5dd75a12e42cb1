package dev.fresnel.delegation;

import dev.fresnel.delegation.RuleCheck.Outcome;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * RFC-137's any-of rules, with its options working, plus the break-even. A request is delegated when any rule fires, and every
 * one that fires is named.
 *
 * <ol>
 *   <li>{@code output_above_threshold}: the expected output (median) is strictly above the threshold.
 *   <li>{@code budget_low}: the remaining budget is below {@code budget-multiple} times the direct cost. Never when it does not even
 *       pay for the lens: then delegating would spend the rest on guidance for an answer that cannot be bought.
 *   <li>{@code multi_part}: several parts are asked for ({@link MultiPartRule}).
 *   <li>{@code break_even}: the expected output is above the {@link BreakEven} length, and a lens that must be written first is due
 *       ({@link MissedSavings}). Only for arms with a lens: a bare cheap model
 *       is always cheaper, so by money alone it would answer everything, and nothing would vouch for the quality.
 * </ol>
 *
 * <p>With {@code break-even} on, money has the last word: whatever rule fired, an arm that is expected to lose money is vetoed
 * ({@code not_worth_it}). So small tasks stay direct even when their words ask for several files. With {@code break-even} off
 * there is no veto and the rules are RFC-137's.
 */
final class Rules {
    private final RouteRules rules;
    private final RuleCheck multiPart;

    /** @param task the same for every arm, so it is looked at once, here */
    Rules(RouteRules rules, MultiPartRule multiPart, TaskText task) {
        this.rules = rules;
        this.multiPart = multiPart(multiPart, task);
    }

    /**
     * Applies every rule.
     *
     * @param direct expected cost of the requested model
     * @param remaining of the budget; empty without a limit
     */
    List<RuleCheck> check(ArmRow arm, Guidance guidance, long l50, Optional<Usd> direct, Optional<Usd> remaining) {
        return List.of(threshold(l50), budget(arm, direct, remaining), multiPart, breakEven(arm, guidance, l50));
    }

    /** True when money forbids what a rule asked for. */
    boolean vetoes(ArmRow arm) {
        return rules.breakEven().isOn()
                && arm.expectedSaving()
                        .filter(saving -> saving.isLessThan(Usd.ZERO))
                        .isPresent();
    }

    private RuleCheck threshold(long l50) {
        boolean fires = l50 > rules.thresholdTokens();
        return new RuleCheck(
                Reason.OUTPUT_ABOVE_THRESHOLD,
                fires ? Outcome.FIRED : Outcome.QUIET,
                "expected output " + l50 + (fires ? " > " : " <= ") + rules.thresholdTokens() + " tokens");
    }

    private RuleCheck budget(ArmRow arm, Optional<Usd> direct, Optional<Usd> remaining) {
        if (rules.budgetMultiple() <= 0) {
            return off(Reason.BUDGET_LOW, "budget-multiple is 0");
        }
        if (remaining.isEmpty()) {
            return off(Reason.BUDGET_LOW, "no daily budget");
        }
        if (direct.isEmpty() || arm.lensCost().isEmpty()) {
            return off(Reason.BUDGET_LOW, "a price is missing");
        }
        Usd left = remaining.get();
        BigDecimal bar = BigDecimal.valueOf(direct.get().nanos()).multiply(BigDecimal.valueOf(rules.budgetMultiple()));
        boolean low = BigDecimal.valueOf(left.nanos()).compareTo(bar) < 0;
        Usd lens = arm.lensCost().get();
        String numbers = "remaining " + left + (low ? " < " : " >= ") + plain(rules.budgetMultiple()) + " x "
                + direct.get() + " USD, lens " + lens + " USD";
        if (low && left.isLessThan(lens)) {
            return new RuleCheck(Reason.BUDGET_LOW, Outcome.QUIET, numbers + ", which it does not pay for");
        }
        return new RuleCheck(Reason.BUDGET_LOW, low ? Outcome.FIRED : Outcome.QUIET, numbers);
    }

    private RuleCheck multiPart(MultiPartRule multiPart, TaskText task) {
        if (!rules.multiPart().isOn()) {
            return off(Reason.MULTI_PART, "multi-part is off");
        }
        return multiPart
                .firesOn(task)
                .map(words -> new RuleCheck(Reason.MULTI_PART, Outcome.FIRED, "\"" + words + "\""))
                .orElseGet(() -> new RuleCheck(
                        Reason.MULTI_PART,
                        Outcome.QUIET,
                        "no order for several parts seen (" + rules.multiPartMinimum() + " or more when counted)"));
    }

    private RuleCheck breakEven(ArmRow arm, Guidance guidance, long l50) {
        if (!rules.breakEven().isOn()) {
            return off(Reason.BREAK_EVEN, "break-even is off");
        }
        if (guidance == Guidance.BARE) {
            return off(Reason.BREAK_EVEN, "a bare worker is not chosen by price alone");
        }
        if (arm.breakEven().isEmpty() || arm.expectedSaving().isEmpty()) {
            return off(Reason.BREAK_EVEN, "a price is missing");
        }
        boolean fires = arm.breakEven().get().isPassedBy(l50) && isDue(arm);
        return new RuleCheck(
                Reason.BREAK_EVEN,
                fires ? Outcome.FIRED : Outcome.QUIET,
                "expected output " + l50 + " tokens, saves above "
                        + arm.breakEven().get().text() + ", expected saving "
                        + arm.expectedSaving().get() + " USD " + lens(arm));
    }

    /** A lens that is yet to be written pays for itself only together with what was missed without it. */
    private static boolean isDue(ArmRow arm) {
        return arm.missed()
                .map(missed -> MissedSavings.isDue(
                        missed,
                        arm.expectedSaving().orElse(Usd.ZERO),
                        arm.lensCost().orElse(Usd.ZERO)))
                .orElse(true);
    }

    private String lens(ArmRow arm) {
        return arm.missed()
                .map(missed -> "with the lens at hand, which costs "
                        + arm.lensCost().orElse(Usd.ZERO) + " USD; missed without it so far " + missed + " USD")
                .orElseGet(() -> "over " + plain(rules.expectedUses().orElse(RouteRules.ASSUMED_USES)) + " uses");
    }

    private static RuleCheck off(Reason rule, String why) {
        return new RuleCheck(rule, Outcome.OFF, why);
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
