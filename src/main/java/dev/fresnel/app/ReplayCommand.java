package dev.fresnel.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel replay}: judges the learned policy offline. Its subcommands do the work. */
@Command(
        name = "replay",
        description = "Judges the learned policy offline: on recorded data sets, or on your own decision log.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"2:no command is named; else that of the command"},
        commandListHeading = "%nCommands:%n")
final class ReplayCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    /** Called when no subcommand is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: run, log or proof");
    }
}
