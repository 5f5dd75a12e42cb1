package dev.fresnel.store.embedded;

import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.pause.PauseStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Orders of the kill switch in the {@link EmbeddedStore}, by scope. One is on disk when {@link #save} succeeds. */
public final class EmbeddedPauseStore implements PauseStore {
    static final String PAUSES = "pauses";

    private final EmbeddedStore store;

    public EmbeddedPauseStore(EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public Future<Map<PauseScope, PauseOrder>> load(Collection<PauseScope> scopes) {
        return store.answered(access -> {
            Map<PauseScope, PauseOrder> found = new HashMap<>();
            scopes.forEach(scope -> find(access, scope).ifPresent(order -> found.put(scope, order)));
            return found;
        });
    }

    @Override
    public Future<PauseOrder> save(PauseScope scope, PauseOrder order) {
        return store.answered(access -> {
                    Optional<PauseOrder> there = find(access, scope);
                    if (there.isPresent() && !order.overrules(there.get())) {
                        return there.get();
                    }
                    access.put(PAUSES, scope.key(), order.text().getBytes(StandardCharsets.UTF_8));
                    return order;
                })
                // Whoever pulls the switch is about to pull the plug.
                .compose(standing -> store.flush()
                        .compose(_ -> store.persistence() == EmbeddedStore.Persistence.FILE
                                ? Future.succeededFuture(standing)
                                : Future.failedFuture("the store cannot be written")));
    }

    private Optional<PauseOrder> find(EmbeddedStore.Access access, PauseScope scope) {
        Optional<byte[]> value = access.get(PAUSES, scope.key());
        Optional<PauseOrder> order =
                value.flatMap(bytes -> PauseOrder.parse(new String(bytes, StandardCharsets.UTF_8)));
        if (value.isPresent() && order.isEmpty()) {
            access.remove(PAUSES, scope.key());
            store.report(new StoreProblem.ValueDiscarded(
                    "the stored pause of " + scope.key() + " was deleted: not an order"));
        }
        return order;
    }
}
