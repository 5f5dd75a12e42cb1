package dev.fresnel.replay.proof;

import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedSets;
import dev.fresnel.replay.rule.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a proof works with. Immutable.
 *
 * @param data loads a set by its name; {@link RecordedSets#load}, or rows made for a test
 * @param lengths loads lengths of answers by the set's name; {@link dev.fresnel.replay.data.LengthSets#load}
 * @param recordings folder of what is recorded beside the sets of {@code data}; need not exist
 * @param seeds how many streams, 2 or more
 * @param subject the rule that stands trial
 * @param withoutAlarm the same rule with its drift alarm off: what the alarm costs is measured against it
 * @param others learned rules that are shown beside it
 * @param stores opens what replicas share, anew for each proof, which closes them; throws a {@link DataProblem} when it cannot
 * @param nanos processor time of the calling thread, in nanoseconds, for what is claimed about time
 */
public record Bench(
        Function<String, DataSet> data,
        Function<String, AnswerLengths> lengths,
        Path recordings,
        int seeds,
        Rule subject,
        Rule withoutAlarm,
        List<Rule> others,
        Supplier<SharedStores> stores,
        LongSupplier nanos) {
    /** Without lengths of answers, other recordings and stores, and without a clock: every span is zero. */
    public Bench(Function<String, DataSet> data, int seeds, Rule subject, Rule withoutAlarm, List<Rule> others) {
        this(
                data,
                name -> {
                    throw new DataProblem("no lengths of answers are at hand for " + name);
                },
                Path.of("no-recordings"),
                seeds,
                subject,
                withoutAlarm,
                others,
                () -> {
                    throw new DataProblem("no store is at hand");
                },
                () -> 0);
    }

    public Bench {
        others = List.copyOf(others);
        if (seeds < 2) {
            throw new IllegalArgumentException("an interval needs 2 seeds or more: " + seeds);
        }
    }
}
