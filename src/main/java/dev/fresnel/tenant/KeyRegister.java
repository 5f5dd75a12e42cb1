package dev.fresnel.tenant;

import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Keys that were issued while gateways run, and keys that were revoked, those of the config among them.
 *
 * <p>Decides by its own copy. {@link #refresh} brings copy and store together both ways: what either has, both have afterwards; so a store
 * that was away, or was emptied, is told what it missed, and until then what was last known holds. Before the store was read for the
 * first time no issued key opens anything.
 *
 * <p>Thread-safe. Nothing but {@link #issue}, {@link #revoke} and {@link #refresh} waits.
 */
public final class KeyRegister {
    /** Keys that can be issued in all, revoked ones included: every replica holds them in memory. */
    public static final int MAXIMUM = 10_000;

    private final KeyStore store;
    private final Object writing = new Object();
    private volatile KeyBook known = KeyBook.UNREAD;
    /** What the store had when it was read last. */
    private volatile KeyBook stored = KeyBook.UNREAD;

    /** Without a store: keys of the config and nothing else, as for a config that is only looked at. */
    public static KeyRegister empty() {
        return new KeyRegister(new KeyStore() {
            @Override
            public Future<Optional<KeyBook>> load(String known) {
                return Future.succeededFuture(Optional.empty());
            }

            @Override
            public Future<Issue> issue(IssuedKey key) {
                return Future.failedFuture("no store");
            }

            @Override
            public Future<Void> restore(IssuedKey key) {
                return Future.failedFuture("no store");
            }

            @Override
            public Future<Void> revoke(KeyHash key, Revocation revocation) {
                return Future.failedFuture("no store");
            }
        });
    }

    public KeyRegister(KeyStore store) {
        this.store = store;
    }

    /** How far a revocation has got. */
    public enum Reach {
        /** The store has it: other replicas follow, and it survives a restart. */
        STORED,
        /** Only this process has it so far. It is offered to the store again at every {@link KeyRegister#refresh}. */
        THIS_PROCESS
    }

    /** The issued key of this hash, revoked or not. */
    public Optional<IssuedKey> issued(KeyHash hash) {
        return Optional.ofNullable(known.issued().get(hash));
    }

    /** When and by whom the key of this hash was revoked; empty: it was not. */
    public Optional<Revocation> revocation(KeyHash hash) {
        return Optional.ofNullable(known.revoked().get(hash));
    }

    /** Every issued key, in no order. */
    public List<IssuedKey> issued() {
        return List.copyOf(known.issued().values());
    }

    /** Whether the store has been read: before that no issued key is known. */
    public boolean isRead() {
        return !stored.revision().equals(KeyBook.UNREAD.revision());
    }

    /** Whether another key can be issued. */
    public boolean hasRoom() {
        return known.issued().size() < MAXIMUM;
    }

    /**
     * Issues a key: it opens its tenant here when the future completes with {@code ISSUED}. Fails when the store does not say that it took it: it then
     * opens nothing here, and is listed once the store shows that it did. One whose name is taken opens nothing.
     */
    public Future<KeyStore.Issue> issue(IssuedKey key) {
        return store.issue(key).onSuccess(issue -> {
            switch (issue) {
                case ISSUED -> adopt(Map.of(key.key().hash(), key), Map.of());
                case NAME_TAKEN -> {}
            }
        });
    }

    /**
     * Issued keys that are called as another key of a config is, which came later: a config is not asked when a key is issued elsewhere, nor the
     * store when a file is written. Revoked ones are left out.
     */
    public List<IssuedKey> namesakes(List<Tenant> tenants) {
        Map<TenantId, Tenant> byId = new HashMap<>();
        tenants.forEach(tenant -> byId.put(tenant.id(), tenant));
        return known.issued().values().stream()
                .filter(issued -> revocation(issued.key().hash()).isEmpty())
                .filter(issued -> Optional.ofNullable(byId.get(issued.tenant()))
                        .flatMap(tenant -> tenant.keyCalled(issued.key().name()))
                        .filter(key -> !key.hash().equals(issued.key().hash()))
                        .isPresent())
                .sorted(Comparator.comparing(IssuedKey::issued))
                .toList();
    }

    /**
     * Issued keys that open these tenants at {@code now}, by tenant, oldest first. Without those that are bound as the config's key of their name is, see
     * {@link TenantDirectory}.
     */
    public Map<TenantId, List<TenantKey>> opening(List<Tenant> tenants, Instant now) {
        Map<TenantId, Tenant> byId = new HashMap<>();
        tenants.forEach(tenant -> byId.put(tenant.id(), tenant));
        return known.issued().values().stream()
                .filter(issued -> revocation(issued.key().hash()).isEmpty()
                        && !issued.key().isExpired(now))
                .filter(issued -> Optional.ofNullable(byId.get(issued.tenant()))
                        .filter(tenant -> tenant.keyCalled(issued.key().name()).isEmpty())
                        .isPresent())
                .sorted(Comparator.comparing(IssuedKey::issued)
                        .thenComparing(issued -> issued.key().name()))
                .collect(Collectors.groupingBy(
                        IssuedKey::tenant, Collectors.mapping(IssuedKey::key, Collectors.toList())));
    }

    /**
     * Revokes a key: it opens nothing here from now on.
     *
     * @return never fails
     */
    public Future<Reach> revoke(KeyHash hash, Revocation revocation) {
        adopt(Map.of(), Map.of(hash, revocation));
        return store.revoke(hash, revocation).map(Reach.STORED).otherwise(Reach.THIS_PROCESS);
    }

    /** Brings this copy and the store together. Fails when the store is away; the copy is then as it was. */
    public Future<Void> refresh() {
        return store.load(stored.revision()).compose(changed -> {
            changed.ifPresent(book -> {
                stored = book;
                adopt(book.issued(), book.revoked());
            });
            return tellTheStore();
        });
    }

    private Future<Void> tellTheStore() {
        KeyBook mine = known;
        KeyBook theirs = stored;
        if (mine.issued().size() == theirs.issued().size()
                && mine.revoked().size() == theirs.revoked().size()) {
            // Everything of theirs is in mine.
            return Future.succeededFuture();
        }
        List<Future<Void>> missed = new ArrayList<>();
        mine.issued().values().stream()
                .filter(key -> !theirs.issued().containsKey(key.key().hash()))
                .forEach(key -> missed.add(store.restore(key)));
        mine.revoked().forEach((hash, revocation) -> {
            if (!theirs.revoked().containsKey(hash)) {
                missed.add(store.revoke(hash, revocation));
            }
        });
        return Future.all(missed).mapEmpty();
    }

    private void adopt(Map<KeyHash, IssuedKey> issued, Map<KeyHash, Revocation> revoked) {
        synchronized (writing) {
            known = new KeyBook(known.revision(), united(known.issued(), issued), united(known.revoked(), revoked));
        }
    }

    /** What is there stays: of a key that was revoked twice the first one counts. */
    private static <V> Map<KeyHash, V> united(Map<KeyHash, V> first, Map<KeyHash, V> second) {
        if (first.keySet().containsAll(second.keySet())) {
            return first;
        }
        Map<KeyHash, V> all = new HashMap<>(first);
        second.forEach(all::putIfAbsent);
        return all;
    }
}
