package dev.fresnel.config;

import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file may not say of where traces go. Changes nothing. */
final class TelemetryChecks {
    /** Set by HTTP itself or by the exporter; another value would break every export. */
    private static final Set<String> NOT_OURS = Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "transfer-encoding",
            "upgrade");

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final KeyPath PATH = KeyPath.of("telemetry", "otlp");

    private final ConfigFile.OtlpSection otlp;
    private final Findings findings;

    TelemetryChecks(ConfigFile.OtlpSection otlp, Findings findings) {
        this.otlp = otlp;
        this.findings = findings;
    }

    void run() {
        headers();
        if (otlp.endpoint().isPresent()) {
            endpoint(otlp.endpoint().get());
        } else if (findings.isAnyWrittenUnder(PATH) && !findings.hasErrorsUnder(PATH)) {
            findings.error(
                    PATH, "has no endpoint", "add endpoint: \"http://localhost:4318\", or remove telemetry.otlp");
        }
    }

    private void endpoint(URI url) {
        KeyPath path = PATH.at("endpoint");
        String host = Checks.bare(url.getHost());
        if (Checks.isLinkLocal(host)) {
            findings.error(
                    path,
                    "must not be a link-local address: cloud machines answer there with their own credentials",
                    "use the collector's address");
        }
        boolean plain = url.getScheme().equalsIgnoreCase("http") && !HostPort.isLoopback(host);
        if (plain && !otlp.headers().isEmpty() && !otlp.allowPlainHttp()) {
            findings.error(
                    path,
                    "must be https: the headers would cross the network unencrypted",
                    "use https, or write allow-plain-http: true beside it if you trust the network");
        }
        if (url.getPath() != null && url.getPath().endsWith("/v1/traces")) {
            findings.error(path, "must not end in /v1/traces, which is added to it", "leave that out");
        }
    }

    private void headers() {
        Map<String, String> seen = new HashMap<>();
        for (String name : otlp.headers().keySet()) {
            String lower = name.toLowerCase(Locale.ROOT);
            KeyPath path = PATH.at("headers").at(name);
            if (!NAME.matcher(name).matches()) {
                findings.keyError(path, "is no name of an HTTP header", "use letters, digits and hyphens");
            }
            if (NOT_OURS.contains(lower)) {
                findings.keyError(path, "is set by the exporter itself", "remove it");
            }
            String other = seen.putIfAbsent(lower, name);
            if (other != null) {
                findings.keyError(path, "is the header " + other + " in other letters", "keep one of them");
            }
        }
    }
}
