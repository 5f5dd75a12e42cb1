package dev.fresnel.app;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.seed.ColdStart;
import dev.fresnel.seed.SeedFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel seed}: rows recorded elsewhere, checked and put where a gateway starts from. Asks nobody, and touches no store. */
@Command(
        name = "seed",
        description = {
            "Checks rows recorded elsewhere and adds those that are new to the file that policy.cold-start.seed-from names;"
                    + " the gateway starts from them when it is started next.",
            "With --check, or without --config, nothing is written."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; rows for arms that this config does not have are counted, and are no fault",
            "1:a line is bad, or a file cannot be read or written; good rows were added all the same",
            "2:wrong use"
        })
final class SeedCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "FILE",
            description = "Rows, one JSON object a line; see docs/operations.md#cold-start.")
    @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
    private Path from;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The config whose routes, models and seed file are meant.")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--check", description = "Only says what the rows would be used for.")
    private boolean check;

    SeedCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Optional<GatewayConfig> valid = config.map(ConfigLoader::mainFile)
                .map(file -> ConfigFileOption.orExplain(
                        ConfigLoader.load(
                                file, terminal.env(), SystemTime.clock().instant()),
                        file,
                        terminal));
        if (valid.isPresent() && !check && valid.get().seedFrom().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    config.orElseThrow() + " has no policy.cold-start.seed-from to add to; set it, or give --check");
        }
        SeedFile file = SeedImport.read(from);
        file.problems().forEach(problem -> terminal.err().println("skipped " + problem));
        terminal.out()
                .println(from + ": " + ConfigFileOption.count(file.rows().size(), "row") + ", "
                        + ConfigFileOption.count(file.badLines(), "bad line") + ", "
                        + ConfigFileOption.count(file.duplicates(), "duplicate"));
        valid.ifPresent(found -> tell(file, found));
        if (valid.isPresent() && !check) {
            add(file, valid.get().seedFrom().orElseThrow());
        }
        return file.badLines() == 0 ? ExitCode.OK : ExitCode.PROBLEM;
    }

    private void tell(SeedFile file, GatewayConfig valid) {
        ColdStart start = Seeding.start(file, valid, SystemTime.clock().instant());
        terminal.out()
                .println("used " + start.counts().used() + ", " + start.counts().unknownArms()
                        + " with an arm that no route in a learned mode has, "
                        + start.counts().elsewhere() + " of no model or task here; of a task and arm they weigh "
                        + valid.policy().warmStart().mass() + " outcomes at most");
        if (!start.lines().isEmpty()) {
            TextTable table =
                    new TextTable("REQUESTS FOR", "TASK", "ARM", "ROWS", "SUCCESS", "WITHOUT WORD", "MEAN MS");
            start.lines()
                    .forEach(line -> table.row(
                            line.population(),
                            line.task(),
                            line.arm().name(),
                            Integer.toString(line.rows()),
                            number("%.2f", line.quality()),
                            Integer.toString(line.silent()),
                            number("%.0f", line.meanMillis())));
            table.lines().forEach(terminal.out()::println);
        }
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }

    private void add(SeedFile file, Path target) {
        SeedImport.Added done = SeedImport.add(file, target);
        terminal.out()
                .println(target + ": " + ConfigFileOption.count(done.added(), "row") + " added, " + done.total()
                        + " in all; in force when the gateway is started next");
    }
}
