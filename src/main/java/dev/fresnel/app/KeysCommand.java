package dev.fresnel.app;

import dev.fresnel.budget.Period;
import dev.fresnel.chat.JsonText;
import dev.fresnel.tenant.FreshKey;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code fresnel keys}: keys for tenants, for a config by their hashes, or issued, listed and revoked at a running gateway. */
@Command(
        name = "keys",
        description = "Makes keys for tenants, for the config or at a running gateway, lists and revokes them.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"2:no command is named; else that of the command"},
        commandListHeading = "%nCommands:%n")
final class KeysCommand implements Runnable {
    private static final String PATH = "/admin/keys";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    /** Called when no subcommand is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: create, list, revoke or hash");
    }

    private static JsonNode asked(
            AdminOptions admin, Terminal terminal, String method, String path, Optional<String> body)
            throws InterruptedException {
        HttpResponse<String> reply = admin.ask(terminal, method, path, body);
        if (reply.statusCode() != 200) {
            throw admin.refused(reply);
        }
        return JsonMapper.shared().readTree(reply.body());
    }

    /** {@code fresnel keys create}. */
    @Command(
            name = "create",
            description = {
                "Makes a key and prints it, once. With --tenant a running gateway issues it, and it opens the tenant at once;"
                        + " other replicas follow within seconds.",
                "Without --tenant nothing is asked: the key goes to the client, its hash into tenants[].keys."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:a key was made", "1:refused, or no gateway answers", "2:wrong use"})
    static final class Create implements Callable<Integer> {
        private final Terminal terminal;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli injects it
        private CommandSpec spec;

        @Option(names = "--tenant", paramLabel = "ID", description = "Whose key a running gateway issues.")
        private Optional<String> tenant = Optional.empty();

        @Option(names = "--name", paramLabel = "NAME", description = "What logs and events call it.")
        private Optional<String> name = Optional.empty();

        @Option(
                names = "--scopes",
                paramLabel = "SCOPE",
                split = ",",
                description = "What it may use: chat, models, feedback, pass-through. Without it: all.")
        private List<String> scopes = List.of();

        @Option(
                names = "--models",
                paramLabel = "PATTERN",
                split = ",",
                description = "Models it may ask for; * stands for any characters. Without it: those of the tenant.")
        private List<String> models = List.of();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "When it stops opening the tenant: 2027-01-31 or 2027-01-31T17:00:00Z, in UTC.")
        private Optional<String> expires = Optional.empty();

        @Option(names = "--budget-daily", paramLabel = "USD", description = "What it may spend per UTC day.")
        private Optional<BigDecimal> daily = Optional.empty();

        @Option(names = "--budget-monthly", paramLabel = "USD", description = "What it may spend per UTC month.")
        private Optional<BigDecimal> monthly = Optional.empty();

        @Option(names = "--budget-total", paramLabel = "USD", description = "What it may spend for ever.")
        private Optional<BigDecimal> total = Optional.empty();

        @Option(
                names = "--limit",
                paramLabel = "NAME=NUMBER",
                split = ",",
                description =
                        "How much traffic it may have, by the names of the config: requests-per-minute=60. Repeatable.")
        private Map<String, Long> limits = Map.of();

        @Option(names = "--metadata", paramLabel = "NAME=VALUE", description = "A note for people. Repeatable.")
        private Map<String, String> metadata = Map.of();

        @Mixin
        private AdminOptions admin = new AdminOptions();

        Create(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            if (tenant.isEmpty()) {
                boolean asksMore = name.isPresent()
                        || expires.isPresent()
                        || !scopes.isEmpty()
                        || !models.isEmpty()
                        || !budget().isEmpty()
                        || !limits.isEmpty()
                        || !metadata.isEmpty();
                if (asksMore) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "name the tenant with --tenant; for a key of the config these are written there");
                }
                FreshKey fresh = FreshKey.make(new SecureRandom());
                terminal.out().println("key   " + fresh.key().reveal());
                terminal.out().println("hash  " + fresh.hash().written());
                return ExitCode.OK;
            }
            JsonNode issued = asked(admin, terminal, "POST", PATH, Optional.of(body(tenant.get())));
            terminal.out().println("key   " + issued.get("key").asString());
            terminal.out().println("id    " + issued.get("id").asString());
            terminal.out().println("name  " + issued.get("name").asString());
            issued.path("warnings").forEach(warning -> terminal.err().println("fresnel: " + warning.asString() + "."));
            return ExitCode.OK;
        }

        private Map<String, BigDecimal> budget() {
            Map<String, BigDecimal> budget = new LinkedHashMap<>();
            daily.ifPresent(amount -> budget.put(Period.DAY.adjective(), amount));
            monthly.ifPresent(amount -> budget.put(Period.MONTH.adjective(), amount));
            total.ifPresent(amount -> budget.put(Period.TOTAL.adjective(), amount));
            return budget;
        }

        private String body(String whose) {
            List<String> fields = new ArrayList<>();
            fields.add("\"tenant\":" + JsonText.quote(whose));
            name.ifPresent(text -> fields.add("\"name\":" + JsonText.quote(text)));
            expires.ifPresent(text -> fields.add("\"expires\":" + JsonText.quote(text)));
            texts("scopes", scopes, fields);
            texts("models", models, fields);
            numbers("budget", budget(), fields);
            numbers("limits", limits, fields);
            texts(
                    "metadata",
                    metadata.entrySet().stream()
                            .map(note -> note.getKey() + "=" + note.getValue())
                            .toList(),
                    fields);
            return "{" + String.join(",", fields) + "}";
        }

