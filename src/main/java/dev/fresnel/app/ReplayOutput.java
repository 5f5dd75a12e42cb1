package dev.fresnel.app;

import dev.fresnel.replay.Comparison.RegretCurve;
import dev.fresnel.replay.RegretChart;
import dev.fresnel.replay.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go besides the terminal. Filled by picocli before the command runs. */
final class ReplayOutput {
    @Option(names = "--csv", paramLabel = "FILE", description = "Also writes the tables as CSV.")
    private @Nullable Path csv;

    @Option(names = "--svg", paramLabel = "FILE", description = "Also draws the regret curves as SVG.")
    private @Nullable Path svg;

    @Option(names = "--png", paramLabel = "FILE", description = "Also draws the regret curves as PNG.")
    private @Nullable Path png;

    static void print(Table table, Terminal terminal) {
        TextTable text = new TextTable(table.heading().toArray(String[]::new));
        table.rows().forEach(row -> text.row(row.toArray(String[]::new)));
        terminal.out().println();
        text.lines().forEach(terminal.out()::println);
    }

    /** Writes what was asked for; an {@link InputProblem} when a file cannot be written. */
    void save(String title, List<Table> tables, List<RegretCurve> curves) {
        Optional.ofNullable(csv)
                .ifPresent(file -> write(
                        file,
                        () -> Files.writeString(
                                file,
                                tables.stream().map(Table::csv).collect(Collectors.joining("\r\n")),
                                StandardCharsets.UTF_8)));
        Optional.ofNullable(svg).ifPresent(file -> draw(file, curves, () -> RegretChart.svg(title, curves, file)));
        Optional.ofNullable(png).ifPresent(file -> draw(file, curves, () -> RegretChart.png(title, curves, file)));
    }

    private static void draw(Path file, List<RegretCurve> curves, Writing writing) {
        if (curves.isEmpty()) {
            throw new InputProblem(
                    file + ": not drawn, there are no regret curves here; they come with 'replay run', P1 and P2");
        }
        write(file, writing);
    }

    private static void write(Path file, Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new InputProblem(
                    file + " cannot be written (" + e.getClass().getSimpleName() + "); does its folder exist?");
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }
}
