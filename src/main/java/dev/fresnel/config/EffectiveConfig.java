package dev.fresnel.config;

import dev.fresnel.config.TenantSection.RouteSection;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a gateway runs with after defaults and precedence, as a table for people: every key under the path that a file has it
 * under, with the value in the form that a file takes. It walks the records of {@link ConfigFile}, so a new key shows up by
 * itself, and a secret shows as {@code [secret]} by its type.
 */
final class EffectiveConfig {
    private final ConfigFile file;
    private final PlanSection bottom;
    private final Map<String, String> rows = new LinkedHashMap<>();

    private EffectiveConfig(ConfigFile file, PlanSection bottom) {
        this.file = file;
        this.bottom = bottom;
    }

    /**
     * Every value by its path, in the order of a file.
     *
     * @param bottom the declared defaults of a plan
     */
    static Map<String, String> values(ConfigFile file, Aliases aliases, PlanSection bottom) {
        EffectiveConfig table = new EffectiveConfig(file, bottom);
        for (Shape.Field field : Shape.block(ConfigFile.class).fields()) {
            KeyPath path = KeyPath.of(field.name());
            switch (field.name()) {
                case "defaults" -> {
                    // Shown where they hold: on every route.
                }
                case "aliases" -> table.add(path, field.key(), aliases.inForce());
                case "tenants" -> table.tenants(path);
                default -> table.add(path, field.key(), value(field, file));
            }
        }
        return table.rows;
    }

    /** One line per value, names and values in two columns, a line break at the end. */
    static String describe(Map<String, String> values) {
        int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) -> text.append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(value)
                .append('\n'));
        return text.toString();
    }

    private void tenants(KeyPath path) {
        for (int t = 0; t < file.tenants().size(); t++) {
            TenantSection tenant = file.tenants().get(t);
            for (Shape.Field field : Shape.block(TenantSection.class).fields()) {
                KeyPath here = path.at(t).at(field.name());
                if (field.name().equals("routes")) {
                    routes(here, tenant);
                } else if (!field.key().inline()) {
                    // The plan of a tenant is shown where it holds: on its routes.
                    add(here, field.key(), value(field, tenant));
                }
            }
        }
    }

    private void routes(KeyPath path, TenantSection tenant) {
        PlanSection base = Layers.over(tenant.plan(), Layers.over(file.defaults(), bottom));
        for (int r = 0; r < tenant.routes().size(); r++) {
            RouteSection route = tenant.routes().get(r);
            block(path.at(r).at("match"), route.match());
            block(path.at(r), Layers.over(route.plan(), base));
        }
    }

    private void block(KeyPath path, Record block) {
        for (Shape.Field field : Shape.block(block.getClass()).fields()) {
            Object value = value(field, block);
            if (field.key().inline() && value instanceof Record beside) {
                block(path, beside);
            } else {
                add(path.at(field.name()), field.key(), value);
            }
        }
    }

    private static Object value(Shape.Field field, Record block) {
        for (RecordComponent component : block.getClass().getRecordComponents()) {
            if (Shape.kebab(component.getName()).equals(field.name())) {
                return Layers.value(component, block);
            }
        }
        throw new IllegalStateException("a field is a component of its record: " + field.name());
    }

    private void add(KeyPath path, Key key, Object value) {
        switch (value) {
            case Optional<?> optional when optional.isPresent() -> add(path, key, optional.get());
            case Optional<?> _ -> rows.put(path.toString(), key.unset().isEmpty() ? "-" : "- (" + key.unset() + ")");
            case Map<?, ?> map -> map.forEach((name, entry) -> add(path.at(name.toString()), key, entry));
            case List<?> blocks
            when !blocks.isEmpty() && isBlock(blocks.getFirst()) -> {
                for (int i = 0; i < blocks.size(); i++) {
                    add(path.at(i), key, blocks.get(i));
                }
            }
            case Collection<?> values ->
                rows.put(
                        path.toString(),
                        values.stream().map(EffectiveConfig::plain).toList().toString());
            case Record block when isBlock(block) -> block(path, block);
            default -> rows.put(path.toString(), plain(value));
        }
    }

    private static boolean isBlock(Object value) {
        return value instanceof Record && ScalarType.of(value.getClass()).isEmpty();
    }

    /** As a file writes it. */
    private static String plain(Object value) {
        return switch (value) {
            case Duration duration -> shortForm(duration);
            case ByteSize size -> size.text();
            case Enum<?> constant -> ScalarType.enumKey(constant);
            default -> value.toString();
        };
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
