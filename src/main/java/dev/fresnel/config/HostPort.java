package dev.fresnel.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address to listen on, written {@code 127.0.0.1:8080} or {@code [::1]:8080}.
 *
 * @param host name or literal address, without brackets
 * @param port 0 to 65535; 0 takes any free port
 */
public record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");
    private static final Pattern IPV4_LOOPBACK = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    static Optional<HostPort> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(matcher.group(3));
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return port > 65535 ? Optional.empty() : Optional.of(new HostPort(host, port));
    }

    /** Whether only this machine reaches it. A name other than {@code localhost} is not looked up, so it does not count. */
    public boolean isLoopback() {
        return isLoopback(host);
    }

    /** Whether it stands for every address of this machine. */
    boolean isAnyAddress() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** Whether the two cannot both be listened on. Port 0 collides with none. */
    boolean collidesWith(HostPort other) {
        boolean sameHost = host.equals(other.host) || isAnyAddress() || other.isAnyAddress();
        return sameHost && port == other.port && port != 0;
    }

    static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals("::1")
                || name.equals("0:0:0:0:0:0:0:1")
                || IPV4_LOOPBACK.matcher(name).matches();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
