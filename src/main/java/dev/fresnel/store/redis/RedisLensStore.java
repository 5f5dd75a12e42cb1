package dev.fresnel.store.redis;

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
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lenses in Redis, shared by all replicas. Thread-safe. Per tenant six keys, all under the tenant's hash tag:
 *
 * <pre>
 *   fresnel:{TENANT}:lens         hash   lens hash to {@link LensCodec}'s bytes
 *   fresnel:{TENANT}:lens-use     zset   lens hash by its last use, microseconds of Redis' clock
 *   fresnel:{TENANT}:lens-end     zset   lens hash by its expiry, milliseconds of Redis' clock
 *   fresnel:{TENANT}:lens-claim   hash   lens hash to "TOKEN END" of the claim in force
 *   fresnel:{TENANT}:lens-record  hash   lens hash to {@link LensCounts}' text; under * the tenant's sums
 *   fresnel:{TENANT}:lens-record-use  zset  lens hash by its last addition, milliseconds of Redis' clock
 * </pre>
 *
 * One hash for all lenses of a tenant, and not a key each, makes a purge complete and atomic, claims included. They expire with
 * their last lens; at most {@code maxPerTenant} are kept.
 */
public final class RedisLensStore implements LensStore {
    private static final RedisScript FIND = RedisScript.load("lens_find");
    private static final RedisScript CLAIM = RedisScript.load("lens_claim");
    private static final RedisScript SAVE = RedisScript.load("lens_save");
    private static final RedisScript RELEASE = RedisScript.load("lens_release");
    private static final RedisScript TOUCH = RedisScript.load("lens_touch");
    private static final RedisScript DELETE = RedisScript.load("lens_delete");
    private static final RedisScript PURGE = RedisScript.load("lens_purge");
    private static final RedisScript COUNT = RedisScript.load("lens_count");
    private static final RedisScript LIST = RedisScript.load("lens_list");

    private final RedisLink link;
    private final LensCodec codec = new LensCodec();
    private final InstantSource clock;
    private final int maxPerTenant;

    /** @param clock judges what has expired */
    public RedisLensStore(RedisLink link, InstantSource clock, int maxPerTenant) {
        this.link = link;
        this.clock = clock;
        this.maxPerTenant = maxPerTenant;
    }

    @Override
    public Future<Optional<StoredLens>> find(LensKey key) {
        return link.run(FIND, List.of(lenses(key.tenant()), uses(key.tenant())), Text.arguments(hash(key)))
                .compose(value -> decoded(key, value));
    }

    @Override
    public Future<Claim> claim(LensKey key, Duration limit) {
        return link.run(
                        CLAIM,
                        List.of(claims(key.tenant()), lenses(key.tenant())),
                        Text.arguments(hash(key), Long.toString(limit.toMillis())))
                .compose(answer -> {
                    Response reply = answer.orElseThrow();
                    String token = Text.at(reply, 0);
                    if (token.isEmpty()) {
                        return Future.succeededFuture(new Claim.Taken());
                    }
                    return decoded(key, Optional.ofNullable(reply.get(1)))
                            .map(present -> new Claim.Granted(key, Long.parseLong(token), present));
                });
    }

    @Override
    public Future<Saved> save(Claim.Granted claim, StoredLens lens) {
        LensKey key = claim.key();
        long timeToLive = Duration.between(clock.instant(), lens.expiresAt()).toMillis();
        List<byte[]> arguments = List.of(
                Text.bytes(hash(key)),
                Text.bytes(Long.toString(claim.token())),
                codec.encode(key, lens),
                Text.bytes(Long.toString(Math.max(1, timeToLive))),
                Text.bytes(Integer.toString(maxPerTenant)),
                Text.bytes(Long.toString(StoredLens.PINNED_FROM_MILLIS)));
        return link.run(
                        SAVE,
                        List.of(claims(key.tenant()), lenses(key.tenant()), uses(key.tenant()), ends(key.tenant())),
                        arguments)
                .map(answer -> {
                    link.wrote();
                    return answer.orElseThrow().toString().equals("1") ? Saved.KEPT : Saved.REFUSED;
                });
    }

    @Override
    public Future<Void> release(Claim.Granted claim) {
        return link.run(
                        RELEASE,
                        List.of(claims(claim.key().tenant())),
                        Text.arguments(hash(claim.key()), Long.toString(claim.token())))
                .mapEmpty();
    }

    @Override
    public Future<Void> touch(LensKey key) {
        return link.run(TOUCH, List.of(lenses(key.tenant()), uses(key.tenant())), Text.arguments(hash(key)))
                .mapEmpty();
    }

    @Override
    public Future<Void> delete(LensKey key) {
        return link.run(
                        DELETE,
                        List.of(
                                lenses(key.tenant()),
                                uses(key.tenant()),
                                ends(key.tenant()),
                                records(key.tenant()),
                                recordUses(key.tenant())),
                        Text.arguments(hash(key)))
                .mapEmpty();
    }

