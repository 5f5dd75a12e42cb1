package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;

/**
 * Names one version of a lens: same key and same words, same id. A rebuild that writes other words gets another id, so a
 * conversation can keep the version it started with.
 *
 * @param value 16 lower-case hex digits
 */
public record LensId(String value) {
    public LensId {
        if (!isOne(value)) {
            throw new IllegalArgumentException("a lens id is 16 hex digits: " + value);
        }
    }

    /** Whether {@code value} can be an id. */
    public static boolean isOne(String value) {
        return value.matches("[0-9a-f]{16}");
    }

    /** The id of {@code lens} under {@code key}. Provenance does not count: it never reaches a model. */
    public static LensId of(LensKey key, Lens lens) {
        Fingerprint.Builder parts = Fingerprint.builder();
        parts.add(key.tenant().value()).add(key.hash().hex()).add(lens.scope());
        for (LensSection section : LensSection.values()) {
            parts.add(section.name());
            section.of(lens).forEach(parts::add);
        }
        return new LensId(parts.build().shortForm());
    }

    @Override
    public String toString() {
        return value;
    }
}
