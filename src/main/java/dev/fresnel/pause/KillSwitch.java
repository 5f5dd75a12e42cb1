package dev.fresnel.pause;

import dev.fresnel.pause.PauseOrder.State;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Stops delegation and lets it go again while the gateway runs. It is asked when a request is decided and at no later time: what is
 * under way then ends as it began, and is learned from.
 *
 * <p>Decides by its own copy. {@link #refresh} brings copy and store together both ways: the later order of a scope stands on either
 * side, so a store that was away, or was emptied, is told what it missed, and until then the last known state holds.
 *
 * <p>Thread-safe. {@link #isPaused} never waits.
 */
public final class KillSwitch {
    private final PauseStore store;
    private final InstantSource clock;
    private final Consumer<PauseChange> changes;
    private final Object writing = new Object();
    private volatile List<PauseScope> scopes;
    private volatile Map<PauseScope, PauseOrder> orders = Map.of();

    /**
     * @param tenants that may be paused one by one
     * @param changes told of every order that takes effect; must not block
     */
    public KillSwitch(
            PauseStore store, Collection<TenantId> tenants, InstantSource clock, Consumer<PauseChange> changes) {
        this.store = store;
        this.scopes = scopes(tenants);
        this.clock = clock;
        this.changes = changes;
    }

    private static List<PauseScope> scopes(Collection<TenantId> tenants) {
        List<PauseScope> all = new ArrayList<>(List.of(PauseScope.GATEWAY));
        tenants.forEach(tenant -> all.add(PauseScope.of(tenant)));
        return List.copyOf(all);
    }

    /** These are the tenants from now on. What was ordered for others is kept, should they come back. */
    public void serve(Collection<TenantId> tenants) {
        scopes = scopes(tenants);
    }

    /** What came of an order. */
    public record Result(PauseChange change, Reach reach) {}

    /** How far an order has got. */
    public enum Reach {
        /** The store has it: other replicas follow, and it survives a restart. */
        STORED,
        /** Only this process has it so far. It is offered to the store again at every {@link KillSwitch#refresh}. */
        THIS_PROCESS
    }

    /** Whether new requests of {@code tenant} go direct: its own delegation or that of the whole gateway is paused. */
    public boolean isPaused(TenantId tenant) {
        return isPaused(PauseScope.GATEWAY) || isPaused(PauseScope.of(tenant));
    }

    private boolean isPaused(PauseScope scope) {
        PauseOrder order = orders.get(scope);
        return order != null && order.state() == State.PAUSED;
    }

    /** Tenants that may be paused one by one. */
    public List<TenantId> tenants() {
        return scopes.stream().flatMap(scope -> scope.tenant().stream()).toList();
    }

    /** The last order for {@code scope}; empty: there never was one. */
    public Optional<PauseOrder> standing(PauseScope scope) {
        return Optional.ofNullable(orders.get(scope));
    }

    /**
     * Gives an order. It is in force here when the future completes, which is within two time limits of the store's.
     *
     * @param by see {@link PauseOrder#by}
     * @return never fails
     */
    public Future<Result> order(PauseScope scope, State state, String by, Optional<String> reason) {
        // First what others have ordered: an order is later than whatever it replaces, even if clocks differ.
        return refresh().transform(_ -> {
            PauseChange change = give(scope, state, by, reason);
            return store.save(scope, change.after())
                    .map(standing -> {
                        adopt(Map.of(scope, standing));
                        return new Result(change, Reach.STORED);
                    })
                    .otherwise(_ -> new Result(change, Reach.THIS_PROCESS));
        });
    }

    private PauseChange give(PauseScope scope, State state, String by, Optional<String> reason) {
        PauseChange change;
        synchronized (writing) {
            Optional<PauseOrder> before = standing(scope);
            Instant now = clock.instant();
            Instant at = before.map(known -> known.at().plusMillis(1))
                    .filter(now::isBefore)
                    .orElse(now);
            change = new PauseChange(scope, before, new PauseOrder(state, at, by, reason), PauseChange.Source.ADMIN);
            put(change);
        }
        changes.accept(change);
        return change;
    }

    /** Brings this copy and the store together. Fails when the store is away; the copy is then as it was. */
    public Future<Void> refresh() {
        return store.load(scopes).compose(stored -> {
            adopt(stored);
            List<Future<PauseOrder>> missed = new ArrayList<>();
            orders.forEach((scope, order) -> {
                PauseOrder there = stored.get(scope);
                if (there == null || order.overrules(there)) {
                    missed.add(store.save(scope, order));
                }
            });
            return Future.all(missed).mapEmpty();
        });
    }

    private void adopt(Map<PauseScope, PauseOrder> stored) {
        List<PauseChange> heard = new ArrayList<>();
        synchronized (writing) {
            stored.forEach((scope, order) -> {
                Optional<PauseOrder> before = standing(scope);
                if (before.map(order::overrules).orElse(true)) {
                    PauseChange change = new PauseChange(scope, before, order, PauseChange.Source.STORE);
                    put(change);
                    heard.add(change);
                }
            });
        }
        heard.forEach(changes);
    }

    private void put(PauseChange change) {
        Map<PauseScope, PauseOrder> next = new HashMap<>(orders);
        next.put(change.scope(), change.after());
        orders = Map.copyOf(next);
    }
}