        private static void numbers(String name, Map<String, ? extends Number> values, List<String> fields) {
            if (!values.isEmpty()) {
                fields.add("\"" + name + "\":"
                        + values.entrySet().stream()
                                .map(one -> JsonText.quote(one.getKey()) + ":" + one.getValue())
                                .collect(Collectors.joining(",", "{", "}")));
            }
        }

        private static void texts(String name, List<String> values, List<String> fields) {
            if (!values.isEmpty()) {
                fields.add("\"" + name + "\":"
                        + values.stream().map(JsonText::quote).collect(Collectors.joining(",", "[", "]")));
            }
        }
    }

    /** {@code fresnel keys list}. */
    @Command(
            name = "list",
            description =
                    "Lists the keys that a running gateway knows, those of its config and issued ones. Never the keys themselves.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the keys were listed", "1:refused, or no gateway answers", "2:wrong use"})
    static final class ListKeys implements Callable<Integer> {
        private final Terminal terminal;

        @Option(names = "--tenant", paramLabel = "ID", description = "Only this tenant's.")
        private Optional<String> tenant = Optional.empty();

        @Mixin
        private AdminOptions admin = new AdminOptions();

        ListKeys(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            String query = tenant.map(id -> "?tenant=" + URLEncoder.encode(id, StandardCharsets.UTF_8))
                    .orElse("");
            JsonNode reply = asked(admin, terminal, "GET", PATH + query, Optional.empty());
            TextTable table = new TextTable(
                    "id", "tenant", "name", "state", "from", "scopes", "models", "expires", "budget", "limits");
            for (JsonNode key : reply.get("keys")) {
                table.row(
                        key.get("id").asString(),
                        key.get("tenant").asString(),
                        key.get("name").asString(),
                        key.get("state").asString(),
                        key.get("origin").asString(),
                        joined(key.get("scopes")),
                        models(key.get("models"), key.path("tenant_models")),
                        key.get("expires_at").isNull()
                                ? "never"
                                : key.get("expires_at").asString(),
                        set(
                                key.path("budget"),
                                amount -> Usd.of(amount.decimalValue()).toString()),
                        set(key.path("limits"), JsonNode::asString));
            }
            table.lines().forEach(terminal.out()::println);
            if (!reply.get("store_read").asBoolean()) {
                terminal.err().println("fresnel: the gateway's store does not answer; issued keys are missing here.");
            }
            return ExitCode.OK;
        }

        /** Both lists hold, so a key without one has its tenant's. */
        private static String models(JsonNode own, JsonNode tenant) {
            String of = tenant.isArray() ? "tenant: " + joined(tenant) : "";
            return own.isNull() ? (of.isEmpty() ? "all" : of) : joined(own) + (of.isEmpty() ? "" : " (" + of + ")");
        }

        /** As options and requests have them, amounts in USD. */
        private static String set(JsonNode numbers, Function<JsonNode, String> written) {
            return numbers.isEmpty()
                    ? "none"
                    : numbers.properties().stream()
                            .map(one -> one.getKey() + "=" + written.apply(one.getValue()))
                            .collect(Collectors.joining(","));
        }

        private static String joined(JsonNode texts) {
            return texts.valueStream().map(JsonNode::asString).collect(Collectors.joining(","));
        }
    }

    /** {@code fresnel keys revoke}. */
    @Command(
            name = "revoke",
            description = {
                "Revokes a key at a running gateway: it opens nothing from now on, at other replicas within five seconds.",
                "A key of the config is revoked all the same; remove it there too. What is revoked stays so."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:revoked, and stored for other replicas and the next start",
                "1:refused, or no gateway answers",
                "2:wrong use",
                "3:revoked at this gateway only, since its store does not answer"
            })
    static final class Revoke implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(paramLabel = "ID", description = "As 'fresnel keys list' shows it.")
        private String id = "";

        @Mixin
        private AdminOptions admin = new AdminOptions();

        Revoke(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws InterruptedException {
            JsonNode reply = asked(
                    admin,
                    terminal,
                    "DELETE",
                    PATH + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8),
                    Optional.empty());
            terminal.out()
                    .println("revoked the key '" + reply.get("name").asString() + "' of the tenant '"
                            + reply.get("tenant").asString() + "'");
            if (reply.get("origin").asString().equals("config")) {
                terminal.err().println("fresnel: it is a key of the config; remove it there too.");
            }
            if (!reply.get("stored").asBoolean()) {
                terminal.err()
                        .println(
                                "fresnel: in force at " + admin.address()
                                        + " only; its store does not answer. Other replicas follow when it does, unless this one ends first.");
                return PauseCommand.NOT_STORED;
            }
            return ExitCode.OK;
        }
    }

    /** {@code fresnel keys hash}. */
    @Command(
            name = "hash",
            description = "Reads a key from standard input and prints its hash, for tenants[].keys.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the hash was printed", "1:there was no key", "2:wrong use"})
    static final class Hash implements Callable<Integer> {
        private final Terminal terminal;

        Hash(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            String key;
            try {
                key = new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8).strip();
            } catch (IOException problem) {
                throw new InputProblem("standard input cannot be read: " + problem.getMessage());
            }
            if (key.isEmpty() || key.lines().count() > 1) {
                throw new InputProblem("standard input must be one key on one line");
            }
            terminal.out().println(KeyHash.of(key).written());
            return ExitCode.OK;
        }
    }
}
