package dev.fresnel.store.redis;

import dev.fresnel.tenant.IssuedKey;
import dev.fresnel.tenant.KeyBook;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.KeyStore;
import dev.fresnel.tenant.Revocation;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Issued keys and revocations in Redis, shared by all replicas. Thread-safe. One hash, {@code fresnel:{keys}}: {@code issued:HASH} to
 * {@link IssuedKey#text}, {@code revoked:HASH} to {@link Revocation#text}, and {@code revision}. Without a time to live; bounded by what
 * operators do, see {@link dev.fresnel.tenant.KeyRegister#MAXIMUM}.
 */
public final class RedisKeyStore implements KeyStore {
    private static final RedisScript LOAD = RedisScript.load("keys_load");
    private static final RedisScript ISSUE = RedisScript.load("keys_issue");
    private static final RedisScript PUT = RedisScript.load("keys_put");
    private static final String KEYS = "fresnel:{keys}";
    private static final String REVISION = "revision";
    private static final String ISSUED = "issued:";
    private static final String REVOKED = "revoked:";

    private final RedisLink link;
    private final Supplier<String> revisions;

    /** @param revisions never the same twice, over all replicas */
    public RedisKeyStore(RedisLink link, Supplier<String> revisions) {
        this.link = link;
        this.revisions = revisions;
    }

    @Override
    public Future<Optional<KeyBook>> load(String known) {
        return link.run(LOAD, List.of(TypedKey.hash(KEYS)), Text.arguments(known))
                .map(answer -> answer.map(this::book));
    }

    private KeyBook book(Response fields) {
        String revision = "";
        Map<KeyHash, IssuedKey> issued = new HashMap<>();
        Map<KeyHash, Revocation> revoked = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String field = Text.at(fields, i);
            String text = Text.at(fields, i + 1);
            if (field.equals(REVISION)) {
                revision = text;
                continue;
            }
            Optional<KeyHash> hash = KeyHash.parse(KeyHash.PREFIX + field.substring(field.indexOf(':') + 1));
            Optional<IssuedKey> key =
                    hash.filter(_ -> field.startsWith(ISSUED)).flatMap(of -> IssuedKey.parse(of, text));
            if (key.isPresent()) {
                issued.put(hash.orElseThrow(), key.get());
            } else if (hash.isPresent() && field.startsWith(REVOKED)) {
                revoked.put(hash.get(), Revocation.parse(text));
            } else {
                passOver();
            }
        }
        return new KeyBook(revision, issued, revoked);
    }

    /** A newer replica may have written it, which is no reason to take a key from it. */
    private void passOver() {
        link.report(new RedisProblem.ValueDiscarded(
                "an entry of " + KEYS + " was passed over: no issued key that this version knows"));
    }

    @Override
    public Future<Issue> issue(IssuedKey key) {
        return link.run(
                        ISSUE,
                        List.of(TypedKey.hash(KEYS)),
                        Text.arguments(field(ISSUED, key.key().hash()), key.text(), revisions.get(), key.label()))
                .onSuccess(_ -> link.wrote())
                .map(answer ->
                        answer.filter(kept -> kept.toString().equals("1")).isPresent()
                                ? Issue.ISSUED
                                : Issue.NAME_TAKEN);
    }

    @Override
    public Future<Void> restore(IssuedKey key) {
        return put(ISSUED, key.key().hash(), key.text());
    }

    @Override
    public Future<Void> revoke(KeyHash key, Revocation revocation) {
        return put(REVOKED, key, revocation.text());
    }

    private Future<Void> put(String kind, KeyHash hash, String text) {
        return link.run(PUT, List.of(TypedKey.hash(KEYS)), Text.arguments(field(kind, hash), text, revisions.get()))
                .onSuccess(_ -> link.wrote())
                .mapEmpty();
    }

    private static String field(String kind, KeyHash hash) {
        return kind + hash.written().substring(KeyHash.PREFIX.length());
    }
}
