package dev.fresnel.store.redis;

import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisRole;

/** {@link RedisSettings} in the client's own words. */
final class RedisClientOptions {
    /** Slots and masters may move at any time and redirects tell so; this only bounds how long a quiet change is missed. */
    private static final long TOPOLOGY_TTL_MILLIS = 10_000;

    private RedisClientOptions() {}

    static RedisOptions of(RedisSettings settings, int maxInFlight) {
        String scheme = settings.transport() == RedisSettings.Transport.TLS ? "rediss://" : "redis://";
        String path = settings.database() == 0 ? "" : "/" + settings.database();
        RedisOptions options = new RedisOptions()
                .setType(
                        switch (settings.topology()) {
                            case STANDALONE -> RedisClientType.STANDALONE;
                            case SENTINEL -> RedisClientType.SENTINEL;
                            case CLUSTER -> RedisClientType.CLUSTER;
                        })
                .setEndpoints(settings.hosts().stream()
                        .map(host -> scheme + host + path)
                        .toList())
                .setNetClientOptions(net(settings))
                // Scripts return strings and arrays only, which version 2 has; older servers and proxies know no other.
                .setPreferredProtocolVersion(ProtocolVersion.RESP2)
                .setMaxWaitingHandlers(2 * maxInFlight)
                .setTopologyCacheTTL(TOPOLOGY_TTL_MILLIS);
        if (settings.topology() == RedisSettings.Topology.SENTINEL) {
            options.setRole(RedisRole.MASTER).setMasterName(settings.master().orElseThrow());
        }
        settings.user().ifPresent(options::setUser);
        settings.password().ifPresent(password -> options.setPassword(password.reveal()));
        return options;
    }

    private static NetClientOptions net(RedisSettings settings) {
        NetClientOptions net = new NetClientOptions()
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setConnectTimeout((int) settings.connectTimeout().toMillis());
        if (settings.transport() == RedisSettings.Transport.TLS) {
            net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            settings.caFile()
                    .ifPresent(file -> net.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        }
        return net;
    }
}
