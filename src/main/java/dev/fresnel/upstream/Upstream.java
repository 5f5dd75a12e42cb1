package dev.fresnel.upstream;

import dev.fresnel.value.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * A provider we call. Comes from config only; no request can name an address.
 *
 * @param name the key in config
 * @param baseUrl with the version path and without a trailing slash, for example {@code https://api.openai.com/v1}
 * @param apiKey replaces the client's credential; empty: the client's own passes through
 */
public record Upstream(String name, URI baseUrl, Optional<Secret> apiKey, Timeouts timeouts, PoolLimits pool) {}
