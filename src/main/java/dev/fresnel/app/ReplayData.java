package dev.fresnel.app;

import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.LengthSets;
import dev.fresnel.replay.data.RecordedSets;
import dev.fresnel.replay.data.SkippedLine;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where recorded data is and how many streams are made of it. Filled by picocli before the command runs. */
final class ReplayData {
    private static final int SHOWN = 3;
    private static final int MOST_SEEDS = 10_000;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "../shared/data",
            description = "Folder of the recorded data sets. Default: ${DEFAULT-VALUE}.")
    private Path folder = Path.of("../shared/data");

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "20",
            description = "Streams to run; intervals are over them. Default: ${DEFAULT-VALUE}.")
    private int seeds = 20;

    int seeds() {
        if (seeds < 2 || seeds > MOST_SEEDS) {
            throw new ParameterException(
                    spec.commandLine(), "--seeds is 2 to " + MOST_SEEDS + ": an interval needs two streams");
        }
        return seeds;
    }

    /** Lengths of answers. */
    AnswerLengths lengths(String name) {
        return new LengthSets(folder).load(name);
    }

    Path folder() {
        return folder;
    }

    /** The data set, its skipped lines told. */
    DataSet load(String name, Terminal terminal) {
        DataSet set = new RecordedSets(folder).load(name);
        List<SkippedLine> skipped = set.skipped();
        if (!skipped.isEmpty()) {
            skipped.stream().limit(SHOWN).forEach(line -> terminal.err().println("skipped " + line));
            terminal.err().println(name + ": " + ConfigFileOption.count(skipped.size(), "line") + " skipped");
        }
        return set;
    }
}
