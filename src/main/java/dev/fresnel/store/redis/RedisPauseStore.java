package dev.fresnel.store.redis;

import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.pause.PauseStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Orders of the kill switch in Redis, shared by all replicas. Thread-safe. One hash, {@code fresnel:{pauses}}, scope to {@link
 * PauseOrder#text}; without a time to live, since a pause lasts until somebody lifts it, and bounded by the tenants of the config.
 */
public final class RedisPauseStore implements PauseStore {
    private static final RedisScript LOAD = RedisScript.load("pause_load");
    private static final RedisScript SAVE = RedisScript.load("pause_save");
    private static final String PAUSES = "fresnel:{pauses}";

    /** Lua spreads the arguments over its stack, which ends at some thousands. */
    private static final int AT_ONCE = 1_000;

    private final RedisLink link;

    public RedisPauseStore(RedisLink link) {
        this.link = link;
    }

    @Override
    public Future<Map<PauseScope, PauseOrder>> load(Collection<PauseScope> scopes) {
        List<PauseScope> all = List.copyOf(scopes);
        List<Future<Map<PauseScope, PauseOrder>>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            parts.add(loadPart(all.subList(from, Math.min(all.size(), from + AT_ONCE))));
        }
        return Future.all(parts).map(_ -> {
            Map<PauseScope, PauseOrder> found = new HashMap<>();
            parts.forEach(part -> found.putAll(part.result()));
            return found;
        });
    }

    private Future<Map<PauseScope, PauseOrder>> loadPart(List<PauseScope> scopes) {
        String[] names = scopes.stream().map(PauseScope::key).toArray(String[]::new);
        return link.run(LOAD, List.of(TypedKey.hash(PAUSES)), Text.arguments(names))
                .map(answer -> {
                    Response reply = answer.orElseThrow();
                    Map<PauseScope, PauseOrder> found = new HashMap<>();
                    for (int i = 0; i < scopes.size(); i++) {
                        PauseScope scope = scopes.get(i);
                        String text = Text.at(reply, i);
                        if (!text.isEmpty()) {
                            order(scope, text).ifPresent(order -> found.put(scope, order));
                        }
                    }
                    return found;
                });
    }

    private Optional<PauseOrder> order(PauseScope scope, String text) {
        Optional<PauseOrder> order = PauseOrder.parse(text);
        if (order.isEmpty()) {
            link.report(new RedisProblem.ValueDiscarded(
                    "the stored pause of " + scope.key() + " was deleted: not an order"));
            // Whether it could be deleted does not matter: it is none either way, and is found so again.
            Future<Optional<Response>> ignored =
                    link.send(Request.cmd(Command.HDEL).arg(PAUSES).arg(scope.key()));
        }
        return order;
    }

    @Override
    public Future<PauseOrder> save(PauseScope scope, PauseOrder order) {
        return link.run(SAVE, List.of(TypedKey.hash(PAUSES)), Text.arguments(scope.key(), order.text()))
                .map(answer -> {
                    link.wrote();
                    // What cannot be read has stood in the way: the next load deletes it.
                    return PauseOrder.parse(answer.orElseThrow().toString()).orElseThrow();
                });
    }
}
