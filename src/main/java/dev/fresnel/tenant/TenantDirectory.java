package dev.fresnel.tenant;

import dev.fresnel.value.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the tenant that a credential opens. Keeps SHA-256 hashes of the keys only, and compares a credential with every one of
 * them, each in constant time, so that the time taken tells nothing about how close a guess came. Immutable and thread-safe; a
 * new config gets a new directory.
 */
public final class TenantDirectory {
    /** Not a record: a record would compare its hash by identity, and print it. */
    private static final class Entry {
        final byte[] keyHash;
        final Tenant tenant;

        Entry(byte[] keyHash, Tenant tenant) {
            this.keyHash = keyHash;
            this.tenant = tenant;
        }
    }

    private final List<Tenant> tenants;
    private final List<Entry> entries = new ArrayList<>();
    private final Optional<Tenant> open;

    /** @param tenants at most one of them without keys, no key in two of them (the config checks both) */
    public TenantDirectory(List<Tenant> tenants) {
        this.tenants = List.copyOf(tenants);
        for (Tenant tenant : tenants) {
            for (Secret key : tenant.keys()) {
                entries.add(new Entry(sha256(key.reveal()), tenant));
            }
        }
        open = tenants.stream().filter(tenant -> tenant.keys().isEmpty()).findFirst();
    }

    /**
     * The tenant whose key this is; else the open tenant, for which the credential is the client's own at the provider; else
     * empty, which is a 401.
     *
     * @param credential the bearer token, without the word {@code Bearer}
     */
    public Optional<Tenant> find(String credential) {
        byte[] hash = sha256(credential);
        Optional<Tenant> found = Optional.empty();
        for (Entry entry : entries) {
            // No early exit: the number of comparisons is always the number of keys.
            if (MessageDigest.isEqual(entry.keyHash, hash)) {
                found = Optional.of(entry.tenant);
            }
        }
        return found.isPresent() ? found : open;
    }

    /** The tenant of a request without a credential: the open one, if there is one. */
    public Optional<Tenant> findOpen() {
        return open;
    }

    /** All tenants in config order. */
    public List<Tenant> tenants() {
        return tenants;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
