package dev.fresnel.app;

import dev.fresnel.chat.JsonText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fresnel pause} and {@code fresnel resume}: the kill switch of a running gateway, by its admin listener. */
abstract sealed class PauseCommand implements Callable<Integer> permits PauseCommand.Pause, PauseCommand.Resume {
    /** In force where it was given, and not yet known to the store. */
    static final int NOT_STORED = 3;

    private static final String TOKEN = "FRESNEL_ADMIN_TOKEN";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final String verb;

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            description =
                    "Only this tenant. Without it: the whole gateway, whose order is apart from those of tenants.")
    private Optional<String> tenant = Optional.empty();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit event.")
    private Optional<String> reason = Optional.empty();

    @Option(
            names = "--admin",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:9090",
            description = "The admin listener (default: ${DEFAULT-VALUE}).")
    private String admin = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Holds the admin token. Without it: the environment's " + TOKEN + ", else none is sent.")
    private Optional<Path> tokenFile = Optional.empty();

    private PauseCommand(Terminal terminal, String verb) {
        this.terminal = terminal;
        this.verb = verb;
    }

    @Override
    public Integer call() throws InterruptedException {
        HttpResponse<String> reply = send();
        if (reply.statusCode() == 404) {
            throw new InputProblem(
                    "at " + admin + " there is no kill switch: that is no admin listener of a gateway. Its address"
                            + " is listen.admin of the config, such as http://127.0.0.1:9090.");
        }
        if (reply.statusCode() != 200) {
            throw new InputProblem(
                    admin + " refused with status " + reply.statusCode() + ": " + AdminRefusal.message(reply.body()));
        }
        terminal.out().print(reply.body());
        terminal.out().flush();
        if (!reply.body().contains("\"stored\":true")) {
            terminal.err()
                    .println(
                            "fresnel: in force at " + admin
                                    + " only; its store does not answer. Other replicas follow when it does, unless this one ends first.");
            return NOT_STORED;
        }
        return ExitCode.OK;
    }

    private HttpResponse<String> send() throws InterruptedException {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address("/admin/" + verb))
                    .timeout(PATIENCE)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body()));
            token().ifPresent(token -> request.header("authorization", "Bearer " + token));
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IllegalArgumentException | IOException problem) {
            throw new InputProblem("no gateway answers at " + admin + " (" + problem
                    + "). Give the admin listener's address with --admin, such as http://127.0.0.1:9090.");
        }
    }

    /** As the config writes it, {@code HOST:PORT}, or as a URL. */
    private URI address(String path) {
        String base = admin.contains("://") ? admin : "http://" + admin;
        return URI.create(base.replaceFirst("/+$", "") + path);
    }

    private String body() {
        List<String> fields = new ArrayList<>();
        tenant.ifPresent(id -> fields.add("\"tenant\":" + JsonText.quote(id)));
        reason.ifPresent(text -> fields.add("\"reason\":" + JsonText.quote(text)));
        return "{" + String.join(",", fields) + "}";
    }

    private Optional<String> token() {
        return tokenFile
                .map(PauseCommand::read)
                .or(() -> Optional.ofNullable(terminal.env().get(TOKEN)))
                .filter(token -> !token.isEmpty());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException problem) {
            throw new InputProblem("the token file " + file + " cannot be read: " + problem.getMessage());
        }
    }

    @Command(
            name = "pause",
            description =
                    "Stops delegation of a running gateway: new requests go direct with reason 'paused', running ones end.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:paused, and stored for other replicas and the next start",
                "1:refused, or no gateway answers",
                "2:wrong use",
                "3:paused at this gateway only, since its store does not answer"
            })
    static final class Pause extends PauseCommand {
        Pause(Terminal terminal) {
            super(terminal, "pause");
        }
    }

    @Command(
            name = "resume",
            description = "Lets a running gateway delegate again after 'fresnel pause'.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:resumed, and stored for other replicas and the next start",
                "1:refused, or no gateway answers",
                "2:wrong use",
                "3:resumed at this gateway only, since its store does not answer"
            })
    static final class Resume extends PauseCommand {
        Resume(Terminal terminal) {
            super(terminal, "resume");
        }
    }
}
