package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.savings.Evidence;
import dev.fresnel.savings.Experiment;
import dev.fresnel.savings.Finding;
import dev.fresnel.savings.Range;
import dev.fresnel.savings.StatementRow;
import dev.fresnel.savings.Trial;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Whether the savings statement's intervals hold the truth as often as they say. Traffic is made, so what every conversation would have cost with the other
 * arm, and how good it would have been, is known; the statement is shown only what a gateway sees. Ten statements per seed.
 */
public final class SavingsStated implements Proof {
    private static final int STATEMENTS_PER_SEED = 10;

    private static final String MODEL = "simulated";

    /** Share of outcomes that never come. */
    private static final double SILENT = 0.3;

    /**
     * Made traffic.
     *
     * @param conversations all delegable
     * @param controlShare of them
     * @param sigma of the logarithm of what a conversation costs beyond what was foreseen: 0.3 is tame, 1 has a long tail
     * @param foreseen of the logarithm of the cost: its standard deviation over conversations, known beforehand
     * @param adaptive whether a policy draws too, and the statement is the off-policy one
     */
    public record World(
            String name, int conversations, double controlShare, double sigma, double foreseen, boolean adaptive) {
        /** With {@code factor} times as many conversations, and as many controls. */
        public World withConversations(double factor) {
            return new World(
                    name,
                    (int) (conversations * factor),
                    Math.min(0.5, controlShare / factor),
                    sigma,
                    foreseen,
                    adaptive);
        }
    }

    /** What is measured. */
    public static final List<World> WORLDS = List.of(
            new World("plain, 200 controls", 10_000, 0.02, 0.3, 0.6, false),
            new World("long tails, 200 controls", 10_000, 0.02, 1.0, 0.8, false),
            new World("long tails, 60 controls", 3_000, 0.02, 1.0, 0.8, false),
            new World("few conversations, 55 controls", 550, 0.1, 0.5, 0.6, false),
            new World("adaptive, off-policy", 5_000, 0.02, 0.5, 0.6, true));

    /**
     * What one statement said, beside the truth.
     *
     * @param share half the width of money's interval, as a share of the counterfactual; not a number where there is none
     * @param points half the width of quality's, likewise
     * @param isEnough whether both were said to be enough evidence
     */
    public record Told(Holds money, double share, Holds quality, double points, boolean isEnough) {}

    /** Whether an interval holds the truth. */
    public enum Holds {
        YES,
        NO,
        /** There is none, since there is too little evidence. */
        UNSAID;

        static Holds of(Finding finding, double truth) {
            return finding.range()
                    .map(range -> range.contains(truth) ? YES : NO)
                    .orElse(UNSAID);
        }
    }

    @Override
    public String id() {
        return "SAVINGS";
    }

    @Override
    public String title() {
        return "the savings statement's intervals hold the truth as often as they say";
    }

    @Override
    public Verdict run(Bench bench) {
        int runs = STATEMENTS_PER_SEED * bench.seeds();
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (World world : WORLDS) {
            List<Told> told = Seeds.each(runs, seed -> statement(world, seed));
            Interval money = covered(told, Told::money);
            Interval quality = covered(told, Told::quality);
            for (String what : List.of("saved", "quality")) {
                Interval share = what.equals("saved") ? money : quality;
                claims.add(Claim.atLeast(world.name() + ": " + what + " holds the truth, %", share, 93, 1));
                claims.add(Claim.atMost(world.name() + ": " + what + " holds the truth, %", share, 97, 1));
            }
            rows.add(List.of(
                    world.name(),
                    money.text(1),
                    mean(told, Told::share),
                    quality.text(1),
                    mean(told, Told::points),
                    percent(told.stream().filter(Told::isEnough).count(), told.size())
                            .text(1)));
        }
        return new Verdict(
                id(),
                runs + " statements on made traffic, each with truths of its own",
                claims,
                List.of(new Table(
                        List.of(
                                "traffic",
                                "saved holds the truth %",
                                "half width, % of the counterfactual",
                                "quality holds the truth %",
                                "half width, points",
                                "enough evidence %"),
                        rows)),
                List.of());
    }

    /** Of the intervals that there are, how many hold the truth: percent. */
    public static Interval covered(List<Told> told, Function<Told, Holds> holds) {
        long said =
                told.stream().filter(one -> holds.apply(one) != Holds.UNSAID).count();
        return percent(
                told.stream().filter(one -> holds.apply(one) == Holds.YES).count(), (int) said);
    }

    private static Interval percent(long hits, int of) {
        Interval share = Interval.ofShare((int) hits, of);
        return new Interval(100 * share.mean(), 100 * share.half(), of);
    }

