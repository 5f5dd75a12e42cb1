package dev.fresnel.app;

import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fresnel check}: every mistake of a config file at once. Starts nothing and asks nobody. */
@Command(
        name = "check",
        description = "Checks a config file and lists every mistake with its line and remedy.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the file is good", "1:it has mistakes", "2:wrong use of this command"})
final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ConfigFileOption config = new ConfigFileOption();

    @Option(
            names = {"-v", "--verbose"},
            description = "Also shows what is in force, defaults and aliases included.")
    private boolean verbose;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ConfigResult result = config.load(terminal);
        ConfigFileOption.print("warning: ", result.warnings(), config.file(), terminal);
        return switch (result) {
            case ConfigResult.Valid valid -> good(valid);
            case ConfigResult.Invalid invalid -> {
                ConfigFileOption.print("", invalid.problems(), config.file(), terminal);
                terminal.err()
                        .println(config.file() + ": "
                                + ConfigFileOption.count(invalid.problems().size(), "problem"));
                yield ExitCode.PROBLEM;
            }
        };
    }

    private int good(ConfigResult.Valid result) {
        GatewayConfig valid = result.config();
        terminal.out()
                .println(config.file() + ": good. "
                        + ConfigFileOption.count(valid.upstreams().size(), "upstream") + ", "
                        + ConfigFileOption.count(valid.models().models().size(), "model") + ", "
                        + ConfigFileOption.count(valid.workers().size(), "worker") + ", "
                        + ConfigFileOption.count(valid.tenants().size(), "tenant") + ", "
                        + ConfigFileOption.count(result.warnings().size(), "warning") + ".");
        result.pricesTaken().forEach(terminal.out()::println);
        if (verbose) {
            terminal.out().println();
            terminal.out().print(result.inForce());
            terminal.out().flush();
        }
        return ExitCode.OK;
    }
}
