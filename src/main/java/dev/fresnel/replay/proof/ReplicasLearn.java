package dev.fresnel.replay.proof;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.LearnedPolicy;
import dev.fresnel.replay.rule.LearnedRules;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * P4: 16 replicas at 1,000 requests a second that share a real store, against one process that learns every outcome at once. With a
 * refresh a second some 1,000 requests are decided between two of them. The baselines share one state that is refreshed every 1,000
 * requests, which is what replicas are that learn nothing on their own.
 */
final class ReplicasLearn implements Proof {
    private static final int REPLICAS = 16;
    private static final int PER_SECOND = 1_000;
    private static final Duration REFRESH = Duration.ofSeconds(1);

    /** Points by which one arm of a hot bucket is better. */
    private static final int[] MARGINS = {10, 5};

    /** What a gateway does. */
    private static final Duration SHIPPED = Duration.ofMillis(250);

    @Override
    public String id() {
        return "P4";
    }

    @Override
    public String title() {
        return "16 replicas: learn as one process would, and stay wrong in no bucket for long";
    }

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        try (SharedStores stores = bench.stores().get()) {
            Trial trial = new Trial(bench, set, stores);
            String subject = bench.subject().name();
            List<Rule> rules = Lineup.of(
                    bench,
                    Stream.of(Baselines.ucb1(), Baselines.betaThompson())
                            .filter(rule -> !rule.name().equals(subject))
                            .toList());
            List<List<String>> captures = new ArrayList<>();
            List<List<String>> runs = new ArrayList<>();
            List<Claim> claims = new ArrayList<>();
            for (Rule rule : rules) {
                Interval loss = trial.captures(rule, captures);
                if (rule.name().equals(subject)) {
                    claims.add(Claim.atMost("capture lost to one process, points", loss, 4, 1));
                }
            }
            for (int points : MARGINS) {
                HotBucket bucket = new HotBucket(points, PER_SECOND, bench.seeds());
                for (Rule rule : rules) {
                    Interval longest = trial.hot(bucket, rule, runs);
                    if (rule.name().equals(subject)) {
                        claims.add(Claim.atMost(
                                "hot bucket, " + bucket.name() + ": longest wrong run of any seed", longest, 20, 0));
                    }
                }
            }
            return new Verdict(
                    id(),
                    Lineup.stream(
                            set,
                            "2 shuffled passes, 1,000 requests per second over 16 replicas, outcome at once to the replica that"
                                    + " decided; " + stores.name()),
                    claims,
                    List.of(
                            new Table(
                                    List.of(
                                            "rule",
                                            "refreshed",
                                            "one process: capture %",
                                            "shared: capture %",
                                            "lost, points"),
                                    captures),
                            new Table(
                                    List.of(
                                            "hot bucket",
                                            "rule",
                                            "refreshed",
                                            "longest wrong run",
                                            "of any seed",
                                            "wrong %",
                                            "after a swap"),
                                    runs)),
                    List.of());
        }
    }

    /** One stream in three ways, for any rule. */
    private static final class Trial {
        private static final AtomicInteger POPULATIONS = new AtomicInteger();

        private final TrafficPlan plan;
        private final Setup setup;
        private final SharedStores stores;
        private final int seeds;

        Trial(Bench bench, DataSet set, SharedStores stores) {
            this.plan = TrafficPlan.passes(set, 2).perSecond(PER_SECOND);
            this.setup = Setup.plain(set.arms(), set.successUsd());
            this.seeds = bench.seeds();
            this.stores = stores;
        }

        /** How a rule is shared, and how that is called. */
        private record Way(String refreshed, Rule rule) {}

        private List<Way> ways(Rule rule) {
            Optional<RuleName> learned = LearnedRules.find(rule.name());
            List<Way> ways = new ArrayList<>();
            learned.ifPresent(name -> {
                ways.add(new Way("each second", fleet(name, REFRESH)));
                ways.add(new Way("each 250 ms", fleet(name, SHIPPED)));
            });
            ways.add(new Way("every 1,000 requests, one state", Refreshed.of(rule, PER_SECOND)));
            return ways;
        }

        private Rule fleet(RuleName name, Duration refresh) {
            return new Rule(
                    name.key(),
                    (of, chance) -> new Fleet(
                            PolicySettings.DEFAULT.with(name).with(PolicySettings.Guard.OFF),
                            new Fleet.Size(REPLICAS, refresh),
                            new LearnedPolicy.Place(
                                    stores.corner() + "P4-" + POPULATIONS.incrementAndGet(), stores.now()),
                            stores.arms(),
                            of,
                            chance,
                            Fleet.Front.any(REPLICAS, chance)));
        }

        /** What the first way loses; a row for each. */
        Interval captures(Rule rule, List<List<String>> rows) {
            List<Double> alone = captured(rule);
            List<Interval> losses = new ArrayList<>();
            for (Way way : ways(rule)) {
                List<Double> shared = captured(way.rule());
                Interval loss = loss(alone, shared);
                losses.add(loss);
                rows.add(List.of(
                        rule.name(),
                        way.refreshed(),
                        of(alone).text(1),
                        of(shared).text(1),
                        loss.text(1)));
            }
            return losses.getFirst();
        }

        private List<Double> captured(Rule rule) {
            return Seeds.each(seeds, seed -> {
                Traffic traffic = plan.draw(seed);
                return 100
                        * Score.of(traffic, Replay.run(traffic, rule, setup, seed))
                                .capture();
            });
        }

        private static Interval of(List<Double> values) {
            return Seeds.interval(values, value -> value);
        }

        /** Of the same seeds: what the streams have in common is no uncertainty. */
        private static Interval loss(List<Double> alone, List<Double> shared) {
            double[] differences = new double[alone.size()];
            for (int i = 0; i < differences.length; i++) {
                differences[i] = alone.get(i) - shared.get(i);
            }
            return Interval.of(differences);
        }

        /** The longest run of the first way; a row for each, and for one process. */
        Interval hot(HotBucket bucket, Rule rule, List<List<String>> rows) {
            List<HotBucket.Course> first = List.of();
            for (Way way : ways(rule)) {
                List<HotBucket.Course> courses = bucket.of(way.rule());
                first = first.isEmpty() ? courses : first;
                rows.add(row(bucket, rule, way.refreshed(), courses));
            }
            rows.add(row(bucket, rule, "at once, one process", bucket.of(rule)));
            return Worst.of(first, HotBucket.Course::longest);
        }

        private static List<String> row(HotBucket bucket, Rule rule, String refreshed, List<HotBucket.Course> courses) {
            return List.of(
                    bucket.name(),
                    rule.name(),
                    refreshed,
                    Seeds.interval(courses, HotBucket.Course::longest).text(0),
                    String.format(
                            Locale.ROOT,
                            "%.0f",
                            Worst.of(courses, HotBucket.Course::longest).mean()),
                    Seeds.interval(courses, course -> 100 * course.wrong()).text(1),
                    Seeds.interval(courses, HotBucket.Course::afterSwap).text(0));
        }
    }
}
