package dev.fresnel.edge;

import dev.fresnel.value.GatewayFailure;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
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
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^#\\\\]]*");

    private RequestGuard() {}

    /** What is ambiguous about {@code request}; empty: nothing. The connection is closed after an ambiguous request. */
    static Optional<GatewayFailure> ambiguity(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll("host");
        if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
            return refuse("exactly one Host header with a host name and an optional port");
        }
        List<String> encodings = request.headers().getAll("transfer-encoding");
        if (encodings.size() > 1
                || encodings.stream().anyMatch(value -> !value.strip().equalsIgnoreCase("chunked"))) {
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
        if (request.headers().size() > MAX_HEADERS) {
            return refuse("at most " + MAX_HEADERS + " headers");
        }
        return pathAmbiguity(request.uri());
    }

    private static Optional<GatewayFailure> pathAmbiguity(String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        String lower = path.toLowerCase(Locale.ROOT);
        boolean walks = lower.contains("//")
                || lower.contains("%2e")
                || lower.contains("%2f")
                || lower.contains("%5c")
                || lower.contains("%00")
                || List.of(path.split("/", -1)).contains("..")
                || List.of(path.split("/", -1)).contains(".");
        if (!PATH.matcher(uri).matches() || walks) {
            return refuse("a plain absolute path without '//', '.' or '..' segments, fragments or encoded slashes");
        }
        return Optional.empty();
    }

    private static Optional<GatewayFailure> refuse(String expected) {
        return Optional.of(new GatewayFailure.InvalidRequest(
                "The request is ambiguous as HTTP. Send " + expected + ".", Optional.empty(), "bad_request"));
    }
}
