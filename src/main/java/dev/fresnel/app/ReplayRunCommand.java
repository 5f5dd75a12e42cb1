package dev.fresnel.app;

import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedSets;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.LearnedRules;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel replay run}: rules over the same shuffled streams of one recorded data set. */
@Command(
        name = "run",
        description =
                "Runs rules over the same shuffled streams of a recorded data set. Every arm's answer is known; a rule is"
                        + " told only what its own choice did.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:a table or chart cannot be written", "2:wrong use, or the data set is absent"})
final class ReplayRunCommand implements Callable<Integer> {
    private static final int MOST_PASSES = 100;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private final ReplayData data = new ReplayData();

    @Option(
            names = "--set",
            required = true,
            paramLabel = "NAME",
            completionCandidates = SetNames.class,
            description = "The data set: ${COMPLETION-CANDIDATES}.")
    private String set = "";

    @Option(
            names = "--rule",
            split = ",",
            paramLabel = "RULE",
            completionCandidates = RuleNames.class,
            description = "Learned rules to run beside the baselines: ${COMPLETION-CANDIDATES}. Default: all.")
    private List<String> rules = List.of();

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often the whole set is passed. Default: ${DEFAULT-VALUE}.")
    private int passes = 1;

    @Option(
            names = "--success-usd",
            paramLabel = "USD",
            description = "What a right answer is worth. Default: eight mean calls of the requested model.")
    private @Nullable Double successUsd;

    @Mixin
    private final ReplayOutput output = new ReplayOutput();

    /** For the help text. */
    static final class SetNames extends ArrayList<String> {
        SetNames() {
            super(RecordedSets.names());
        }
    }

    /** For the help text. */
    static final class RuleNames extends ArrayList<String> {
        RuleNames() {
            super(LearnedRules.all().stream().map(Rule::name).toList());
        }
    }

    ReplayRunCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (passes < 1 || passes > MOST_PASSES) {
            throw new ParameterException(spec.commandLine(), "--passes is 1 to " + MOST_PASSES);
        }
        List<Rule> chosen = new ArrayList<>(learned());
        chosen.addAll(Baselines.all());
        try {
            run(data.load(set, terminal), chosen);
            return ExitCode.OK;
        } catch (DataProblem e) {
            terminal.err().println("fresnel: " + e.getMessage());
            return ExitCode.USAGE;
        }
    }

    private void run(DataSet loaded, List<Rule> chosen) {
        DataSet rows = Optional.ofNullable(successUsd)
                .map(this::worth)
                .map(loaded::worth)
                .orElse(loaded);
        Comparison comparison = Comparison.run(
                TrafficPlan.passes(rows, passes), Setup.plain(rows.arms(), rows.successUsd()), chosen, data.seeds());
        terminal.out()
                .println(rows.name() + ": " + rows.rows().size() + " rows, passed " + passes + " times, " + data.seeds()
                        + " seeds; " + String.join(" or ", rows.models()) + "; a success is worth " + rows.successUsd()
                        + " USD; " + rows.note());
        ReplayOutput.print(comparison.table(), terminal);
        output.save(rows.name(), List.of(comparison.table()), comparison.curves());
    }

    private double worth(double usd) {
        if (!(usd > 0 && usd < Double.POSITIVE_INFINITY)) {
            throw new ParameterException(spec.commandLine(), "--success-usd is an amount above 0");
        }
        return usd;
    }

    private List<Rule> learned() {
        if (rules.isEmpty()) {
            return LearnedRules.all();
        }
        return rules.stream()
                .map(name -> LearnedRules.find(name)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(),
                                "no rule is called '" + name + "'; there are " + String.join(", ", new RuleNames()))))
                .map((RuleName name) -> LearnedRules.of(name))
                .toList();
    }
}
