package dev.fresnel.replay.proof;

import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/** P5: the cheap model gets worse overnight and nobody says so. */
final class SilentDrift implements Proof {
    @Override
    public String id() {
        return "P5";
    }

    @Override
    public String title() {
        return "silent drift: noticed soon, and rarely when there is none";
    }

    @Override
    public Verdict run(Bench bench) {
        DataSet set = bench.data().apply("routellm-mmlu");
        Outage outage = new Outage(set, bench.seeds());
        List<List<String>> rows = new ArrayList<>();
        List<Rule> all = new ArrayList<>(Lineup.of(
                bench,
                List.of(
                        Baselines.alwaysDirect(),
                        Baselines.alwaysCheap(),
                        Baselines.ucb1(),
                        Baselines.betaThompson(),
                        Baselines.epsilonGreedy(),
                        Baselines.liteLlm(),
                        Baselines.vllm(),
                        Baselines.discountedLinUcb(),
                        Baselines.fullInformation())));
        all.add(1, bench.withoutAlarm());
        List<Outage.Course> subject = List.of();
        for (Rule rule : all) {
            List<Outage.Course> courses = outage.of(rule);
            subject = subject.isEmpty() ? courses : subject;
            rows.add(List.of(
                    rule.name(),
                    Seeds.interval(courses, Outage.Course::rerouted).text(0),
                    Seeds.interval(courses, Outage.Course::outage).text(1)));
        }
        List<Outage.Quiet> watched = outage.quiet(bench.subject());
        List<Outage.Quiet> unwatched = outage.quiet(bench.withoutAlarm());
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "one pass in health, one with the cheap arm 25 points worse, one after; false alarms on three"
                                + " passes in health"),
                List.of(
                        Claim.atMost(
                                "requests until 85 of the last 100 were re-routed",
                                Seeds.interval(subject, Outage.Course::rerouted),
                                400,
                                0),
                        Claim.atMost(
                                "regret per 1,000 during the outage",
                                Seeds.interval(subject, Outage.Course::outage),
                                10,
                                1),
                        Claim.atMost("false alarms per 25,000 requests", outage.falseAlarms(watched), 1, 2),
                        Claim.atMost(
                                "stationary regret, with / without the alarm",
                                Seeds.ratio(watched, unwatched, Outage.Quiet::regret),
                                1.05,
                                3)),
                List.of(new Table(List.of("rule", "requests until re-routed", "regret/1000 in the outage"), rows)),
                List.of());
    }
}
