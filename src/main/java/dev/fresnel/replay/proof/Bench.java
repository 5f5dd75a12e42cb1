package dev.fresnel.replay.proof;

import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedSets;
import dev.fresnel.replay.rule.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * What a proof works with. Immutable.
 *
 * @param data loads a set by its name; {@link RecordedSets#load}, or rows made for a test
 * @param recordings folder of what is recorded beside the sets of {@code data}; need not exist
 * @param seeds how many streams, 2 or more
 * @param subject the rule that stands trial
 * @param withoutAlarm the same rule with its drift alarm off: what the alarm costs is measured against it
 * @param others learned rules that are shown beside it
 */
public record Bench(
        Function<String, DataSet> data,
        Path recordings,
        int seeds,
        Rule subject,
        Rule withoutAlarm,
        List<Rule> others) {
    /** Without recordings. */
    public Bench(Function<String, DataSet> data, int seeds, Rule subject, Rule withoutAlarm, List<Rule> others) {
        this(data, Path.of("no-recordings"), seeds, subject, withoutAlarm, others);
    }

    public Bench {
        others = List.copyOf(others);
        if (seeds < 2) {
            throw new IllegalArgumentException("an interval needs 2 seeds or more: " + seeds);
        }
    }
}
