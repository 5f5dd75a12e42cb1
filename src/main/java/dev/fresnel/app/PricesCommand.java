package dev.fresnel.app;

import dev.fresnel.budget.PriceList;
import dev.fresnel.budget.PublicPrices;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel prices}: the table that models without a {@code price} take theirs from. Asks nobody on the network. */
@Command(
        name = "prices",
        description = "Prices of models that a config need not repeat.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"2:no command is named; else that of the command"},
        commandListHeading = "%nCommands:%n")
final class PricesCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    /** Called when no subcommand is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: generate");
    }

    /** {@code fresnel prices generate}. */
    @Command(
            name = "generate",
            description = {
                "Makes a price table of a public list and prints it; prices.table names the file that you keep it in.",
                "The list is data.json of https://github.com/pydantic/genai-prices, as it is or packed with gzip."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the table was printed", "1:the list cannot be read", "2:wrong use"})
    static final class Generate implements Callable<Integer> {
        private final Terminal terminal;

        @Option(names = "--from", required = true, paramLabel = "FILE", description = "The public list.")
        @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
        private Path from;

        @Option(
                names = "--date",
                required = true,
                paramLabel = "YYYY-MM-DD",
                description = "The day that the list was fetched: its prices are taken as of then.")
        @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
        private LocalDate date;

        Generate(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            try {
                String table = PublicPrices.priceList(read(from), date);
                // Only what can be read again is worth keeping.
                var _ = PriceList.parse(table);
                terminal.out().print(table);
                terminal.out().flush();
                return ExitCode.OK;
            } catch (IOException unreadable) {
                throw new InputProblem(from + " cannot be read: " + unreadable.getMessage());
            } catch (PublicPrices.Unreadable | PriceList.Malformed wrong) {
                throw new InputProblem(from + " gives no price table: " + wrong.getMessage());
            }
        }

        private static String read(Path file) throws IOException {
            try (InputStream bytes = Files.newInputStream(file);
                    InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes) {
                return new String(text.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }
}
