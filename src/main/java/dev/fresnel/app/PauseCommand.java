package dev.fresnel.app;

import dev.fresnel.chat.JsonText;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fresnel pause} and {@code fresnel resume}: the kill switch of a running gateway, by its admin listener. */
abstract sealed class PauseCommand implements Callable<Integer> permits PauseCommand.Pause, PauseCommand.Resume {
    /** In force where it was given, and not yet known to the store. */
    static final int NOT_STORED = 3;

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

    @Mixin
    private AdminOptions admin = new AdminOptions();

    private PauseCommand(Terminal terminal, String verb) {
        this.terminal = terminal;
        this.verb = verb;
    }

    @Override
    public Integer call() throws InterruptedException {
        HttpResponse<String> reply = admin.ask(terminal, "POST", "/admin/" + verb, Optional.of(body()));
        if (reply.statusCode() == 404) {
            throw new InputProblem("at " + admin.address()
                    + " there is no kill switch: that is no admin listener of a gateway. Its address"
                    + " is listen.admin of the config, such as http://127.0.0.1:9090.");
        }
        if (reply.statusCode() != 200) {
            throw admin.refused(reply);
        }
        terminal.out().print(reply.body());
        terminal.out().flush();
        if (!reply.body().contains("\"stored\":true")) {
            terminal.err()
                    .println(
                            "fresnel: in force at " + admin.address()
                                    + " only; its store does not answer. Other replicas follow when it does, unless this one ends first.");
            return NOT_STORED;
        }
        return ExitCode.OK;
    }

    private String body() {
        List<String> fields = new ArrayList<>();
        tenant.ifPresent(id -> fields.add("\"tenant\":" + JsonText.quote(id)));
        reason.ifPresent(text -> fields.add("\"reason\":" + JsonText.quote(text)));
        return "{" + String.join(",", fields) + "}";
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
