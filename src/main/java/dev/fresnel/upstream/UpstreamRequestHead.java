package dev.fresnel.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import java.util.OptionalLong;

/**
 * A request to an upstream whose body follows as a stream.
 *
 * @param pathAndQuery as in {@link UpstreamRequest}
 * @param headers as in {@link UpstreamRequest}
 * @param contentLength bytes, as the client announced them; empty: sent chunked
 */
public record UpstreamRequestHead(
        Upstream upstream, HttpMethod method, String pathAndQuery, MultiMap headers, OptionalLong contentLength) {

    /** Without headers: they hold credentials. */
    @Override
    public String toString() {
        return method + " to upstream " + upstream.name();
    }
}
