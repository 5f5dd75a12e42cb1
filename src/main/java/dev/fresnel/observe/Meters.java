package dev.fresnel.observe;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Meters by their names in {@link MetricCatalogue}, which alone says what there is. Thread-safe. */
final class Meters {
    private final MeterRegistry registry;
    private final Map<String, MultiGauge> rows = new ConcurrentHashMap<>();
    private final List<LongSupplier> read = new CopyOnWriteArrayList<>();
    private final List<Supplier<Number>> gauges = new CopyOnWriteArrayList<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    void count(String name, String... tags) {
        register(name, tags).increment();
    }

    /** Stands at 0 until it is counted. */
    @CanIgnoreReturnValue
    Counter register(String name, String... tags) {
        return Counter.builder(name)
                .description(MetricCatalogue.help(name, tags))
                .tags(tags)
                .register(registry);
    }

    void spent(String name, Usd amount, String... tags) {
        register(name, tags).increment(amount.nanos() / 1e9);
    }

    /** Into the buckets that {@code bounds} end, and one more. */
    void time(String name, Duration took, Duration[] bounds, String... tags) {
        Timer.builder(name)
                .description(MetricCatalogue.help(name, tags))
                .tags(tags)
                .serviceLevelObjectives(bounds)
                .register(registry)
                .record(took);
    }

    /** Read at each scrape. The registry refers weakly to what it reads, and a supplier that is gone reads as 0: so they are held here. */
    void counter(String name, LongSupplier value, String... tags) {
        read.add(value);
        FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .description(MetricCatalogue.help(name, tags))
                .tags(tags)
                .register(registry);
    }

    /** Dollars, read at each scrape as nano-dollars. */
    void dollars(String name, LongSupplier nanos, String... tags) {
        read.add(nanos);
        FunctionCounter.builder(name, nanos, cost -> cost.getAsLong() / 1e9)
                .description(MetricCatalogue.help(name, tags))
                .tags(tags)
                .register(registry);
    }

    void gauge(String name, Supplier<Number> value) {
        gauges.add(value);
        Gauge.builder(name, value).description(MetricCatalogue.help(name)).register(registry);
    }

    /** A gauge of these tenants; those of tenants that were there before are gone. */
    void perTenant(String name, List<TenantId> tenants, ToDoubleFunction<TenantId> value) {
        perValue(
                name,
                "tenant",
                tenants.stream().map(TenantId::value).toList(),
                id -> value.applyAsDouble(new TenantId(id)));
    }

    /** A gauge for each of the label's values; those of values that were there before are gone. */
    void perValue(String name, String label, Collection<String> values, ToDoubleFunction<String> value) {
        perRow(
                name,
                MetricCatalogue.help(name, label, ""),
                values.stream()
                        .map(of -> MultiGauge.Row.of(Tags.of(label, of), () -> value.applyAsDouble(of)))
                        .collect(Collectors.toList()));
    }

    /** A gauge for each row; those of rows that were there before are gone. */
    void perRow(String name, String help, List<MultiGauge.Row<?>> gauges) {
        rows.computeIfAbsent(
                        name, _ -> MultiGauge.builder(name).description(help).register(registry))
                .register(gauges, true);
    }
}
