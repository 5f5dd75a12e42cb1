package dev.fresnel.store.redis;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A link with its own event loops, and what it reported. */
record LinkUnderTest(Vertx vertx, RedisLink link, List<RedisProblem> problems) implements AutoCloseable {
    /** With a time limit that a loaded machine keeps, and that a test of a frozen server can wait for. */
    static LinkUnderTest to(RedisServer server) {
        return connected(server.port(), Duration.ofMillis(500));
    }

    /** To a server behind something that listens on this port. */
    static LinkUnderTest through(int port) {
        return connected(port, Duration.ofSeconds(5));
    }

    /** For tests of what is stored, not of how long it takes. */
    static LinkUnderTest patient(RedisServer server) {
        return connected(server.port(), Duration.ofSeconds(5));
    }

    private static LinkUnderTest connected(int port, Duration commandTimeout) {
        LinkUnderTest opened =
                open(with(RedisSettings.standalone("127.0.0.1:" + port), commandTimeout, Duration.ofSeconds(5)));
        Await.until("connected", opened.link()::isUp);
        return opened;
    }

    /** {@code base} with other limits. */
    static RedisSettings with(RedisSettings base, Duration commandTimeout, Duration connectTimeout) {
        return new RedisSettings(
                base.topology(),
                base.hosts(),
                base.master(),
                base.database(),
                base.transport(),
                base.user(),
                base.password(),
                base.caFile(),
                commandTimeout,
                connectTimeout);
    }

    static LinkUnderTest open(RedisSettings settings) {
        Vertx vertx = Vertx.vertx();
        List<RedisProblem> problems = new CopyOnWriteArrayList<>();
        RedisLink link = RedisLink.open(vertx, settings, new Random(1), problems::add);
        Await.result(link.firstAttempt());
        return new LinkUnderTest(vertx, link, problems);
    }

    int discarded() {
        return (int) problems.stream()
                .filter(RedisProblem.ValueDiscarded.class::isInstance)
                .count();
    }

    @Override
    public void close() {
        Await.result(link.close());
        Await.result(vertx.close());
    }
}
