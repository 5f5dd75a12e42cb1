package dev.fresnel.savings;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.LocalDate;
import java.util.Optional;

/**
 * One row of the statement. Money is of all requests; what is estimated concerns the conversations of the experiment, and the others cost with
 * delegation what they cost without it.
 *
 * @param day empty in a sum over days
 * @param model empty in a sum over models
 * @param spent known, not estimated: answers, retries, escalations, lenses, the gateway's own calls
 * @param counterfactual dollars that the same requests would have cost, had the requested model answered all of them
 * @param saved counterfactual less spent; negative is a loss
 * @param quality mean outcome as it was, less what it would have been, -1.0 to 1.0
 * @param offPolicySaved {@code saved}, estimated from all conversations that went direct instead of the controls alone
 * @param offPolicyQuality {@code quality}, likewise
 * @param conversations delegable ones: those of the experiment
 * @param controls of them, sent direct by lot
 * @param judged of them, with an outcome
 * @param controlsJudged controls with an outcome
 * @param requests of those conversations
 * @param otherRequests not in the experiment: not delegable, forced by the client, or of a route that delegates nothing
 * @param otherSpent by them
 * @param unpriced requests in the experiment whose cost is not known; they are missing in {@code spent}
 * @param otherUnpriced others likewise
 */
public record StatementRow(
        TenantId tenant,
        Optional<LocalDate> day,
        Optional<String> model,
        Usd spent,
        Finding counterfactual,
        Finding saved,
        Finding quality,
        Finding offPolicySaved,
        Finding offPolicyQuality,
        long conversations,
        long controls,
        long judged,
        long controlsJudged,
        long requests,
        long otherRequests,
        Usd otherSpent,
        long unpriced,
        long otherUnpriced) {

    /** A statement needs this many conversations that went direct, and this many outcomes of them. */
    public static final int LEAST = 30;

    /** Widest half of an interval of money, as a share of the counterfactual. */
    static final double WIDEST_MONEY = 0.5;

    /** Widest half of an interval of quality. */
    static final double WIDEST_QUALITY = 0.2;

    /** Whether a tenant's conversations become controls, by the config in force. */
    public enum Lot {
        DRAWN,
        /** {@code control-share} is 0 wherever something is delegated. */
        NONE
    }

    static StatementRow of(TenantId tenant, Optional<LocalDate> day, Optional<String> model, Sums sums, Lot lot) {
        Counterfactual controls = Counterfactual.ofControls(sums);
        Counterfactual direct = Counterfactual.ofAllDirect(sums);
        Finding counterfactual = compared(money(sums, controls, "controls"), lot);
        double spent = new Usd(sums.whole(Sums.NANOS)).dollars();
        double other = new Usd(sums.whole(Sums.OTHER_NANOS)).dollars();
        return new StatementRow(
                tenant,
                day,
                model,
                new Usd(sums.whole(Sums.NANOS)).plus(new Usd(sums.whole(Sums.OTHER_NANOS))),
                counterfactual.with(counterfactual.range().map(range -> range.plus(other))),
                counterfactual.with(counterfactual.range().map(range -> range.plus(-spent))),
                compared(quality(sums, controls, "controls"), lot),
                saved(money(sums, direct, "conversations that went direct"), spent),
                quality(sums, direct, "conversations that went direct"),
                sums.whole(Sums.CONVERSATIONS),
                controls.sample(),
                sums.whole(Sums.OUTCOMES),
                controls.judged(),
                sums.whole(Sums.REQUESTS),
                sums.whole(Sums.OTHER_REQUESTS),
                new Usd(sums.whole(Sums.OTHER_NANOS)),
                sums.whole(Sums.UNPRICED),
                sums.whole(Sums.OTHER_UNPRICED));
    }

    /** Without a lot there is no waiting for more. What controls of earlier days say stays. */
    private static Finding compared(Finding finding, Lot lot) {
        return lot == Lot.NONE
                        && finding.evidence() == Evidence.NOT_ENOUGH
                        && finding.range().isEmpty()
                ? Finding.noControls()
                : finding;
    }

    private static Finding saved(Finding counterfactual, double spent) {
        return counterfactual.with(counterfactual.range().map(range -> range.plus(-spent)));
    }

    /** Of the conversations in the experiment only. */
    private static Finding money(Sums sums, Counterfactual from, String sample) {
        if (sums.whole(Sums.CONVERSATIONS) == 0) {
            return Finding.nothingDelegable(Range.exactly(0));
        }
        if (from.sample() < LEAST) {
            return Finding.notEnough(Optional.empty(), few(from.sample(), sample));
        }
        Range range = from.dollars().orElseThrow();
        if (sums.whole(Sums.UNPRICED) > 0) {
            return Finding.notEnough(
                    Optional.of(range),
                    sums.whole(Sums.UNPRICED) + " requests have no known price: add it to the config");
        }
        return range.width() / 2 > WIDEST_MONEY * range.value()
                ? Finding.notEnough(
                        Optional.of(range), "the interval is wider than half the counterfactual on either side")
                : Finding.enough(range);
    }

    private static Finding quality(Sums sums, Counterfactual from, String sample) {
        if (sums.whole(Sums.CONVERSATIONS) == 0) {
            return Finding.nothingDelegable(Range.exactly(0));
        }
        if (from.judged() < LEAST) {
            return Finding.notEnough(Optional.empty(), few(from.judged(), sample + " with an outcome"));
        }
        double given = sums.real(Sums.QUALITY) / sums.whole(Sums.OUTCOMES);
        Range difference = from.quality().orElseThrow().times(-1).plus(given);
        return difference.width() / 2 > WIDEST_QUALITY
                ? Finding.notEnough(Optional.of(difference), "the interval is wider than 20 points on either side")
                : Finding.enough(difference);
    }

    private static String few(long n, String what) {
        return n + " of the " + LEAST + " " + what + " that are needed";
    }
}
