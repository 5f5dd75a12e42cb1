package dev.fresnel.lens;

import java.util.Optional;

/**
 * What a store holds under one key.
 *
 * @param lens empty: only the record of one is left
 * @param record {@link LensCounts#NONE} without
 */
public record LensEntry(LensKey key, Optional<StoredLens> lens, LensCounts record) {}
