package dev.fresnel.admin;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The console: one page and the modules it loads, from the class path. They are open, since a browser sends no token when it opens a page,
 * and nothing of the gateway's is in them: all that the page shows it asks the admin API for. Immutable.
 */
public final class ConsoleRequests implements OperationGroup {
    static final String PATH = "/console/";

    private static final List<String> OWN = List.of(
            "index.html",
            "console.css",
            "icon.svg",
            "api.js",
            "app.js",
            "chart.js",
            "dialog.js",
            "feed.js",
            "format.js",
            "resource.js",
            "ui.js",
            "words.js",
            "views/arms.js",
            "views/decision.js",
            "views/decisions.js",
            "views/health.js",
            "views/lenses.js",
            "views/savings.js",
            "views/tenants.js");

    private static final List<String> LIT = List.of(
            "lit-html.js", "directive.js", "directive-helpers.js", "directives/live.js", "directives/repeat.js");

    /** As in the pom. */
    private static final String LIT_FOLDER = "/META-INF/resources/webjars/lit-html/3.3.1/";

    /**
     * Nothing but our own files, nothing inline, nothing framed, nowhere else to talk to. The templates' library is the only one that may make markup of
     * text, and it makes it of its own text alone.
     */
    private static final Map<String, String> HEADERS = Map.of(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
            "referrer-policy",
            "no-referrer",
            "cross-origin-opener-policy",
            "same-origin",
            "cross-origin-resource-policy",
            "same-origin",
            "cache-control",
            "no-cache");

    private final Map<String, AdminReply> files = new HashMap<>();

    /** Reads the files from the class path. */
    public ConsoleRequests() {
        OWN.forEach(name -> files.put(name, file(name, "/console/" + name)));
        LIT.forEach(name -> files.put(name, file(name, LIT_FOLDER + name)));
    }

    @Override
    public List<Operation> operations() {
        Parameter folder = Parameter.path("folder", new ParameterType.Text(32));
        Parameter file = Parameter.path("file", new ParameterType.Text(64));
        return List.of(
                Operation.get("/", _ -> toPage()).open(),
                Operation.get(PATH, _ -> found("index.html")).open(),
                Operation.get("/console", _ -> toPage()).open(),
                Operation.get(PATH + "{file}", request -> found(request.required("file")), file)
                        .open(),
                Operation.get(
                                PATH + "{folder}/{file}",
                                request -> found(request.required("folder") + "/" + request.required("file")),
                                folder,
                                file)
                        .open());
    }

    /** Relative, so that it also leads there behind a proxy that serves all this under a path of its own. */
    private static Future<AdminReply> toPage() {
        return Future.succeededFuture(
                new AdminReply.Whole(302, "text/plain; charset=utf-8", "", Map.of("location", "console/")));
    }

    private Future<AdminReply> found(String name) {
        AdminReply file = files.get(name);
        return Future.succeededFuture(
                file == null ? AdminReply.notFound("The console has no such file. Its page is " + PATH + ".") : file);
    }

    private static AdminReply file(String name, String resource) {
        try (InputStream bytes = ConsoleRequests.class.getResourceAsStream(resource)) {
            String text = new String(
                    Objects.requireNonNull(bytes, resource + " is part of the build")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            return new AdminReply.Whole(200, type(name), text, HEADERS);
        } catch (IOException e) {
            throw new UncheckedIOException("the class path cannot be read", e);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "js" -> "text/javascript; charset=utf-8";
            default -> throw new IllegalArgumentException(name + " is of no kind that a page loads");
        };
    }
}
