package dev.fresnel.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** How a command reaches the admin listener of a running gateway. Mixed into such commands. */
final class AdminOptions {
    private static final String TOKEN = "FRESNEL_ADMIN_TOKEN";
    private static final String REMEDY =
            "Give the admin listener's address with --admin, such as http://127.0.0.1:9090.";
    private static final Set<String> WEB = Set.of("http", "https");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

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

    /** As it was given. */
    String address() {
        return admin;
    }

    /**
     * Asks the listener. Throws {@link InputProblem} when nobody answers.
     *
     * @param body JSON; empty: none
     */
    HttpResponse<String> ask(Terminal terminal, String method, String path, Optional<String> body)
            throws InterruptedException {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address(path))
                    .timeout(PATIENCE)
                    .header("content-type", "application/json")
                    .method(
                            method,
                            body.map(HttpRequest.BodyPublishers::ofString)
                                    .orElseGet(HttpRequest.BodyPublishers::noBody));
            token(terminal).ifPresent(token -> request.header("authorization", "Bearer " + token));
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException problem) {
            throw new InputProblem("no gateway answers at " + admin + " (" + problem + "). " + REMEDY);
        }
    }

    /** A refusal as something that the user can do something about. */
    InputProblem refused(HttpResponse<String> reply) {
        return new InputProblem(
                admin + " refused with status " + reply.statusCode() + ": " + AdminRefusal.message(reply.body()));
    }

    /** As the config writes it, {@code HOST:PORT}, or as a URL. */
    private URI address(String path) {
        if (admin.contains("@") || admin.contains("?")) {
            // Not repeated: what is there is a secret.
            throw new InputProblem(
                    "--admin must not carry a user name, a password or a query. Give the token with --token-file.");
        }
        String base = admin.contains("://") ? admin : "http://" + admin;
        URI uri;
        try {
            uri = URI.create(base.replaceFirst("/+$", "") + path);
        } catch (IllegalArgumentException malformed) {
            throw new InputProblem("--admin is no address. " + REMEDY);
        }
        if (!WEB.contains(String.valueOf(uri.getScheme())) || uri.getHost() == null) {
            throw new InputProblem("--admin is no http or https address with a host. " + REMEDY);
        }
        return uri;
    }

    private Optional<String> token(Terminal terminal) {
        return tokenFile
                .map(AdminOptions::read)
                .or(() -> Optional.ofNullable(terminal.env().get(TOKEN)))
                .filter(token -> !token.isEmpty())
                .map(AdminOptions::sendable);
    }

    /** The HTTP client would refuse it in words that repeat it. */
    private static String sendable(String token) {
        if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new InputProblem(
                    "the admin token must be printable ASCII on one line, without spaces. Look at the token file, or at "
                            + TOKEN + ".");
        }
        return token;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException problem) {
            throw new InputProblem("the token file " + file + " cannot be read: " + problem.getMessage());
        }
    }
}
