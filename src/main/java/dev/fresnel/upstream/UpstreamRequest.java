package dev.fresnel.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

/**
 * A request to an upstream whose body is at hand, so that it can be sent twice.
 *
 * @param pathAndQuery after the upstream's base path, with a leading slash, for example {@code /chat/completions?x=1}; sent as is
 * @param headers ready to send: see {@link ForwardHeaders}. {@code Host} and {@code Content-Length} are set here
 * @param body must not be changed once handed over
 */
public record UpstreamRequest(
        Upstream upstream, HttpMethod method, String pathAndQuery, MultiMap headers, Buffer body) {

    /** Without headers and body: they hold credentials and prompts. */
    @Override
    public String toString() {
        return method + " to upstream " + upstream.name() + ", " + body.length() + " bytes";
    }
}
