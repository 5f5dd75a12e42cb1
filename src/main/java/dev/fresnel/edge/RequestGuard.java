package dev.fresnel.edge;

import dev.fresnel.value.GatewayFailure;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses requests that two HTTP parsers could read differently: what we would forward is then not what we checked. Netty
 * refuses most; these are the forms it accepts. Stateless.
 */
final class RequestGuard {
    private static final int MAX_HEADERS = 100;
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9._\\-]+(:[0-9]{1,5})?|\\[[0-9A-Fa-f:.]+](:[0-9]{1,5})?");
    private static final Pattern LOCAL_ORIGIN =
            Pattern.compile("https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^#\\\\]]*");

    /** Control characters, and what has another, plainer spelling, so that a path could hide what it names. */
    private static final Pattern NEEDLESS_ENCODING =
            Pattern.compile("%(?:[01][0-9a-f]|7f|2e|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|(?![0-9a-f]{2}))");

    private RequestGuard() {}

    /** What is ambiguous about {@code request}; empty: nothing. The connection is closed after an ambiguous request. */
    static Optional<GatewayFailure> ambiguity(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll("host");
        if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
            return refuse("exactly one Host header with a host name and an optional port");
        }
        List<String> encodings = request.headers().getAll("transfer-encoding");
        // Not stripped: the parser joins a folded line with a space, and a folded framing header has two readings.
        if (encodings.size() > 1 || encodings.stream().anyMatch(value -> !value.equalsIgnoreCase("chunked"))) {
            return refuse("no Transfer-Encoding other than a single 'chunked'");
        }
        List<String> lengths = request.headers().getAll("content-length");
        if (lengths.size() > 1 || (!lengths.isEmpty() && !encodings.isEmpty())) {
            return refuse("either one Content-Length or 'Transfer-Encoding: chunked'");
        }
        if (!lengths.isEmpty() && !lengths.getFirst().chars().allMatch(c -> c >= '0' && c <= '9')) {
            return refuse("a Content-Length of digits only");
        }
        if (request.headers().contains("content_length") || request.headers().contains("transfer_encoding")) {
            return refuse("no underscore spelling of a framing header");
        }
        if (request.headers().getAll("authorization").size() > 1) {
            return refuse("at most one Authorization header");
        }
        int lines = 0;
        for (Map.Entry<String, String> _ : request.headers()) {
            lines++;
        }
        if (lines > MAX_HEADERS) {
            return Optional.of(new GatewayFailure.HeadTooLarge(
                    "The request has more than " + MAX_HEADERS + " header lines. Send fewer."));
        }
        String expectation = request.getHeader("expect");
        if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
            return Optional.of(new GatewayFailure.UnknownExpectation(
                    "The only Expect header this gateway knows is '100-continue'. Leave yours out."));
        }
        return pathAmbiguity(request.uri());
    }

    /**
     * Whether a browser sent it for a page that is not on this machine. A listener on a loopback address is open to everybody who
     * can reach it, and every page that a user of this machine looks at can.
     */
    static boolean comesFromAForeignPage(HttpServerRequest request) {
        String origin = request.getHeader("origin");
        return origin != null && !LOCAL_ORIGIN.matcher(origin).matches();
    }

    private static Optional<GatewayFailure> pathAmbiguity(String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        String lower = path.toLowerCase(Locale.ROOT);
        // A model's name may hold a slash, and SDKs encode it.
        boolean encodedSlash = lower.contains("%2f") && !lower.startsWith("/v1/models/");
        List<String> segments = List.of(lower.replace("%2f", "/").split("/", -1));
        boolean walks = lower.contains("//")
                || encodedSlash
                || lower.contains("%5c")
                || segments.contains("..")
                || segments.contains(".");
        if (!PATH.matcher(uri).matches()
                || walks
                || NEEDLESS_ENCODING.matcher(lower).find()) {
            return refuse(
                    "a plain absolute path without '//', '.' or '..' segments, fragments, encoded slashes, control"
                            + " characters, or letters, digits and dots that are percent-encoded");
        }
        return Optional.empty();
    }

    private static Optional<GatewayFailure> refuse(String expected) {
        return Optional.of(new GatewayFailure.InvalidRequest(
                "The request is ambiguous as HTTP. Send " + expected + ".", Optional.empty(), "bad_request"));
    }
}
