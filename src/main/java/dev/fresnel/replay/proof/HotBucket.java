package dev.fresnel.replay.proof;

import dev.fresnel.policy.Arm;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.ArmOutcome;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedRow;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;

/**
 * One bucket that gets all the traffic, with two arms of one price of which the worker is a little better, against what is believed of it
 * beforehand. What is asked is not how often the worse arm is taken, which exploring and bad luck have their part in, but for how long
 * without a break: a rule that only knows what was so at the last refresh, and is sure of it, sends every request until the next one the
 * wrong way.
 */
final class HotBucket {
    private static final int REQUESTS = 14_000;

    /** Nobody knows anything yet: what goes wrong here is not for want of news. */
    private static final int WARM_UP = 1_000;

    /** Both arms are right in so many of twenty rows. */
    private static final int WORKER = 14;

    private static final int ALL = 20;

    private final int points;
    private final TrafficPlan plan;
    private final TrafficPlan swapped;
    private final int seeds;

    /**
     * @param points by which the worker is better, a multiple of 5; in the second half of the other stream it is worse by as many
     */
    HotBucket(int points, double perSecond, int seeds) {
        this.points = points;
        DataSet rows = bucket(WORKER - points * ALL / 100);
        this.plan = TrafficPlan.of(rows, REQUESTS).drawn().perSecond(perSecond);
        this.swapped = plan.drop(1, 2 * points / 100.0, REQUESTS / 2, REQUESTS);
        this.seeds = seeds;
    }

    String name() {
        return points + " points";
    }

    /**
     * What became of one run.
     *
     * @param longest run of requests in a row, over all replicas, that went to the worse arm, after the warm-up
     * @param wrong share of requests that did
     * @param afterSwap the longest run of the stream whose arms swap, in its second half
     */
    record Course(int longest, double wrong, int afterSwap) {}

    List<Course> of(Rule rule) {
        Setup setup = Setup.plain(plan.set().arms(), plan.set().successUsd());
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, setup, seed);
            Traffic changing = swapped.draw(seed);
            return new Course(
                    longestWrong(traffic, trace, WARM_UP),
                    1 - Right.share(traffic, trace, WARM_UP, REQUESTS),
                    longestWrong(changing, Replay.run(changing, rule, setup, seed), REQUESTS / 2));
        });
    }

    private static int longestWrong(Traffic traffic, Trace trace, int from) {
        int longest = 0;
        int run = 0;
        for (int step = from; step < traffic.length(); step++) {
            run = Right.at(traffic, trace, step) ? 0 : run + 1;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Each arm is as often right whatever the other one is. */
    private static DataSet bucket(int direct) {
        List<RecordedRow> rows = new ArrayList<>();
        for (int i = 0; i < ALL * ALL; i++) {
            rows.add(new RecordedRow(
                    "row-" + i,
                    "hot",
                    "",
                    List.of(ArmOutcome.of(i % ALL < direct ? 1 : 0, 0), ArmOutcome.of(i / ALL < WORKER ? 1 : 0, 0))));
        }
        return new DataSet(
                "hot bucket", List.of(Arm.DIRECT, new Arm("worker")), List.of("a", "b"), rows, List.of(), 1, "made");
    }
}
