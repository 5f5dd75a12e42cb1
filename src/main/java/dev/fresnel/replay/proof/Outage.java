package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.List;

/**
 * The stream of P5 and P6: one pass of all rows in health, one in which the cheap arm has silently lost 25 points in every task, one
 * after it has recovered.
 */
final class Outage {
    private static final double POINTS = 0.25;
    private static final int CHEAP = 1;
    private static final int WINDOW = 100;
    private static final int BACK_WINDOW = 200;

    private final DataSet set;
    private final int seeds;

    Outage(DataSet set, int seeds) {
        this.set = set;
        this.seeds = seeds;
    }

    /**
     * What one rule did in one run.
     *
     * @param rerouted requests from the change until 85 of the last 100 went to the arm that is best now
     * @param outage regret per 1,000 requests while it lasted
     * @param recovery regret per 1,000 requests of the pass after it
     * @param back requests from the recovery until the last 200 were right as often as 85 % of what the rule had before the outage
     */
    record Course(double rerouted, double outage, double recovery, double back) {}

    List<Course> of(Rule rule) {
        int pass = set.rows().size();
        TrafficPlan plan = TrafficPlan.passes(set, 3).drop(CHEAP, POINTS, pass, 2 * pass);
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, setup(), seed);
            double before = Right.share(traffic, trace, pass - Math.min(pass, 2000), pass);
            return new Course(
                    Right.requestsUntil(0.85, traffic, trace, pass, 2 * pass, WINDOW),
                    Score.of(traffic, trace, pass, 2 * pass).regret(),
                    Score.of(traffic, trace, 2 * pass, 3 * pass).regret(),
                    Right.requestsUntil(0.85 * before, traffic, trace, 2 * pass, 3 * pass, BACK_WINDOW));
        });
    }

    /**
     * The same three passes without any outage.
     *
     * @param regret per 1,000 requests
     * @param alarms raised, all of them false
     */
    record Quiet(double regret, int alarms) {}

    List<Quiet> quiet(Rule rule) {
        TrafficPlan plan = TrafficPlan.passes(set, 3);
        return Seeds.each(seeds, seed -> {
            Traffic traffic = plan.draw(seed);
            Trace trace = Replay.run(traffic, rule, setup(), seed);
            return new Quiet(Score.of(traffic, trace).regret(), trace.alarms().size());
        });
    }

    /** False alarms per 25,000 requests. */
    Interval falseAlarms(List<Quiet> runs) {
        return Seeds.interval(
                runs, run -> 25_000.0 * run.alarms() / (3.0 * set.rows().size()));
    }

    private Setup setup() {
        return Setup.plain(set.arms(), set.successUsd());
    }
}
