package dev.fresnel.upstream;

import java.net.URI;

/**
 * A provider we call. Comes from config only; no request can name an address.
 *
 * @param name the key in config
 * @param baseUrl with the version path and without a trailing slash, for example {@code https://api.openai.com/v1}
 * @param credential what it is shown
 */
public record Upstream(String name, URI baseUrl, Credential credential, Timeouts timeouts, PoolLimits pool) {}
