package dev.fresnel.store.redis;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import java.time.Duration;
import java.util.List;

/** The time that a server goes by. */
final class RedisClock {
    private RedisClock() {}

    /** Since 1970, to the microsecond. */
    static double seconds(RedisServer server) {
        List<String> time = server.command("TIME").lines().toList();
        return Long.parseLong(time.getFirst()) + Integer.parseInt(time.getLast()) / 1e6;
    }

    static void awaitPassed(RedisServer server, Duration time) {
        double end = seconds(server) + time.toNanos() / 1e9;
        Await.until("Redis' clock goes on", () -> seconds(server) > end);
    }
}
