package dev.fresnel.lens;

import dev.fresnel.policy.SpecialFunctions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Says whether answers to a key are worse with a version of its lens than they would be without. Pure.
 *
 * <p><b>Lift</b> of a version for one worker's model = quality of its answers with it - quality without. What "without" is:
 *
 * <ul>
 *   <li><b>The same model, bare</b>, on the same key, where a bare worker has the model and enough is known of it: at this key, and until
 *       that weighs enough, at the tenant's other keys.
 *   <li>Otherwise <b>what such lenses usually reach</b>, seen from the requested model: its quality at this key, less what lenses of the tenant
 *       usually fall short of it. The requested model itself is not "without": it is another, dearer model, and whether cheap answers are
 *       worth their loss is the policy's question, not the lens's. Its answers tell how hard the key is.
 * </ul>
 *
 * <p>The lift has a normal prior of mean .05 and standard deviation .2: SkillsBench (arXiv:2602.12670) found +4.5 points for guidance of
 * software tasks and one task in five where it hurt. Other keys count as much as the tenant's tasks
 * are alike ({@link LensSpread}), and like {@value #UNLIKE} answers where the key's own answers show that it is unlike them. Qualities are taken as normal around their Beta posterior's mean. A version hurts when {@code P(lift < 0) > .9} after
 * {@value #NEEDED} outcomes (science of lens reuse, 8.11).
 */
public final class LensJudge {
    /** Outcomes with a version before it is judged. */
    static final int NEEDED = 20;

    /** {@code P(lift < 0)} above which it hurts. */
    static final double SURE = 0.9;

    /** {@code P(lift < 0)} below which it rather helps. */
    static final double UNDECIDED = 0.5;

    private static final double PRIOR_MEAN = 0.05;
    private static final double PRIOR_VARIANCE = 0.2 * 0.2;
    /** What other keys count for where the key is unlike them, and how often keys are. */
    private static final double UNLIKE = 4;

    private static final double UNLIKELY = 0.1;

    /** Bare answers of a tenant, in mass, from which on they are what "without" means. */
    private static final double BARE_KNOWN = 5;

    private LensJudge() {}

    /** What a version is compared with. */
    public enum Reference {
        BARE,
        PEERS;

        /** The name in events. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is known of one version with one worker's model.
     *
     * @param answers with an outcome
     * @param lift posterior mean, -1.0 to 1.0
     * @param harm {@code P(lift < 0)}, 0.0 to 1.0
     */
    public record Finding(String worker, long answers, Reference reference, double lift, double harm) {
        boolean isSettled() {
            return answers >= NEEDED;
        }

        boolean hurts() {
            return isSettled() && harm > SURE;
        }
    }

    /** A quality: mean and variance. */
    private record Quality(double mean, double variance) {
        static Quality of(double good, double mass) {
            double mean = (good + 0.5) / (mass + 1);
            return new Quality(mean, mean * (1 - mean) / (mass + 2));
        }

        Quality plus(Quality other, int sign) {
            return new Quality(mean + sign * other.mean, variance + other.variance);
        }
    }

    /** One finding per worker that used the version and can be judged. */
    static List<Finding> findings(LensId lens, Recorded sums, LensSpread spread) {
        LensRecord own = new LensRecord(sums.own());
        LensRecord tenant = new LensRecord(sums.tenant());
        return own.workers(lens).stream()
                .flatMap(worker -> finding(lens, worker, own, tenant, spread).stream())
                .toList();
    }

    /** The worst finding, if the version hurts a worker: one is enough, since a rewrite serves them all. */
    public static Optional<Finding> harm(LensId lens, Recorded sums, LensSpread spread) {
        return findings(lens, sums, spread).stream()
                .filter(Finding::hurts)
                .max(Comparator.comparingDouble(Finding::harm));
    }

    private static Optional<Finding> finding(
            LensId lens, String worker, LensRecord own, LensRecord tenant, LensSpread spread) {
        Tally with = own.with(lens, worker);
        Reference reference = tenant.bare(worker).mass() >= BARE_KNOWN ? Reference.BARE : Reference.PEERS;
        Optional<Quality> without = switch (reference) {
            case BARE -> shrunk(own.bare(worker), tenant.bare(worker), spread.lean("bare/" + worker));
            case PEERS -> usual(worker, own, tenant, spread);
        };
        return without.map(known -> {
            Quality gain = Quality.of(with.good(), with.mass()).plus(known, -1);
            double precision = 1 / gain.variance() + 1 / PRIOR_VARIANCE;
            double lift = (gain.mean() / gain.variance() + PRIOR_MEAN / PRIOR_VARIANCE) / precision;
            double harm = SpecialFunctions.normalCumulative(-lift * Math.sqrt(precision));
            return new Finding(worker, with.answers(), reference, lift, harm);
        });
    }

    private static Optional<Quality> usual(String worker, LensRecord own, LensRecord tenant, LensSpread spread) {
        Tally peers = tenant.withAny(worker).minus(own.withEvery(worker));
        if (peers.mass() < 1) {
            // The first lens of a tenant without bare answers has nothing to be compared with.
            return Optional.empty();
        }
        Tally elsewhere = tenant.direct().minus(own.direct());
        if (elsewhere.mass() < 1) {
            return shrunk(Tally.NONE, peers, spread.lean("all/" + worker));
        }
        Quality shortfall =
                Quality.of(peers.good(), peers.mass()).plus(Quality.of(elsewhere.good(), elsewhere.mass()), -1);
        return shrunk(own.direct(), tenant.direct(), spread.lean("direct")).map(direct -> direct.plus(shortfall, 1));
    }

    /**
     * The quality at one key, leaning on the other keys as long as little is known of it, and hardly at all once its own answers do not look
     * like theirs: the prior is a mixture, and each part's weight becomes how well it foretold them (beta-binomial likelihood).
     */
    private static Optional<Quality> shrunk(Tally here, Tally everywhere, double alikeness) {
        Tally others = everywhere.minus(here);
        if (others.mass() == 0) {
            return here.mass() == 0 ? Optional.empty() : Optional.of(Quality.of(here.good(), here.mass()));
        }
        double usual = (others.good() + 0.5) / (others.mass() + 1);
        double lean = Math.min(alikeness, others.mass());
        Quality alike = leaning(usual, lean, here);
        Quality unlike = leaning(usual, Math.min(UNLIKE, lean), here);
        double odds = UNLIKELY
                / (1 - UNLIKELY)
                * Math.exp(evidence(usual, Math.min(UNLIKE, lean), here) - evidence(usual, lean, here));
        double share = 1 / (1 + 1 / odds);
        double mean = (1 - share) * alike.mean() + share * unlike.mean();
        double apart = alike.mean() - unlike.mean();
        return Optional.of(new Quality(
                mean,
                (1 - share) * alike.variance() + share * unlike.variance() + share * (1 - share) * apart * apart));
    }

    private static Quality leaning(double usual, double lean, Tally here) {
        return Quality.of(lean * usual + here.good(), lean + here.mass());
    }

    /** Log likelihood of the key's own answers under a prior of mean {@code usual} and mass {@code lean}. */
    private static double evidence(double usual, double lean, Tally here) {
        double good = lean * usual;
        double bad = lean * (1 - usual);
        return SpecialFunctions.logBeta(good + here.good(), bad + here.mass() - here.good())
                - SpecialFunctions.logBeta(good, bad);
    }
}