    private static String mean(List<Told> told, ToDoubleFunction<Told> half) {
        return Interval.of(told.stream()
                        .mapToDouble(half)
                        .filter(Double::isFinite)
                        .map(value -> 100 * value)
                        .toArray())
                .text(1);
    }

    /** One statement, on traffic of its own. */
    public static Told statement(World world, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Experiment experiment = new Experiment();
        double directUsd = 0;
        double spentUsd = 0;
        double goodDirect = 0;
        double judgedDirect = 0;
        double good = 0;
        double judged = 0;
        for (int i = 0; i < world.conversations(); i++) {
            Conversation conversation = Conversation.drawn(world, random);
            Trial trial = trial(world, conversation, random);
            boolean delegated = trial.side() == Trial.Side.DELEGATED;
            List<Usd> costs = delegated ? conversation.delegated() : conversation.direct();
            double outcome = delegated ? conversation.goodDelegated() : conversation.goodDirect();
            boolean heard = delegated ? conversation.heardDelegated() : conversation.heardDirect();
            experiment.add(trial, costs, heard ? Optional.of(outcome) : Optional.empty());
            directUsd += dollars(conversation.direct());
            spentUsd += dollars(costs);
            goodDirect += conversation.heardDirect() ? conversation.goodDirect() : 0;
            judgedDirect += conversation.heardDirect() ? 1 : 0;
            good += heard ? outcome : 0;
            judged += heard ? 1 : 0;
        }
        StatementRow row = experiment.row();
        Finding saved = world.adaptive() ? row.offPolicySaved() : row.saved();
        Finding quality = world.adaptive() ? row.offPolicyQuality() : row.quality();
        double savedTruth = directUsd - spentUsd;
        double qualityTruth = good / judged - goodDirect / judgedDirect;
        return new Told(
                Holds.of(saved, savedTruth),
                saved.range().map(Range::width).orElse(Double.NaN) / 2 / directUsd,
                Holds.of(quality, qualityTruth),
                quality.range().map(Range::width).orElse(Double.NaN) / 2,
                saved.evidence() == Evidence.ENOUGH && quality.evidence() == Evidence.ENOUGH);
    }

    private static Trial trial(World world, Conversation conversation, RandomGenerator random) {
        double share = world.controlShare();
        // A policy that has learned which conversations it can give away draws the others direct.
        double policyDirect = world.adaptive() ? conversation.directByPolicy() : 0;
        double direct = share + (1 - share) * policyDirect;
        if (random.nextDouble() < share) {
            return new Trial(MODEL, Trial.Side.CONTROL, share, direct, conversation.expectedUsd());
        }
        Trial.Side side = random.nextDouble() < policyDirect ? Trial.Side.DIRECT : Trial.Side.DELEGATED;
        return new Trial(MODEL, side, share, direct, conversation.expectedUsd());
    }

    private static double dollars(List<Usd> costs) {
        return costs.stream().mapToDouble(Usd::dollars).sum();
    }

    /** Both fates of one conversation. A worker is cheaper, a little worse, and its users ask again more often. */
    private record Conversation(
            double expectedUsd,
            double directByPolicy,
            List<Usd> direct,
            List<Usd> delegated,
            double goodDirect,
            double goodDelegated,
            boolean heardDirect,
            boolean heardDelegated) {
        static Conversation drawn(World world, RandomGenerator random) {
            double hardness = random.nextDouble();
            double expected = 0.02 * Math.exp(world.foreseen() * random.nextGaussian());
            double asked = expected * Math.exp(world.sigma() * random.nextGaussian());
            int turns = 1 + (int) (3 * random.nextDouble() * random.nextDouble());
            boolean again = random.nextDouble() < 0.1;
            return new Conversation(
                    expected,
                    hardness < 0.7 ? 0.02 : 0.9,
                    turns(asked, turns),
                    turns(0.3 * asked * Math.exp(0.3 * random.nextGaussian()), again ? turns + 1 : turns),
                    random.nextDouble() < 0.95 - 0.1 * hardness ? 1 : 0,
                    random.nextDouble() < 0.93 - 0.2 * hardness ? 1 : 0,
                    random.nextDouble() >= SILENT,
                    random.nextDouble() >= SILENT);
        }

        private static List<Usd> turns(double firstUsd, int turns) {
            List<Usd> costs = new ArrayList<>();
            for (int turn = 0; turn < turns; turn++) {
                costs.add(new Usd(Math.round(1e9 * firstUsd)));
            }
            return costs;
        }
    }
}