    @Override
    public Future<Recorded> count(LensKey key, LensCounts own, LensCounts tenant) {
        return link.run(
                        COUNT,
                        List.of(records(key.tenant()), recordUses(key.tenant())),
                        Text.arguments(
                                hash(key),
                                Long.toString(RECORD_LIFE.toMillis()),
                                Integer.toString(2 * maxPerTenant),
                                Integer.toString(LensCounts.MAXIMUM),
                                own.text(),
                                tenant.text()))
                .map(answer -> {
                    Response sums = answer.orElseThrow();
                    return new Recorded(counts(key, Text.at(sums, 0)), counts(key, Text.at(sums, 1)));
                });
    }

    private LensCounts counts(LensKey key, String text) {
        return LensCounts.parse(text).orElseGet(() -> {
            link.report(new RedisProblem.ValueDiscarded("the record of lens " + key + " cannot be read"));
            return LensCounts.NONE;
        });
    }

    @Override
    public Future<List<LensEntry>> list(TenantId tenant) {
        return link.run(LIST, List.of(lenses(tenant), records(tenant)), List.of())
                .map(answer -> entries(tenant, answer.orElseThrow()));
    }

    private List<LensEntry> entries(TenantId tenant, Response all) {
        Map<String, LensEntry> entries = new LinkedHashMap<>();
        Response lenses = all.get(0);
        for (int i = 0; i + 1 < lenses.size(); i += 2) {
            byte[] bytes = lenses.get(i + 1).toBytes();
            key(tenant, lenses.get(i).toString())
                    .ifPresent(key -> readable(key, bytes)
                            .ifPresent(lens -> entries.put(
                                    key.hash().hex(), new LensEntry(key, Optional.of(lens), LensCounts.NONE))));
        }
        Response records = all.get(1);
        for (int i = 0; i + 1 < records.size(); i += 2) {
            LensCounts counts = LensCounts.parse(records.get(i + 1).toString()).orElse(LensCounts.NONE);
            key(tenant, records.get(i).toString())
                    .ifPresent(key -> entries.merge(
                            key.hash().hex(),
                            new LensEntry(key, Optional.empty(), counts),
                            (lens, record) -> new LensEntry(key, lens.lens(), record.record())));
        }
        return List.copyOf(entries.values());
    }

    private static Optional<LensKey> key(TenantId tenant, String hash) {
        return hash.matches("[0-9a-f]{64}")
                ? Optional.of(new LensKey(tenant, new Fingerprint(hash)))
                : Optional.empty();
    }

    private Optional<StoredLens> readable(LensKey key, byte[] bytes) {
        return codec.decode(key, bytes) instanceof LensCodec.Decoded.Valid(StoredLens lens)
                        && clock.instant().isBefore(lens.expiresAt())
                ? Optional.of(lens)
                : Optional.empty();
    }

    @Override
    public Future<Integer> purge(TenantId tenant) {
        return link.run(
                        PURGE,
                        List.of(
                                lenses(tenant),
                                uses(tenant),
                                ends(tenant),
                                claims(tenant),
                                records(tenant),
                                recordUses(tenant)),
                        List.of())
                .map(answer -> Integer.parseInt(answer.orElseThrow().toString()));
    }

    /** Whatever the bytes are, the answer is a lens or none; what is none is deleted. */
    private Future<Optional<StoredLens>> decoded(LensKey key, Optional<Response> value) {
        byte[] bytes = value.map(Response::toBytes).orElseGet(() -> new byte[0]);
        if (bytes.length == 0) {
            return Future.succeededFuture(Optional.empty());
        }
        return switch (codec.decode(key, bytes)) {
            case LensCodec.Decoded.Valid(StoredLens lens)
            when clock.instant().isBefore(lens.expiresAt()) -> Future.succeededFuture(Optional.of(lens));
            case LensCodec.Decoded.Valid _ -> discarded(key);
            case LensCodec.Decoded.Invalid(String reason) -> {
                link.report(new RedisProblem.ValueDiscarded("the stored lens " + key + " was deleted: " + reason));
                yield discarded(key);
            }
        };
    }

    private Future<Optional<StoredLens>> discarded(LensKey key) {
        // Whether it could be deleted does not matter: it is none either way, and is found so again.
        return delete(key).transform(_ -> Future.succeededFuture(Optional.empty()));
    }

    private static String hash(LensKey key) {
        return key.hash().hex();
    }

    private static TypedKey lenses(TenantId tenant) {
        return TypedKey.hash(RedisKeys.of(tenant, "lens"));
    }

    private static TypedKey uses(TenantId tenant) {
        return TypedKey.zset(RedisKeys.of(tenant, "lens-use"));
    }

    private static TypedKey ends(TenantId tenant) {
        return TypedKey.zset(RedisKeys.of(tenant, "lens-end"));
    }

    private static TypedKey records(TenantId tenant) {
        return TypedKey.hash(RedisKeys.of(tenant, "lens-record"));
    }

    private static TypedKey recordUses(TenantId tenant) {
        return TypedKey.zset(RedisKeys.of(tenant, "lens-record-use"));
    }

    private static TypedKey claims(TenantId tenant) {
        return TypedKey.hash(RedisKeys.of(tenant, "lens-claim"));
    }
}
