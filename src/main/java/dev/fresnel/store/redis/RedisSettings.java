package dev.fresnel.store.redis;

import dev.fresnel.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is and how long it may take.
 *
 * @param topology how the servers work together
 * @param hosts {@code host:port} of the server, of the Sentinels, or of some nodes of the cluster; at least one
 * @param master what the Sentinels call the master; for {@link Topology#SENTINEL} only
 * @param database number; a cluster has only 0
 * @param user of Redis' access control list; empty: the default user
 * @param caFile PEM certificates to trust instead of the system's; for {@link Transport#TLS} only
 * @param commandTimeout of one operation, a script sent a second time included
 * @param connectTimeout of a connection with its handshake
 */
public record RedisSettings(
        Topology topology,
        List<String> hosts,
        Optional<String> master,
        int database,
        Transport transport,
        Optional<String> user,
        Optional<Secret> password,
        Optional<Path> caFile,
        Duration commandTimeout,
        Duration connectTimeout) {
    /** Longest that an operation may take unless configured otherwise: past it a request would notice. */
    public static final Duration COMMAND_TIMEOUT = Duration.ofMillis(50);

    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** How the servers work together. */
    public enum Topology {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** What travels between us and the servers. */
    public enum Transport {
        PLAIN,
        TLS
    }

    public RedisSettings {
        hosts = List.copyOf(hosts);
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("Redis needs at least one host");
        }
        if (topology == Topology.SENTINEL && master.isEmpty()) {
            throw new IllegalArgumentException("Sentinels watch a master by its name");
        }
    }

    /** One server at {@code hostAndPort}, database 0, unencrypted, without a password. */
    public static RedisSettings standalone(String hostAndPort) {
        return new RedisSettings(
                Topology.STANDALONE,
                List.of(hostAndPort),
                Optional.empty(),
                0,
                Transport.PLAIN,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                COMMAND_TIMEOUT,
                CONNECT_TIMEOUT);
    }
}
