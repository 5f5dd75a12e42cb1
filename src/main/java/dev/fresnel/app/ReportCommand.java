package dev.fresnel.app;

import dev.fresnel.savings.Statement;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fresnel report}: the savings statement of a running gateway, by its admin listener. */
@Command(
        name = "report",
        description =
                "What a running gateway spent, what the same requests would have cost without delegation, and what became of"
                        + " quality, with 95 %% intervals.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed, also where evidence is missing", "1:refused, or no gateway answers", "2:wrong use"})
final class ReportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--tenant", paramLabel = "ID", description = "Only this tenant. Without it: all of the config.")
    private Optional<String> tenant = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "DAY",
            description = "First day, UTC, such as 2026-11-01. Without it: the 30 days that end with --to.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--to", paramLabel = "DAY", description = "Last day, UTC. Without it: today.")
    private Optional<String> to = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            defaultValue = "model-day",
            completionCandidates = Bys.class,
            description = "One row per: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). Totals come in any case.")
    private String by = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, csv or json (default: ${DEFAULT-VALUE}).")
    private String format = "";

    @Mixin
    private AdminOptions admin = new AdminOptions();

    /** For the help text. */
    static final class Bys extends ArrayList<String> {
        Bys() {
            super(Arrays.stream(Statement.By.values()).map(Statement.By::key).toList());
        }
    }

    ReportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        HttpResponse<String> reply = admin.ask(terminal, "GET", "/admin/savings?" + query(), Optional.empty());
        if (reply.statusCode() == 404 && !AdminRefusal.isOne(reply.body())) {
            throw new InputProblem("at " + admin.address()
                    + " there is no savings statement: that is no admin listener of a gateway. Its address"
                    + " is listen.admin of the config, such as http://127.0.0.1:9090.");
        }
        if (reply.statusCode() != 200) {
            throw admin.refused(reply);
        }
        terminal.out().print(reply.body());
        if (!reply.body().endsWith("\n")) {
            terminal.out().println();
        }
        terminal.out().flush();
        return ExitCode.OK;
    }

    private String query() {
        List<String> parts = new ArrayList<>(List.of("format=" + encoded(format), "by=" + encoded(by)));
        tenant.ifPresent(id -> parts.add("tenant=" + encoded(id)));
        from.ifPresent(day -> parts.add("from=" + encoded(day)));
        to.ifPresent(day -> parts.add("to=" + encoded(day)));
        return String.join("&", parts);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
