package dev.fresnel.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
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

    /** As Vert.x takes it. */
    RequestOptions options() {
        URI base = upstream.baseUrl();
        boolean tls = "https".equalsIgnoreCase(base.getScheme());
        int port = base.getPort() != -1 ? base.getPort() : tls ? 443 : 80;
        String host = base.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new RequestOptions()
                .setMethod(method)
                .setHost(host)
                .setPort(port)
                .setSsl(tls)
                .setURI(base.getRawPath() + pathAndQuery)
                // This kind of map refuses line breaks now; found later, they would cost the pool a connection.
                .setHeaders(HttpHeaders.headers().addAll(headers))
                .setFollowRedirects(false)
                .setConnectTimeout(upstream.timeouts().connect().toMillis());
    }
}
