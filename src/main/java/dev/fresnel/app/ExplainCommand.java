package dev.fresnel.app;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.JsonText;
import dev.fresnel.chat.OpaqueChat;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.Inquiry;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.exchange.Explanation;
import dev.fresnel.tenant.Caller;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.value.GatewayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fresnel explain}: what would become of a request, and why. Asks no upstream, writes no lens, spends nothing. */
@Command(
        name = "explain",
        description = "Says what would become of a request and why, with money. Sends nothing anywhere.",
        footer = {"%nAssumes that nothing was spent today and that no conversation is running."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:explained", "1:a mistake in the config, the request or a header", "2:wrong use"})
final class ExplainCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private final ConfigFileOption config = new ConfigFileOption();

    @Option(
            names = {"-t", "--tenant"},
            paramLabel = "ID",
            description =
                    "Whose request it is. Unset: the one an authorization header opens, else the only one, else the open one.")
    private Optional<String> tenant = Optional.empty();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header of the request, for example 'x-fresnel-mode: rules'. May be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--lens-cached", description = "Assume that the lens for this task is already there.")
    private boolean lensCached;

    @Option(
            names = "--json",
            description = "One JSON object, the same that 'x-fresnel-explain: dry-run' gives over HTTP.")
    private boolean json;

    @Parameters(
            paramLabel = "REQUEST.json",
            description = "Body of POST /v1/chat/completions; '-' reads standard input.")
    @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
    private String request;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Map.Entry<String, String>> given =
                headers.stream().map(this::header).toList();
        GatewayConfig valid = config.loadOrExplain(terminal);
        Tenant whose = tenant(valid, given);
        byte[] body = body(valid.limits().maxBody());
        try {
            explain(valid, whose, given, body);
        } catch (GatewayException refused) {
            throw new InputProblem(name() + ": the gateway would refuse this request: "
                    + refused.failure().publicMessage());
        }
        return ExitCode.OK;
    }

    private void explain(GatewayConfig valid, Tenant whose, List<Map.Entry<String, String>> given, byte[] body) {
        switch (ChatRequestReader.read(body)) {
            case OpaqueChat(String reason) -> unreadable(whose, reason);
            case ChatRequest chat -> {
                DryRun dryRun = new DryRun(valid, whose);
                Assessment assessment =
                        dryRun.assess(chat, given, lensCached ? Inquiry.LensState.CACHED : Inquiry.LensState.ABSENT);
                if (json) {
                    terminal.out().println(Explanation.json(assessment));
                } else {
                    new ExplainText(chat, whose, dryRun.plan(chat), Overrides.parse(given), assessment)
                            .lines()
                            .forEach(terminal.out()::println);
                }
            }
        }
    }

    private void unreadable(Tenant whose, String reason) {
        if (json) {
            terminal.out()
                    .println(
                            "{\"decision\":{\"arm\":\"direct\",\"preferred\":\"direct\",\"reasons\":[\"unreadable\"]},\"detail\":"
                                    + JsonText.quote(reason) + "}");
        } else {
            terminal.out().println("decision  direct, to upstream " + whose.upstream() + ", byte for byte");
            terminal.out().println("because   unreadable: " + reason);
        }
    }

    private Map.Entry<String, String> header(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || text.substring(0, colon).isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "--header '" + text + "' has no name and value; write it as 'name: value'");
        }
        return Map.entry(
                text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                text.substring(colon + 1).strip());
    }

    private Tenant tenant(GatewayConfig valid, List<Map.Entry<String, String>> given) {
        List<Tenant> all = valid.tenants();
        if (tenant.isPresent()) {
            return all.stream()
                    .filter(one -> one.id().value().equals(tenant.get()))
                    .findFirst()
                    .orElseThrow(() -> new InputProblem(
                            config.file() + " has no tenant '" + tenant.get() + "'; it has " + ids(all)));
        }
        TenantDirectory directory = new TenantDirectory(all, SystemTime.clock());
        Optional<String> credential = given.stream()
                .filter(header -> header.getKey().equals("authorization"))
                .map(header -> header.getValue().replaceFirst("(?i)^bearer\\s+", ""))
                .findFirst();
        if (credential.isPresent()) {
            return admitted(directory.find(credential.get()))
                    .orElseThrow(() ->
                            new InputProblem("the authorization header opens no tenant; the gateway would answer 401"));
        }
        if (all.size() == 1) {
            return all.getFirst();
        }
        return admitted(directory.findOpen())
                .orElseThrow(() -> new InputProblem("say whose request it is with --tenant; there are " + ids(all)));
    }

    private static Optional<Tenant> admitted(Caller caller) {
        return caller instanceof Caller.Admitted in ? Optional.of(in.tenant()) : Optional.empty();
    }

    private static String ids(List<Tenant> tenants) {
        return tenants.stream().map(one -> one.id().value()).collect(Collectors.joining(", "));
    }

    private byte[] body(long maxBody) {
        try (InputStream source =
                request.equals(STANDARD_INPUT) ? terminal.in() : Files.newInputStream(Path.of(request))) {
            byte[] body = source.readNBytes((int) Math.min(maxBody + 1, Integer.MAX_VALUE - 8));
            if (body.length > maxBody) {
                throw new InputProblem(name() + " is larger than limits.max-body (" + maxBody
                        + " bytes); the gateway would answer 413");
            }
            return body;
        } catch (NoSuchFileException e) {
            throw new InputProblem(
                    name() + " does not exist; give the body of a chat request, or '-' for standard input");
        } catch (IOException e) {
            throw new InputProblem(
                    name() + " cannot be read (" + e.getClass().getSimpleName() + "); check that it is a file");
        }
    }

    private String name() {
        return request.equals(STANDARD_INPUT) ? "standard input" : request;
    }
}
