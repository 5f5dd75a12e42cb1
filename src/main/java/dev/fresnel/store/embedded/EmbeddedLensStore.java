package dev.fresnel.store.embedded;

import dev.fresnel.lens.Claim;
import dev.fresnel.lens.LensCodec;
import dev.fresnel.lens.LensCounts;
import dev.fresnel.lens.LensEntry;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.lens.Recorded;
import dev.fresnel.lens.Saved;
import dev.fresnel.lens.StoredLens;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lenses in the {@link EmbeddedStore}. Keeps at most {@code maxPerTenant} per tenant; the least recently used makes room. Values are
 * {@link LensCodec}'s, under {@code tenant/hash}; a tenant's name has no slash, so no tenant's keys are another's prefix.
 */
public final class EmbeddedLensStore implements LensStore {
    /** Science of lens reuse says a tenant's active tasks are few; the rest is dead weight. */
    public static final int DEFAULT_MAX_PER_TENANT = 200;

    private static final String LENSES = "lens";
    private static final String LAST_USE = "lens-use";
    private static final String RECORDS = "lens-record";
    private static final String LAST_COUNT = "lens-record-use";
    private static final String TENANT_SUMS = "lens-sums";

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
            removeRecord(access, name(key));
        });
    }

    @Override
    public Future<Recorded> count(LensKey key, LensCounts own, LensCounts tenant) {
        return store.answered(access -> {
            Recorded sums = new Recorded(
                    sum(access, RECORDS, name(key), own),
                    sum(access, TENANT_SUMS, key.tenant().value(), tenant));
            if (!own.isEmpty()) {
                access.put(LAST_COUNT, name(key), time(clock.millis()));
                makeRoomForRecords(access, key.tenant());
            }
            return sums;
        });
    }

    private LensCounts sum(EmbeddedStore.Access access, String map, String name, LensCounts more) {
        LensCounts before =
                access.get(map, name).map(text -> counts(name, text)).orElse(LensCounts.NONE);
        if (more.isEmpty()) {
            return before;
        }
        LensCounts after = before.added(more);
        access.put(map, name, after.text().getBytes(StandardCharsets.UTF_8));
        return after;
    }

    private LensCounts counts(String name, byte[] text) {
        return LensCounts.parse(new String(text, StandardCharsets.UTF_8)).orElseGet(() -> {
            store.report(new StoreProblem.ValueDiscarded("the record of lens " + name + " cannot be read"));
            return LensCounts.NONE;
        });
    }

    private void makeRoomForRecords(EmbeddedStore.Access access, TenantId tenant) {
        Map<String, byte[]> uses = access.withPrefix(LAST_COUNT, prefix(tenant));
        long oldest = clock.millis() - RECORD_LIFE.toMillis();
        uses.entrySet().stream()
                .filter(use -> time(use.getValue()) < oldest)
                .forEach(use -> removeRecord(access, use.getKey()));
        oldestFirst(uses).stream()
                .limit(Math.max(0, uses.size() - 2 * maxPerTenant))
                .forEach(name -> removeRecord(access, name));
    }

    private static void removeRecord(EmbeddedStore.Access access, String name) {
        access.remove(RECORDS, name);
        access.remove(LAST_COUNT, name);
    }

    @Override
    public Future<List<LensEntry>> list(TenantId tenant) {
        return store.answered(access -> {
            Map<String, byte[]> lenses = access.withPrefix(LENSES, prefix(tenant));
            Map<String, byte[]> records = access.withPrefix(RECORDS, prefix(tenant));
            Set<String> names = new TreeSet<>(lenses.keySet());
            names.addAll(records.keySet());
            return names.stream()
                    .map(name -> entry(
                            access,
                            tenant,
                            name,
                            Optional.ofNullable(lenses.get(name)),
                            Optional.ofNullable(records.get(name))))
                    .filter(entry -> entry.lens().isPresent() || !entry.record().isEmpty())
                    .toList();
        });
    }

    private LensEntry entry(
            EmbeddedStore.Access access, TenantId tenant, String name, Optional<byte[]> lens, Optional<byte[]> record) {
        LensKey key = new LensKey(
                tenant, new Fingerprint(name.substring(prefix(tenant).length())));
        return new LensEntry(
                key,
                lens.flatMap(value -> decoded(access, key, value)),
                record.map(text -> counts(name, text)).orElse(LensCounts.NONE));
    }

    @Override
    public Future<Integer> purge(TenantId tenant) {
        return store.answered(access -> {
            claims.keySet().removeIf(key -> key.tenant().equals(tenant));
            int removed = access.withPrefix(LENSES, prefix(tenant)).size();
            access.withPrefix(LENSES, prefix(tenant)).keySet().forEach(name -> access.remove(LENSES, name));
            for (String map : List.of(LAST_USE, RECORDS, LAST_COUNT)) {
                access.withPrefix(map, prefix(tenant)).keySet().forEach(name -> access.remove(map, name));
            }
            access.remove(TENANT_SUMS, tenant.value());
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
        int over = uses.size() - maxPerTenant;
        if (over > 0) {
            oldestFirst(uses).stream()
                    .filter(name -> !isPinned(access, tenant, name))
                    .limit(over)
                    .toList()
                    .forEach(name -> remove(access, name));
        }
    }

    private boolean isPinned(EmbeddedStore.Access access, TenantId tenant, String name) {
        LensKey key = new LensKey(
                tenant, new Fingerprint(name.substring(prefix(tenant).length())));
        return access.get(LENSES, name)
                .flatMap(value -> decoded(access, key, value))
                .filter(StoredLens::isPinned)
                .isPresent();
    }

    private static List<String> oldestFirst(Map<String, byte[]> uses) {
        return uses.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, byte[]> use) -> time(use.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void used(EmbeddedStore.Access access, LensKey key) {
        access.put(LAST_USE, name(key), time(clock.millis()));
    }

    private static byte[] time(long millis) {
        return ByteBuffer.allocate(Long.BYTES).putLong(millis).array();
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
