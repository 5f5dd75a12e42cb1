package dev.fresnel.replay.proof;

import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/** P6: the cheap model is well again; an arm that is not played can only be rediscovered by exploring. */
final class Recovery implements Proof {
    @Override
    public String id() {
        return "P6";
    }

    @Override
    public String title() {
        return "recovery after drift: a dropped arm is rediscovered";
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
                        Baselines.ucb1(),
                        Baselines.betaThompson(),
                        Baselines.epsilonGreedy(),
                        Baselines.liteLlm(),
                        Baselines.vllm(),
                        Baselines.discountedLinUcb())));
        all.add(1, bench.withoutAlarm());
        List<Outage.Course> subject = List.of();
        for (Rule rule : all) {
            List<Outage.Course> courses = outage.of(rule);
            subject = subject.isEmpty() ? courses : subject;
            rows.add(List.of(
                    rule.name(),
                    Seeds.interval(courses, Outage.Course::back).text(0),
                    Seeds.interval(courses, Outage.Course::recovery).text(1)));
        }
        return new Verdict(
                id(),
                Lineup.stream(
                        set,
                        "one pass in health, one with the cheap arm 25 points worse, one after; judged is the last"),
                List.of(
                        Claim.atMost(
                                "regret per 1,000 after the outage",
                                Seeds.interval(subject, Outage.Course::recovery),
                                15,
                                1),
                        Claim.atMost(
                                "requests until right as often as 85 % of before",
                                Seeds.interval(subject, Outage.Course::back), 1500, 0)),
                List.of(new Table(List.of("rule", "requests until back", "regret/1000 after the outage"), rows)),
                List.of());
    }
}
