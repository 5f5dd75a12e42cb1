package dev.fresnel.config;

import dev.fresnel.delegation.Fallback;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a gateway runs with after defaults and precedence, as a table for people. It walks the records, so a new key shows up by
 * itself, and a secret shows as {@code [secret]} by its type.
 */
public final class EffectiveConfig {
    private final Map<String, String> rows = new LinkedHashMap<>();

    private EffectiveConfig() {}

    /** One line per value, names and values in two columns, a line break at the end. */
    public static String describe(GatewayConfig config) {
        EffectiveConfig table = new EffectiveConfig();
        table.add("", config);
        int width = table.rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        table.rows.forEach((name, value) -> text.append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(value)
                .append('\n'));
        return text.toString();
    }

    private void add(String name, Object value) {
        switch (value) {
            case Secret secret -> rows.put(name, secret.toString());
            case Optional<?> optional -> optional.ifPresentOrElse(inner -> add(name, inner), () -> rows.put(name, "-"));
            case OptionalLong number -> rows.put(name, number.isPresent() ? Long.toString(number.getAsLong()) : "-");
            case Duration duration -> rows.put(name, shortForm(duration));
            case Enum<?> constant -> rows.put(name, ScalarType.enumKey(constant));
            case Fallback.Requested requested -> rows.put(name, "the requested model");
            case Fallback.Chain chain -> rows.put(name, chain.models().toString());
            case Arm arm -> rows.put(name, arm.name());
            case ModelName model -> rows.put(name, model.value());
            case TenantId id -> rows.put(name, id.value());
            case Usd amount -> rows.put(name, amount.toString());
            case HostPort address -> rows.put(name, address.toString());
            case Path path -> rows.put(name, path.toString());
            case ModelCatalog catalog -> catalog(name, catalog);
            case Map<?, ?> map -> map.forEach((key, entry) -> add(name + "." + key, entry));
            case Collection<?> values -> values(name, values);
            case Record block -> block(name, block);
            default -> rows.put(name, value.toString());
        }
    }

    private void block(String name, Record block) {
        for (RecordComponent component : block.getClass().getRecordComponents()) {
            String inner = Shape.kebab(component.getName());
            add(name.isEmpty() ? inner : name + "." + inner, Layers.value(component, block));
        }
    }

    private void catalog(String name, ModelCatalog catalog) {
        for (Model model : catalog.models()) {
            add(name + "." + model.name(), model);
        }
        catalog.aliases().forEach((alias, target) -> add("aliases." + alias, target));
    }

    private void values(String name, Collection<?> values) {
        boolean plain = values.stream()
                .allMatch(value -> value instanceof String || value instanceof Enum<?> || value instanceof Arm);
        if (plain) {
            List<String> shown = values.stream()
                    .map(value -> value instanceof Enum<?> constant ? ScalarType.enumKey(constant) : value.toString())
                    .toList();
            // A set has no order of its own.
            rows.put(
                    name,
                    (values instanceof List<?> ? shown : shown.stream().sorted().toList()).toString());
            return;
        }
        int index = 0;
        for (Object value : values) {
            add(name + "[" + index++ + "]", value);
        }
    }

    private static String shortForm(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0 || millis == 0) {
            return millis + "ms";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        return millis % 60_000 == 0 ? millis / 60_000 + "m" : millis / 1000 + "s";
    }
}
