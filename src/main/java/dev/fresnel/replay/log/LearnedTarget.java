package dev.fresnel.replay.log;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.RuleName;
import dev.fresnel.policy.Stakes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule of the gateway as a target: it is asked for its probabilities at each row and then taught what the log's own arm did there. So
 * this judges the rule as it would be after learning from this log, not as it would be after its own choices. Guard off.
 */
final class LearnedTarget implements TargetPolicy {
    private final RuleName rule;
    private final double successUsd;
    private final Policy policy;

    LearnedTarget(RuleName rule, double successUsd) {
        this.rule = rule;
        this.successUsd = successUsd;
        this.policy = new Policy(PolicySettings.DEFAULT.with(rule).with(PolicySettings.Guard.OFF));
    }

    @Override
    public String name() {
        return "rule " + rule.key();
    }

    @Override
    public double[] probabilities(LogRow row) {
        List<Option> options = new ArrayList<>();
        for (int arm = 0; arm < row.arms().size(); arm++) {
            // An unknown cost makes an arm impossible, as in the gateway.
            options.add(
                    Option.of(new Arm(row.arms().get(arm)), row.expectedUsd().get(arm)));
        }
        var standings = policy.choose(new Question(context(row), options, Stakes.worth(successUsd), now(row)), 0)
                .standings();
        double[] p = new double[row.arms().size()];
        for (int arm = 0; arm < p.length; arm++) {
            p[arm] = standings.probability(arm);
        }
        return p;
    }

    @Override
    public void learn(LogRow row) {
        EvidenceKey key = new EvidenceKey(context(row), new Arm(row.arms().get(row.chosen())));
        var lesson =
                policy.learn(key, new Observation(row.time(), 1, row.reward().orElseThrow()), now(row));
        assert lesson.delta().weight() >= 0;
    }

    private static Context context(LogRow row) {
        return new Context("log", row.task(), row.tenant());
    }

    private static Instant now(LogRow row) {
        return Instant.ofEpochMilli((long) (row.time() * 1000));
    }
}
