package dev.fresnel.app;

import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.log.DecisionLog;
import dev.fresnel.replay.log.Evaluation;
import dev.fresnel.replay.log.TargetPolicies;
import dev.fresnel.replay.log.TargetPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fresnel replay log}: what other policies would have earned on the requests of a decision log. */
@Command(
        name = "log",
        description = "Estimates from a decision log what other policies would have earned on the same requests.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the log has no row or no arm that is asked for, or a table cannot be written",
            "2:wrong use, or the log is absent"
        })
final class ReplayLogCommand implements Callable<Integer> {
    private static final int SHOWN = 3;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(arity = "1", paramLabel = "FILE.jsonl", description = "The decision log, one JSON object per line.")
    @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
    private Path file;

    @Option(
            names = "--policy",
            split = ",",
            paramLabel = "POLICY",
            defaultValue = "always:direct,uniform",
            description =
                    "What to judge: always:ARM, uniform, or rule:NAME, the gateway's rule of that name as it would have learned from"
                            + " this very log. Default: ${DEFAULT-VALUE}.")
    private List<String> policies = List.of();

    @Option(
            names = "--success-usd",
            paramLabel = "USD",
            defaultValue = "1",
            description = "What a success is worth to 'rule:NAME'. Default: ${DEFAULT-VALUE}.")
    private double successUsd = 1;

    @Mixin
    private final ReplayOutput output = new ReplayOutput();

    ReplayLogCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(file)) {
            terminal.err().println("fresnel: no file " + file + ": name the decision log the gateway has written");
            return ExitCode.USAGE;
        }
        List<TargetPolicy> targets = policies.stream().map(this::target).toList();
        DecisionLog log = DecisionLog.read(file);
        log.skipped().stream().limit(SHOWN).forEach(line -> terminal.err().println("skipped " + line));
        refuseUnknownArms(log);
        List<Evaluation> found = new ArrayList<>();
        try {
            targets.forEach(target -> found.add(Evaluation.of(log, target)));
        } catch (IllegalArgumentException e) {
            throw new InputProblem(file + ": " + e.getMessage());
        }
        tell(log, found.getFirst());
        Table table = table(found);
        ReplayOutput.print(table, terminal);
        output.save(file.toString(), List.of(table), List.of());
        return ExitCode.OK;
    }

    /** A policy that always plays an arm which never was an option would be judged by its fallback. */
    private void refuseUnknownArms(DecisionLog log) {
        Set<String> arms =
                log.rows().stream().flatMap(row -> row.arms().stream()).collect(Collectors.toCollection(TreeSet::new));
        policies.stream()
                .flatMap(name -> TargetPolicies.armOf(name).stream())
                .filter(arm -> !arms.contains(arm))
                .findFirst()
                .ifPresent(arm -> {
                    throw new InputProblem(
                            file + ": no decision had an arm '" + arm + "'; it has " + String.join(", ", arms));
                });
    }

    private void tell(DecisionLog log, Evaluation one) {
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "%s: %d rows, %d lines skipped; used %d rows of %d conversations; left out: %.1f %% of decisions with"
                                + " probability 1, %d inherited turns, %d without an outcome",
                        file,
                        one.total(),
                        log.skipped().size(),
                        one.used(),
                        one.conversations(),
                        100 * one.forcedShare(),
                        one.inherited(),
                        one.silent()));
        terminal.out()
                .println("logged reward " + points(one.logged()) + " %, " + usd(one.loggedUsd())
                        + " USD expected per request");
    }

    private static Table table(List<Evaluation> found) {
        return new Table(
                List.of("policy", "DR %", "SNIPS %", "IPS %", "effective size", "USD/request"),
                found.stream()
                        .map(one -> List.of(
                                one.target(),
                                points(one.dr()),
                                points(one.snips()),
                                points(one.ips()),
                                String.format(Locale.ROOT, "%.0f", one.effectiveSize()),
                                usd(one.expectedUsd())))
                        .toList());
    }

    private TargetPolicy target(String name) {
        return TargetPolicies.named(name, successUsd)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "--policy is always:ARM, uniform or rule:NAME with NAME one of "
                                + Arrays.stream(RuleName.values())
                                        .map(RuleName::key)
                                        .collect(Collectors.joining(", ")) + ", not '" + name + "'"));
    }

    private static String points(Interval share) {
        return new Interval(100 * share.mean(), 100 * share.half(), share.count()).text(2);
    }

    private static String usd(double amount) {
        return Double.isNaN(amount) ? "unknown" : String.format(Locale.ROOT, "%.6f", amount);
    }
}
