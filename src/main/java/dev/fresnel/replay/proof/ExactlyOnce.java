package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;

/**
 * P15: what is learned counts exactly once, over random schedules of lost calls, lost answers, copies of old calls, labels that come late
 * and again, and a store that is away. The same schedules with a flush that counts whenever it arrives, and with one that is sent
 * once, show that they tell the difference.
 */
final class ExactlyOnce implements Proof {
    /** Of each seed: 10,000 for the usual 20. */
    private static final int SCHEDULES = 500;

    /** For those that are shown beside it. */
    private static final int SHOWN = 50;

    private static final double BILLION = 1e9;

    @Override
    public String id() {
        return "P15";
    }

    @Override
    public String title() {
        return "exactly once: the store holds what one sequential learner would, whatever the network does";
    }

    @Override
    public Verdict run(Bench bench) {
        try (SharedStores stores = bench.stores().get()) {
            List<LearningSchedule.Result> ours = run(stores, Wire.Delivery.EXACTLY_ONCE, bench.seeds(), SCHEDULES);
            List<List<String>> rows = new ArrayList<>();
            rows.add(row("as the gateway does", ours));
            rows.add(
                    row("counted whenever it arrives", run(stores, Wire.Delivery.AT_LEAST_ONCE, bench.seeds(), SHOWN)));
            rows.add(row("sent once", run(stores, Wire.Delivery.AT_MOST_ONCE, bench.seeds(), SHOWN)));
            return new Verdict(
                    id(),
                    ours.size() + " random schedules of two replicas, 20 to 59 steps each; " + stores.name(),
                    List.of(
                            Claim.atMost("schedules that end otherwise than the reference, %", wrong(ours), 0, 2),
                            Claim.atMost(
                                    "largest difference of any sum, billionths of what went in",
                                    Worst.of(ours, result -> BILLION * result.difference()),
                                    1,
                                    6)),
                    List.of(
                            new Table(
                                    List.of("a flush is", "schedules", "wrong %", "largest difference of a sum"), rows),
                            story(ours)),
                    List.of());
        }
    }

    private static List<LearningSchedule.Result> run(
            SharedStores stores, Wire.Delivery delivery, int seeds, int schedules) {
        Instant start = stores.now();
        String corner =
                stores.corner() + delivery.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-";
        return Seeds.each(
                        seeds,
                        seed -> LongStream.range((seed - 1) * schedules, seed * schedules)
                                .mapToObj(schedule -> LearningSchedule.run(
                                        schedule, corner, delivery, start, stores.arms(), stores.decisions()))
                                .toList())
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private static Interval wrong(List<LearningSchedule.Result> results) {
        int wrong = (int) results.stream().filter(result -> !result.isExact()).count();
        Interval share = Interval.ofShare(wrong, results.size());
        return new Interval(100 * share.mean(), 100 * share.half(), share.count());
    }

    private static List<String> row(String flush, List<LearningSchedule.Result> results) {
        return List.of(
                flush,
                Integer.toString(results.size()),
                wrong(results).text(2),
                String.format(
                        Locale.ROOT,
                        "%.2g",
                        Worst.of(results, LearningSchedule.Result::difference).mean()));
    }

    /** That the schedules were not idle. */
    private static Table story(List<LearningSchedule.Result> results) {
        return new Table(
                List.of("decisions", "labels", "calls lost", "answers lost", "old flushes again", "outages"),
                List.of(List.of(
                        sum(results, LearningSchedule.Story::decisions),
                        sum(results, LearningSchedule.Story::labels),
                        sum(results, LearningSchedule.Story::lost),
                        sum(results, LearningSchedule.Story::unanswered),
                        sum(results, LearningSchedule.Story::repeated),
                        sum(results, LearningSchedule.Story::outages))));
    }

    private static String sum(List<LearningSchedule.Result> results, ToIntFunction<LearningSchedule.Story> count) {
        return Integer.toString(results.stream()
                .map(LearningSchedule.Result::story)
                .mapToInt(count)
                .sum());
    }
}
