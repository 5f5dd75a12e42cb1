package dev.fresnel.store.embedded;

import dev.fresnel.lens.Claim;
import dev.fresnel.lens.LensCodec;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.Saved;
import dev.fresnel.lens.StoredLens;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lenses in the {@link EmbeddedStore}. Keeps at most {@code maxPerTenant} per tenant; the least recently used makes room. Values are
 * {@link LensCodec}'s, under {@code tenant/hash}; a tenant's name has no slash, so no tenant's keys are another's prefix.
 */
public final class EmbeddedLensStore implements LensStore {
    /** Science of lens reuse says a tenant's active tasks are few; the rest is dead weight. */
    public static final int DEFAULT_MAX_PER_TENANT = 200;

    private static final String LENSES = "lens";
    private static final String LAST_USE = "lens-use";

    private final EmbeddedStore store;
    private final LensCodec codec = new LensCodec();
    private final InstantSource clock;
    private final int maxPerTenant;

    // Confined to the store's thread. Not in the file: it belongs to one process, and claims end with it.
    private final Map<LensKey, Holder> claims = new HashMap<>();
    private long lastToken;

    private record Holder(long token, long untilMillis) {}

    /** @param clock judges what has expired and orders uses */
    public EmbeddedLensStore(EmbeddedStore store, InstantSource clock, int maxPerTenant) {
        this.store = store;
        this.clock = clock;
        this.maxPerTenant = maxPerTenant;
    }

    @Override
    public Future<Optional<StoredLens>> find(LensKey key) {
        return store.answered(access -> {
            Optional<StoredLens> found = access.get(LENSES, name(key)).flatMap(value -> decoded(access, key, value));
            if (found.isPresent()) {
                used(access, key);
            }
            return found;
        });
    }

    @Override
    public Future<Claim> claim(LensKey key, Duration limit) {
        return store.answered(access -> {
            Holder holder = claims.get(key);
            if (holder != null && clock.millis() < holder.untilMillis()) {
                return new Claim.Taken();
            }
            claims.values().removeIf(other -> clock.millis() >= other.untilMillis());
            lastToken++;
            claims.put(key, new Holder(lastToken, clock.millis() + limit.toMillis()));
            return new Claim.Granted(
                    key, lastToken, access.get(LENSES, name(key)).flatMap(value -> decoded(access, key, value)));
        });
    }

    @Override
    public Future<Saved> save(Claim.Granted claim, StoredLens lens) {
        return store.answered(access -> {
            if (!isInForce(claim)) {
                return Saved.REFUSED;
            }
            LensKey key = claim.key();
            claims.remove(key);
            access.put(LENSES, name(key), codec.encode(key, lens));
            used(access, key);
            makeRoom(access, key.tenant());
            return Saved.KEPT;
        });
    }

    @Override
    public Future<Void> release(Claim.Granted claim) {
        return store.inOrder(_ -> {
            if (isInForce(claim)) {
                claims.remove(claim.key());
            }
        });
    }

    private boolean isInForce(Claim.Granted claim) {
        Holder holder = claims.get(claim.key());
        return holder != null && holder.token() == claim.token() && clock.millis() < holder.untilMillis();
    }

    @Override
    public Future<Void> touch(LensKey key) {
        return store.inOrder(access -> {
            if (access.get(LENSES, name(key)).isPresent()) {
                used(access, key);
            }
        });
    }

    @Override
    public Future<Void> delete(LensKey key) {
        return store.inOrder(access -> {
            remove(access, name(key));
        });
    }

    @Override
    public Future<Integer> purge(TenantId tenant) {
        return store.answered(access -> {
            claims.keySet().removeIf(key -> key.tenant().equals(tenant));
            int removed = access.withPrefix(LENSES, prefix(tenant)).size();
            access.withPrefix(LENSES, prefix(tenant)).keySet().forEach(name -> access.remove(LENSES, name));
            access.withPrefix(LAST_USE, prefix(tenant)).keySet().forEach(name -> access.remove(LAST_USE, name));
            return removed;
        });
    }

    private Optional<StoredLens> decoded(EmbeddedStore.Access access, LensKey key, byte[] value) {
        return switch (codec.decode(key, value)) {
            case LensCodec.Decoded.Valid(StoredLens lens)
            when clock.instant().isBefore(lens.expiresAt()) -> Optional.of(lens);
            case LensCodec.Decoded.Valid _ -> {
                remove(access, name(key));
                yield Optional.empty();
            }
            case LensCodec.Decoded.Invalid(String reason) -> {
                remove(access, name(key));
                store.report(new StoreProblem.ValueDiscarded("the stored lens " + key + " was deleted: " + reason));
                yield Optional.empty();
            }
        };
    }

    private void makeRoom(EmbeddedStore.Access access, TenantId tenant) {
        Map<String, byte[]> uses = access.withPrefix(LAST_USE, prefix(tenant));
        List<String> oldestFirst = uses.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, byte[]> use) -> time(use.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
        oldestFirst.stream().limit(Math.max(0, uses.size() - maxPerTenant)).forEach(name -> remove(access, name));
    }

    private void used(EmbeddedStore.Access access, LensKey key) {
        access.put(
                LAST_USE,
                name(key),
                ByteBuffer.allocate(Long.BYTES).putLong(clock.millis()).array());
    }

    /** Damaged: oldest of all. */
    private static long time(byte[] use) {
        return use.length == Long.BYTES ? ByteBuffer.wrap(use).getLong() : Long.MIN_VALUE;
    }

    private static void remove(EmbeddedStore.Access access, String name) {
        access.remove(LENSES, name);
        access.remove(LAST_USE, name);
    }

    private static String prefix(TenantId tenant) {
        return tenant.value() + "/";
    }

    private static String name(LensKey key) {
        return prefix(key.tenant()) + key.hash().hex();
    }
}
