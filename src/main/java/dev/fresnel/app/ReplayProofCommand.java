package dev.fresnel.app;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.replay.proof.Bench;
import dev.fresnel.replay.proof.Proof;
import dev.fresnel.replay.proof.Proofs;
import dev.fresnel.replay.proof.Verdict;
import dev.fresnel.replay.rule.LearnedRules;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fresnel replay proof P1}: measures one claim about the policy and says whether its target is reached. */
@Command(
        name = "proof",
        description =
                "Measures one claim about the policy on recorded data and compares it with the target set beforehand.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every target is reached",
            "1:a target is missed, or a table or chart cannot be written",
            "2:wrong use, or the data is absent"
        })
final class ReplayProofCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(
            arity = "1",
            paramLabel = "PROOF",
            completionCandidates = Ids.class,
            description = "One of ${COMPLETION-CANDIDATES}, or 'all'.")
    private String id = "";

    @Mixin
    private final ReplayData data = new ReplayData();

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            description = "The rule that stands trial. Default: the one a gateway uses by default.")
    private String rule = PolicySettings.DEFAULT.rule().key();

    @Option(names = "--alone", description = "Leaves out the other learned rules: faster.")
    private boolean alone;

    @Mixin
    private final ReplayOutput output = new ReplayOutput();

    /** For the help text. */
    static final class Ids extends ArrayList<String> {
        Ids() {
            super(Proofs.all().stream().map(Proof::id).toList());
        }
    }

    ReplayProofCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        RuleName name = LearnedRules.find(rule)
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "no rule is called '" + rule + "'"));
        Bench bench = new Bench(
                set -> data.load(set, terminal),
                data::lengths,
                data.folder(),
                data.seeds(),
                LearnedRules.of(name),
                LearnedRules.withoutAlarm(name),
                alone ? List.of() : LearnedRules.all(),
                SystemTime.processorNanos());
        try {
            boolean holds = true;
            for (Proof proof : chosen()) {
                holds &= prove(proof, bench);
            }
            return holds ? ExitCode.OK : ExitCode.PROBLEM;
        } catch (DataProblem e) {
            terminal.err().println("fresnel: " + e.getMessage());
            return ExitCode.USAGE;
        }
    }

    private List<Proof> chosen() {
        if (id.equals("all")) {
            return Proofs.all();
        }
        return List.of(Proofs.find(id)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "no proof is called '" + id + "'; there are "
                                + Proofs.all().stream().map(Proof::id).collect(Collectors.joining(", ")))));
    }

    private boolean prove(Proof proof, Bench bench) {
        terminal.out().println(proof.id() + ", " + proof.title());
        Verdict verdict = proof.run(bench);
        terminal.out().println("rule " + bench.subject().name() + ", " + bench.seeds() + " seeds; " + verdict.stream());
        List<Table> tables = new ArrayList<>(List.of(verdict.claimTable()));
        tables.addAll(verdict.tables());
        tables.forEach(table -> ReplayOutput.print(table, terminal));
        terminal.out().println();
        terminal.out()
                .println(proof.id() + (verdict.holds() ? " holds." : " FALLS SHORT: see the claims marked MISSED."));
        terminal.out().println();
        output.save(proof.id() + ", " + proof.title(), tables, verdict.curves());
        return verdict.holds();
    }
}
