package dev.fresnel.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Removes what a trial has left in a Redis that others use too: all keys whose tag, a tenant or a population, begins with a name that the
 * trial had for itself. Not for a cluster, of which it would see one node.
 */
public final class RedisSweep {
    private static final int AT_ONCE = 1_000;

    /** Nothing that means more than itself in a pattern, and long enough to be nobody else's. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{16,64}");

    private final RedisLink link;
    private final String pattern;

    private RedisSweep(RedisLink link, String pattern) {
        this.link = link;
        this.pattern = pattern;
    }

    /** @param beginning of tags; 16 to 64 of {@code a-z}, digits and hyphens */
    public static Future<Void> of(RedisLink link, String beginning) {
        if (!NAME.matcher(beginning).matches()) {
            throw new IllegalArgumentException("that could be the beginning of somebody else's: " + beginning);
        }
        return new RedisSweep(link, "fresnel:{" + beginning + "*").from("0");
    }

    private Future<Void> from(String cursor) {
        return link.send(Request.cmd(Command.SCAN)
                        .arg(cursor)
                        .arg("MATCH")
                        .arg(pattern)
                        .arg("COUNT")
                        .arg(AT_ONCE))
                .compose(answer -> {
                    Response page = answer.orElseThrow();
                    return removed(page.get(1)).map(Text.at(page, 0));
                })
                .compose(next -> next.equals("0") ? Future.succeededFuture() : from(next));
    }

    private Future<Optional<Response>> removed(Response keys) {
        if (keys.size() == 0) {
            return Future.succeededFuture(Optional.empty());
        }
        Request unlink = Request.cmd(Command.UNLINK);
        keys.forEach(key -> unlink.arg(key.toString()));
        return link.send(unlink);
    }
}
