package dev.fresnel.tenant;

import java.util.Map;

/**
 * All that a store knows of keys: those that were issued, and those that were revoked, issued ones or not. Both only grow, so two books
 * are brought together by taking everything of either.
 *
 * @param revision another one for every other content; means nothing but that
 */
public record KeyBook(String revision, Map<KeyHash, IssuedKey> issued, Map<KeyHash, Revocation> revoked) {
    /** Of a store that has not been read; no store is at this revision. */
    public static final KeyBook UNREAD = new KeyBook("unread", Map.of(), Map.of());

    public KeyBook {
        issued = Map.copyOf(issued);
        revoked = Map.copyOf(revoked);
    }
}
