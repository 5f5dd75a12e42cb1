package dev.fresnel.admin;

import dev.fresnel.value.Secret;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Who is let in to the admin listener. Stateless. */
final class Doorkeeper {
    private static final Pattern LOCAL_HOST =
            Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

    /** What browsers call a page of another site, and one of another port of this host. */
    private static final Set<String> FOREIGN_SITES = Set.of("cross-site", "same-site");

    private final Optional<Secret> token;

    /** @param token demanded as a bearer token; empty: the listener is on a loopback address */
    Doorkeeper(Optional<Secret> token) {
        this.token = token;
    }

    /** Why the request is turned away; empty: it may come in. */
    Optional<AdminReply.Refused> refusal(HttpServerRequest request) {
        return foreign(request).or(() -> foreignPage(request));
    }

    /** Whoever has been let in, for the audit: there is one token, so it names nobody closer than the address. */
    String name(HttpServerRequest request) {
        return (token.isPresent() ? "admin-token" : "loopback") + "@"
                + request.remoteAddress().hostAddress();
    }

    private Optional<AdminReply.Refused> foreign(HttpServerRequest request) {
        if (token.isEmpty()) {
            // Without a token the loopback address is the only guard, and a name that a web page's owner points at it
            // gets past.
            return unless(
                    LOCAL_HOST
                            .matcher(Objects.requireNonNullElse(request.getHeader("host"), ""))
                            .matches(),
                    ErrorCode.FORBIDDEN,
                    "Ask by a loopback address, or set listen.admin-token.");
        }
        String given = request.getHeader("authorization");
        boolean known = given != null
                && given.regionMatches(true, 0, "Bearer ", 0, 7)
                && token.get().equals(new Secret(given.substring("Bearer ".length())));
        return unless(known, ErrorCode.UNAUTHORIZED, "Send the admin token as 'Authorization: Bearer TOKEN'.");
    }

    /**
     * Any page that somebody on this machine looks at can send to a loopback address; browsers say so, and nobody else does. Such a page cannot
     * read what a question is answered, but it can hold the places of the event stream.
     */
    private static Optional<AdminReply.Refused> foreignPage(HttpServerRequest request) {
        String site = Objects.requireNonNullElse(request.getHeader("sec-fetch-site"), "");
        if (FOREIGN_SITES.contains(site.toLowerCase(Locale.ROOT))) {
            return Optional.of(AdminReply.refused(
                    ErrorCode.FORBIDDEN, "Web pages but this listener's own are not answered. Use the console or curl."));
        }
        String origin = request.getHeader("origin");
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        boolean ours = origin == null
                || origin.toLowerCase(Locale.ROOT)
                        .replaceFirst("^https?://", "")
                        .equals(Objects.requireNonNullElse(request.getHeader("host"), "")
                                .toLowerCase(Locale.ROOT));
        return unless(
                reads || ours,
                ErrorCode.FORBIDDEN,
                "Changes are not taken from web pages but this listener's own. Use 'fresnel pause' or curl.");
    }

    private static Optional<AdminReply.Refused> unless(boolean fine, ErrorCode code, String message) {
        return fine ? Optional.empty() : Optional.of(AdminReply.refused(code, message));
    }
}
