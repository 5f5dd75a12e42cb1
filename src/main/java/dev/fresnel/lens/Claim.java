package dev.fresnel.lens;

import java.util.Optional;

/** Whether a replica may write the lens of a key now: one at a time may, of all that share a store. */
public sealed interface Claim {
    /**
     * It may, until the limit it asked for is over, or until it saves or releases.
     *
     * @param token names this claim; a store takes a lens only from the claim it granted last, and only while that lasts
     * @param present what the store held when it granted: another replica may just have written it
     */
    record Granted(LensKey key, long token, Optional<StoredLens> present) implements Claim {}

    /** It may not: another one is at it. */
    record Taken() implements Claim {}
}
