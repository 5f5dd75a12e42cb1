package dev.fresnel.observe;

import dev.fresnel.upstream.Upstream;
import java.net.URI;
import java.util.Locale;
import java.util.Map;

/** Which provider an upstream is, by the names of the GenAI conventions. */
final class Providers {
    /** By the end of the host's name. */
    private static final Map<String, String> BY_HOST = Map.ofEntries(
            Map.entry("api.openai.com", "openai"),
            Map.entry("openai.azure.com", "azure.ai.openai"),
            Map.entry("services.ai.azure.com", "azure.ai.inference"),
            Map.entry("api.anthropic.com", "anthropic"),
            Map.entry("generativelanguage.googleapis.com", "gcp.gemini"),
            Map.entry("aiplatform.googleapis.com", "gcp.vertex_ai"),
            Map.entry("amazonaws.com", "aws.bedrock"),
            Map.entry("api.cohere.com", "cohere"),
            Map.entry("api.deepseek.com", "deepseek"),
            Map.entry("api.groq.com", "groq"),
            Map.entry("api.mistral.ai", "mistral_ai"),
            Map.entry("api.perplexity.ai", "perplexity"),
            Map.entry("api.x.ai", "x_ai"));

    private Providers() {}

    /** The provider that is known by its host, else the upstream's name in the config: a server of one's own is no provider with a name. */
    static String name(Upstream upstream) {
        String host = upstream.baseUrl().getHost().toLowerCase(Locale.ROOT);
        return BY_HOST.entrySet().stream()
                .filter(known -> host.equals(known.getKey()) || host.endsWith("." + known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(upstream.name());
    }

    static int port(URI url) {
        if (url.getPort() != -1) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }
}
