package dev.fresnel.upstream;

import dev.fresnel.value.Secret;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which headers cross the gateway. Everything passes in its order, repeats included, but for: connection-level ("hop-by-hop",
 * RFC 9110 section 7.6.1) headers and those that {@code Connection} nominates, our own {@code x-fresnel-*} in both directions,
 * what the next hop sets anew, and credentials.
 */
public final class ForwardHeaders {
    /** What becomes of the credential that the client sent, when the upstream has no key of its own. */
    public enum ClientCredential {
        /** It is the provider's: pass it on. */
        PASS_ON,
        /** It opened a tenant of ours: the provider must not see it. */
        STRIP
    }

    /** Whether the reply may come compressed. */
    public enum ReplyEncoding {
        /** As the client accepts it: the gateway does not look inside. */
        AS_CLIENT_ACCEPTS,
        /** The gateway reads the reply, so compression is not offered to the upstream. */
        PLAIN
    }

    /** Marks requests that the gateway itself makes or has already rewritten; a gateway behind this one leaves them alone. */
    public static final String INTERNAL = "x-fresnel-internal";

    private static final String OWN_PREFIX = "x-fresnel-";
    private static final String AUTHORIZATION = "authorization";
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-authentication-info",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");
    private static final Set<String> SET_ANEW = Set.of("host", "content-length", "expect");
    private static final Set<String> CREDENTIALS = Set.of(AUTHORIZATION, "api-key", "x-api-key", "cookie");
    /** What a provider says about its own host, which is not the one the client talks to. */
    private static final Set<String> ABOUT_ITS_HOST = Set.of("alt-svc", "strict-transport-security", "set-cookie");

    private ForwardHeaders() {}

    /**
     * The client's headers as the upstream gets them: a fresh map, to which the caller may add its own (for example {@link
     * #INTERNAL}). The client's credentials are among them only where the upstream is to
     * be shown them; a key of the upstream's own takes their place.
     */
    public static MultiMap up(MultiMap client, Upstream upstream, ClientCredential credential, ReplyEncoding encoding) {
        Set<String> nominated = nominated(client);
        boolean withoutCredentials =
                credential == ClientCredential.STRIP || !(upstream.credential() instanceof Credential.Client);
        MultiMap up = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, String> header : client.entries()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean dropped = endsHere(name, nominated)
                    || SET_ANEW.contains(name)
                    || (withoutCredentials && CREDENTIALS.contains(name))
                    || (encoding == ReplyEncoding.PLAIN && name.equals("accept-encoding"));
            if (!dropped) {
                up.add(header.getKey(), header.getValue());
            }
        }
        if (upstream.credential() instanceof Credential.ApiKey(Secret key)) {
            up.set(AUTHORIZATION, "Bearer " + key.reveal());
        }
        return up;
    }

    /**
     * The upstream's reply headers as the client gets them: a fresh map. {@code content-length} stays: a caller that changes the
     * body's length removes it.
     */
    public static MultiMap down(MultiMap upstreamReply) {
        Set<String> nominated = nominated(upstreamReply);
        MultiMap down = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, String> header : upstreamReply.entries()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!endsHere(name, nominated) && !ABOUT_ITS_HOST.contains(name)) {
                down.add(header.getKey(), header.getValue());
            }
        }
        return down;
    }

    private static boolean endsHere(String name, Set<String> nominated) {
        return HOP_BY_HOP.contains(name) || name.startsWith(OWN_PREFIX) || nominated.contains(name);
    }

    private static Set<String> nominated(MultiMap headers) {
        List<String> values = headers.getAll("connection");
        if (values.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String value : values) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        // A nomination must not make us drop what says whose request this is or how its reply is to be read.
        names.removeAll(CREDENTIALS);
        names.remove("content-type");
        names.remove("content-encoding");
        return names;
    }
}
