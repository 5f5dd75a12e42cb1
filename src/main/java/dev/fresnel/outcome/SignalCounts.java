package dev.fresnel.outcome;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** How often each signal was heard by this process. Thread-safe. */
final class SignalCounts {
    private final Map<ImplicitSignal, LongAdder> counts = Arrays.stream(ImplicitSignal.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));

    void heard(ImplicitSignal signal) {
        Objects.requireNonNull(counts.get(signal)).increment();
    }

    Map<ImplicitSignal, LongSupplier> all() {
        return counts.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue()::sum));
    }
}
