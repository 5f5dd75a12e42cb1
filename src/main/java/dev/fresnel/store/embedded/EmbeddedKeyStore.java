package dev.fresnel.store.embedded;

import dev.fresnel.tenant.IssuedKey;
import dev.fresnel.tenant.KeyBook;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.KeyStore;
import dev.fresnel.tenant.Revocation;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Issued keys and revocations in the {@link EmbeddedStore}, by hash. One is on disk when {@link #issue} or {@link #revoke} succeeds. */
public final class EmbeddedKeyStore implements KeyStore {
    static final String ISSUED = "keys.issued";
    static final String REVOKED = "keys.revoked";

    private final EmbeddedStore store;
    /** No other process writes the file, so what was written here tells whether there is anything new. */
    private final AtomicLong writes = new AtomicLong();

    public EmbeddedKeyStore(EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public Future<Optional<KeyBook>> load(String known) {
        if (Long.toString(writes.get()).equals(known)) {
            return Future.succeededFuture(Optional.empty());
        }
        return store.answered(access -> {
            Map<KeyHash, IssuedKey> issued = new HashMap<>();
            Map<KeyHash, Revocation> revoked = new HashMap<>();
            String revision = Long.toString(writes.get());
            access.withPrefix(ISSUED, KeyHash.PREFIX)
                    .forEach((written, text) -> key(written, text)
                            .ifPresentOrElse(
                                    key -> issued.put(key.key().hash(), key), () -> discard(access, ISSUED, written)));
            access.withPrefix(REVOKED, KeyHash.PREFIX)
                    .forEach((written, text) -> KeyHash.parse(written)
                            .ifPresentOrElse(
                                    hash -> revoked.put(hash, Revocation.parse(text(text))),
                                    () -> discard(access, REVOKED, written)));
            return Optional.of(new KeyBook(revision, issued, revoked));
        });
    }

    private static Optional<IssuedKey> key(String written, byte[] text) {
        return KeyHash.parse(written).flatMap(hash -> IssuedKey.parse(hash, text(text)));
    }

    private void discard(EmbeddedStore.Access access, String map, String written) {
        access.remove(map, written);
        store.report(new StoreProblem.ValueDiscarded("an entry of " + map + " was deleted: no issued key"));
    }

    @Override
    public Future<Issue> issue(IssuedKey key) {
        return store.answered(access -> {
                    if (isNameTaken(access, key)) {
                        return Issue.NAME_TAKEN;
                    }
                    put(access, ISSUED, key.key().hash(), key.text());
                    return Issue.ISSUED;
                })
                .compose(issue -> onDisk().map(issue).recover(problem -> takenBack(key, issue, problem)));
    }

    /** A key that is not on disk is not issued, and its name stays free. */
    private <T> Future<T> takenBack(IssuedKey key, Issue issue, Throwable problem) {
        return store.inOrder(access -> {
                    if (issue == Issue.ISSUED) {
                        access.remove(ISSUED, key.key().hash().written());
                        writes.incrementAndGet();
                    }
                })
                .compose(_ -> Future.failedFuture(problem));
    }

    /** On the store's one thread, so nobody writes between this and what follows from it. */
    private static boolean isNameTaken(EmbeddedStore.Access access, IssuedKey wanted) {
        return access.withPrefix(ISSUED, KeyHash.PREFIX).entrySet().stream()
                .filter(entry -> !entry.getKey().equals(wanted.key().hash().written()))
                .flatMap(entry -> key(entry.getKey(), entry.getValue()).stream())
                .anyMatch(wanted::isNamesakeOf);
    }

    @Override
    public Future<Void> restore(IssuedKey key) {
        return put(ISSUED, key.key().hash(), key.text());
    }

    @Override
    public Future<Void> revoke(KeyHash key, Revocation revocation) {
        return put(REVOKED, key, revocation.text());
    }

    private Future<Void> put(String map, KeyHash hash, String text) {
        return store.inOrder(access -> put(access, map, hash, text)).compose(_ -> onDisk());
    }

    private void put(EmbeddedStore.Access access, String map, KeyHash hash, String text) {
        if (access.get(map, hash.written()).isEmpty()) {
            access.put(map, hash.written(), text.getBytes(StandardCharsets.UTF_8));
            writes.incrementAndGet();
        }
    }

    private Future<Void> onDisk() {
        return store.flush()
                .compose(_ -> store.persistence() == EmbeddedStore.Persistence.FILE
                        ? Future.succeededFuture()
                        : Future.failedFuture("the store cannot be written"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
