package dev.fresnel.contract;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value that is made when it is first asked for, or the doubt that came of making it. Used by one thread. */
final class Once<T> {
    private final Supplier<T> source;
    private @Nullable T made;
    private Schemas.@Nullable Doubtful doubt;

    Once(Supplier<T> source) {
        this.source = source;
    }

    /** Throws what {@code source} threw. */
    T get() {
        if (doubt != null) {
            throw doubt;
        }
        T known = made;
        if (known == null) {
            try {
                known = source.get();
                made = known;
            } catch (Schemas.Doubtful unknown) {
                doubt = unknown;
                throw unknown;
            }
        }
        return known;
    }
}
