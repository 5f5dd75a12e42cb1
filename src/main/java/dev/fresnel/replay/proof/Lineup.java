package dev.fresnel.replay.proof;

import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/** Who runs in a proof, and how its stream is described. */
final class Lineup {
    private Lineup() {}

    /** The subject first, then the other learned rules, then the baselines. */
    static List<Rule> of(Bench bench, List<Rule> baselines) {
        List<Rule> all = new ArrayList<>();
        all.add(bench.subject());
        bench.others().stream()
                .filter(other -> !other.name().equals(bench.subject().name()))
                .forEach(all::add);
        all.addAll(baselines);
        return all;
    }

    static String stream(DataSet set, String how) {
        return set.name() + ", " + set.rows().size() + " rows"
                + (set.skipped().isEmpty() ? "" : " (" + set.skipped().size() + " lines skipped)") + ": " + how + "; "
                + set.note();
    }
}
