package dev.fresnel.config;

import java.util.ArrayList;
import java.util.List;

/** The reference table of {@code docs/configuration.md} and the list of built-in aliases, in Markdown. */
public final class ConfigReference {
    private ConfigReference() {}

    /** One row per key, in file order, with a line break at its end; the same for every call. */
    public static String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("| key | type | default | meaning |");
        lines.add("|---|---|---|---|");
        Shape.walk(Shape.block(ConfigFile.class), (path, field) -> {
            if (!isRepeatedPlan(path)) {
                lines.add("| `" + path + "` | " + typeOf(field.shape(), field.key()) + " | " + unsetMeans(field) + " | "
                        + field.key().value() + " |");
            }
        });
        lines.add(
                "| `tenants[].mode`, `smart`, `arms`, `rules`, `lens`, `learned`, `escalation`, `control-share` | | those of `defaults` | "
                        + "The tenant's own starting point for its routes, key by key. |");
        lines.add(
                "| `tenants[].routes[].mode`, `smart`, `arms`, `rules`, `lens`, `learned`, `escalation`, `control-share` | | the tenant's | "
                        + "What holds on this route, key by key. |");
        lines.add("");
        lines.add("Built-in aliases:");
        lines.add("");
        lines.add("| alias | model |");
        lines.add("|---|---|");
        Aliases.BUILT_IN.forEach((name, target) -> lines.add("| `" + name + "` | `" + target + "` |"));
        return String.join("\n", lines) + "\n";
    }

    /** Keys of a plan are shown once, under {@code defaults}. */
    private static boolean isRepeatedPlan(String path) {
        return Shape.block(PlanSection.class).keys().stream()
                .map(Shape.Field::name)
                .anyMatch(name ->
                        isAtOrBelow(path, "tenants[]." + name) || isAtOrBelow(path, "tenants[].routes[]." + name));
    }

    private static boolean isAtOrBelow(String path, String key) {
        return path.equals(key) || path.startsWith(key + ".");
    }

    private static String typeOf(Shape shape, Key key) {
        return switch (shape) {
            case Shape.Scalar scalar -> scalar.type().label().replace("|", "\\|") + range(key);
            case Shape.Block block -> block(block);
            case Shape.Listing listing -> "list of " + typeOf(listing.element(), key);
            case Shape.Table table -> "names to " + typeOf(table.value(), key);
        };
    }

    private static String block(Shape.Block block) {
        return block.fields().stream()
                .filter(field -> block.shorthand().filter(field.name()::equals).isPresent())
                .map(field -> "block, " + typeOf(field.shape(), field.key()))
                .findFirst()
                .orElse("block");
    }

    private static String range(Key key) {
        if (key.min().isEmpty()) {
            return "";
        }
        return key.max().isEmpty() ? ", at least " + key.min() : ", " + key.min() + " to " + key.max();
    }

    private static String unsetMeans(Shape.Field field) {
        Key key = field.key();
        if (key.required()) {
            return "**required**";
        }
        return key.def().isEmpty() ? key.unset() : "`" + key.def() + "`";
    }
}
