package dev.fresnel.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fresnel help [COMMAND]}: what {@code --help} says. */
@Command(name = "help", description = "Shows this help, or that of COMMAND.")
final class HelpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Which command to explain.")
    private Optional<String> command = Optional.empty();

    HelpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        CommandLine all = spec.commandLine().getParent();
        CommandLine asked = command.map(
                        name -> Optional.ofNullable(all.getSubcommands().get(name))
                                .orElseThrow(() -> new ParameterException(all, "there is no command '" + name + "'")))
                .orElse(all);
        asked.usage(terminal.out());
        return ExitCode.OK;
    }
}
