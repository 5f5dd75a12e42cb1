package dev.fresnel.app;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Commands do the work; here every way in which they can end is turned into a sentence and an {@link ExitCode}.
 * A stack trace is printed only when {@code FRESNEL_DEBUG} is set.
 */
@Command(
        name = "fresnel",
        description =
                "An OpenAI-compatible gateway: a smart model thinks once and writes a lens, a cheap model generates with it.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.Text.class,
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a problem with the config, the request or what was shown",
            "2:wrong use of the command line, or what it names is absent",
            "3:paused or resumed, and not stored",
            "69:the launcher found no JDK or Maven, or the build failed",
            "70:a bug in Fresnel"
        },
        footer = {
            "%nBegin with 'fresnel demo': it needs no key. 'fresnel COMMAND --help' tells more.",
            "FRESNEL_JAVA_OPTS adds options for the JVM, FRESNEL_DEBUG=1 shows stack traces."
        })
public final class Fresnel implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Prints the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    private Fresnel() {}

    public static void main(String[] args) {
        System.exit(run(Terminal.ofProcess(), args));
    }

    /** Runs one command line to its end and returns the exit code. */
    static int run(Terminal terminal, String... args) {
        return new CommandLine(new Fresnel())
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new CheckCommand(terminal))
                .addSubcommand(new ExplainCommand(terminal))
                .addSubcommand(new CommandLine(new KeysCommand())
                        .addSubcommand(new KeysCommand.Create(terminal))
                        .addSubcommand(new KeysCommand.ListKeys(terminal))
                        .addSubcommand(new KeysCommand.Revoke(terminal))
                        .addSubcommand(new KeysCommand.Hash(terminal)))
                .addSubcommand(new CommandLine(new PricesCommand()).addSubcommand(new PricesCommand.Generate(terminal)))
                .addSubcommand(new SeedCommand(terminal))
                .addSubcommand(new ExportCommand(terminal))
                .addSubcommand(new PauseCommand.Pause(terminal))
                .addSubcommand(new PauseCommand.Resume(terminal))
                .addSubcommand(new ReportCommand(terminal))
                .addSubcommand(new CommandLine(new ReplayCommand())
                        .addSubcommand(new ReplayRunCommand(terminal))
                        .addSubcommand(new ReplayLogCommand(terminal))
                        .addSubcommand(new ReplayProofCommand(terminal)))
                .addSubcommand(new VersionCommand(terminal))
                .addSubcommand(new HelpCommand(terminal))
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setUsageHelpWidth(110)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((problem, given) -> misused(problem))
                .setExecutionExceptionHandler((problem, line, parsed) -> failed(terminal, problem))
                .execute(args);
    }

    /** Called when no command is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    private static int misused(ParameterException problem) {
        CommandLine line = problem.getCommandLine();
        line.getErr().println("fresnel: " + Objects.requireNonNullElse(problem.getMessage(), "wrong use"));
        // "Did you mean": only for misspelt commands and options, else the usage.
        if (!UnmatchedArgumentException.printSuggestions(problem, line.getErr())) {
            line.getErr().println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.USAGE;
    }

    private static int failed(Terminal terminal, Exception problem) {
        if (terminal.env().containsKey("FRESNEL_DEBUG")) {
            problem.printStackTrace(terminal.err());
        }
        if (problem instanceof InputProblem) {
            terminal.err().println("fresnel: " + problem.getMessage());
            return ExitCode.PROBLEM;
        }
        terminal.err()
                .println("fresnel: internal error (" + problem.getClass().getSimpleName() + ": " + problem.getMessage()
                        + "). This is a bug in Fresnel; run again with FRESNEL_DEBUG=1 and report what it prints.");
        return ExitCode.INTERNAL;
    }
}
