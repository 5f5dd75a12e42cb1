package dev.fresnel.app;

import dev.fresnel.seed.LogExport;
import dev.fresnel.seed.SeedRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fresnel export}: a decision log as rows that another gateway can start from. */
@Command(
        name = "export",
        description = "Writes the decisions of a decision log as rows for 'fresnel seed'.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the log cannot be read, has no decision or bad lines, or the rows cannot be written; good ones were",
            "2:wrong use"
        })
final class ExportCommand implements Callable<Integer> {
    private static final int SHOWN = 3;

    private final Terminal terminal;

    @Option(
            names = "--log",
            required = true,
            paramLabel = "FILE",
            description = "The decision log, events.decision-log of the config.")
    @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
    private Path log;

    @Option(names = "--out", paramLabel = "FILE", description = "Where the rows go. Without it: standard output.")
    private Optional<Path> out = Optional.empty();

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        LogExport export = read();
        List<String> lines = export.rows().stream().map(SeedRow::json).toList();
        out.ifPresentOrElse(file -> write(file, lines), () -> {
            lines.forEach(terminal.out()::println);
            terminal.out().flush();
        });
        export.problems().stream().limit(SHOWN).forEach(line -> terminal.err().println("skipped " + line));
        terminal.err()
                .println(log + ": " + ConfigFileOption.count(lines.size(), "row") + ", "
                        + ConfigFileOption.count(export.badLines(), "bad line"));
        return lines.isEmpty() || !export.problems().isEmpty() ? ExitCode.PROBLEM : ExitCode.OK;
    }

    private LogExport read() {
        if (!Files.isRegularFile(log)) {
            throw new InputProblem("no file " + log + ": name the decision log the gateway has written");
        }
        try {
            return LogExport.of(log);
        } catch (IOException problem) {
            throw new InputProblem(log + " cannot be read: " + problem);
        }
    }

    private static void write(Path file, List<String> lines) {
        try {
            Files.write(file, lines, StandardCharsets.UTF_8);
        } catch (IOException problem) {
            throw new InputProblem(file + " cannot be written: " + problem);
        }
    }
}
