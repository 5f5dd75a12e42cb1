package dev.fresnel.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is, as one URL: {@code redis://host:6379/0}, {@code redis+sentinel://host1:26379,host2/master/0} or
 * {@code redis+cluster://host1:6379,host2}; {@code rediss} in place of {@code redis} for TLS.
 *
 * @param hosts the server, the Sentinels, or some nodes of the cluster
 * @param master what the Sentinels call the master; present for {@link Kind#SENTINEL} only
 * @param database number, 0 to 9999; 0 for a cluster
 */
public record RedisAddress(
        Kind kind, Encryption encryption, List<HostPort> hosts, Optional<String> master, int database) {
    /** As a JSON Schema sees it; what it lets pass, {@link #parse} still judges. */
    static final String PATTERN = "^rediss?(\\+(sentinel|cluster))?://[^/?#@]+(/[^?#@]*)?$";

    private static final Pattern FORM =
            Pattern.compile("(rediss?)(?:\\+(sentinel|cluster))?://([^/?#@]*)(/[^?#@]*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern HAS_PORT = Pattern.compile(".*(?<!:):[0-9]+|\\[.*]:[0-9]+");
    private static final Pattern MASTER = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern DATABASE = Pattern.compile("[0-9]{1,4}");
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final String EXAMPLE = "write for example redis://redis.internal:6379/0";

    /** How the servers work together. */
    public enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** What travels between the gateway and the servers. */
    public enum Encryption {
        NONE,
        TLS
    }

    public RedisAddress {
        hosts = List.copyOf(hosts);
    }

    /** As a URL again, every default written out. */
    @Override
    public String toString() {
        String scheme = (encryption == Encryption.TLS ? "rediss" : "redis")
                + switch (kind) {
                    case STANDALONE -> "";
                    case SENTINEL -> "+sentinel";
                    case CLUSTER -> "+cluster";
                };
        String path = master.map(name -> "/" + name).orElse("") + (kind == Kind.CLUSTER ? "" : "/" + database);
        return scheme + "://"
                + String.join(",", hosts.stream().map(HostPort::toString).toList()) + path;
    }

    /** What a command line names. Throws {@link IllegalArgumentException} that says what must be there. */
    public static RedisAddress of(String text) {
        try {
            return parse(text);
        } catch (BadValue bad) {
            throw new IllegalArgumentException(bad.expectation() + "; " + bad.remedy(), bad);
        }
    }

    static RedisAddress parse(String text) throws BadValue {
        if (text.indexOf('@') >= 0) {
            throw new BadValue(
                    "must not carry a user name or password", "use store.redis.user and store.redis.password");
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new BadValue(
                    "must be a redis://, redis+sentinel:// or redis+cluster:// URL without a query", EXAMPLE);
        }
        Kind kind = kind(Optional.ofNullable(matcher.group(2)));
        Encryption encryption = matcher.group(1).equalsIgnoreCase("rediss") ? Encryption.TLS : Encryption.NONE;
        List<String> path = path(Optional.ofNullable(matcher.group(4)));
        List<HostPort> hosts = hosts(matcher.group(3), kind);
        return switch (kind) {
            case STANDALONE -> {
                if (hosts.size() > 1) {
                    throw new BadValue("must name one host", "for several use redis+sentinel:// or redis+cluster://");
                }
                yield new RedisAddress(kind, encryption, hosts, Optional.empty(), database(path, 0));
            }
            case CLUSTER -> {
                if (!path.isEmpty()) {
                    throw new BadValue("must end after the hosts: a cluster has only database 0", "remove the path");
                }
                yield new RedisAddress(kind, encryption, hosts, Optional.empty(), 0);
            }
            case SENTINEL -> {
                if (path.isEmpty() || !MASTER.matcher(path.getFirst()).matches()) {
                    throw new BadValue(
                            "must name the master that the Sentinels watch",
                            "write for example redis+sentinel://host1:26379,host2:26379/mymaster/0");
                }
                yield new RedisAddress(kind, encryption, hosts, Optional.of(path.getFirst()), database(path, 1));
            }
        };
    }

    private static Kind kind(Optional<String> suffix) {
        return suffix.map(name -> Kind.valueOf(name.toUpperCase(Locale.ROOT))).orElse(Kind.STANDALONE);
    }

    private static List<String> path(Optional<String> path) {
        return path.map(text -> text.substring(1)).filter(text -> !text.isEmpty()).stream()
                .flatMap(text -> List.of(text.split("/", -1)).stream())
                .toList();
    }

    private static int database(List<String> path, int at) throws BadValue {
        if (path.size() > at + 1) {
            throw new BadValue("must end after the database number", EXAMPLE);
        }
        if (path.size() <= at) {
            return 0;
        }
        if (!DATABASE.matcher(path.get(at)).matches()) {
            throw new BadValue("must have a database number as the last part of its path", EXAMPLE);
        }
        return Integer.parseInt(path.get(at));
    }

    private static List<HostPort> hosts(String text, Kind kind) throws BadValue {
        List<HostPort> hosts = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            String whole = HAS_PORT.matcher(host).matches()
                    ? host
                    : host + ":" + (kind == Kind.SENTINEL ? SENTINEL_PORT : PORT);
            hosts.add(HostPort.parse(whole)
                    .filter(parsed -> parsed.port() > 0)
                    .orElseThrow(() -> new BadValue("must have a host, with a port from 1 to 65535 or none", EXAMPLE)));
        }
        return hosts;
    }

    /** Whether only this machine reaches every host. */
    boolean isLoopback() {
        return hosts.stream().allMatch(HostPort::isLoopback);
    }
}
