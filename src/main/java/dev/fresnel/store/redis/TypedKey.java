package dev.fresnel.store.redis;

import java.util.Locale;

/** A key and what it must hold. */
record TypedKey(String name, Type type) {
    enum Type {
        HASH,
        ZSET;

        /** As Redis' {@code TYPE} says it. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static TypedKey hash(String name) {
        return new TypedKey(name, Type.HASH);
    }

    static TypedKey zset(String name) {
        return new TypedKey(name, Type.ZSET);
    }
}
