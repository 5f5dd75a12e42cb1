package dev.fresnel.config;

import dev.fresnel.value.Usd;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * YAML nodes to the records of {@link ConfigFile}. Whatever cannot be read is reported and left at its default, so that one
 * pass finds every problem and the later checks see the whole file. Reflection is fine here: it runs once, at start.
 */
final class Binder {
    /** What becomes of an unset key whose component is an {@code Optional}. */
    private enum Unset {
        EMPTY,
        DEFAULT
    }

    private final References references;
    private final Findings findings;
    private final Unset unset;

    Binder(References references, Findings findings) {
        this(references, findings, Unset.EMPTY);
    }

    private Binder(References references, Findings findings, Unset unset) {
        this.references = references;
        this.findings = findings;
        this.unset = unset;
    }

    /** A block in which no key is set and every default counts: the bottom of the precedence. */
    static <T extends Record> T bottomLayer(Class<T> type) {
        Findings none = new Findings();
        Binder binder = new Binder(new References(Map.of(), Path.of("")), none, Unset.DEFAULT);
        T layer = type.cast(binder.construct(Shape.block(type), Map.of(), KeyPath.ROOT));
        if (!none.clean()) {
            throw new IllegalStateException("a declared default is not valid: " + none.errors());
        }
        return layer;
    }

    <T extends Record> T bind(Class<T> type, Node root) {
        findings.valueStandsAt(KeyPath.ROOT, root.getStartMark());
        Shape.Block shape = Shape.block(type);
        if (root instanceof MappingNode mapping) {
            return type.cast(construct(shape, entries(shape, mapping, KeyPath.ROOT), KeyPath.ROOT));
        }
        findings.error(KeyPath.ROOT, "must be a mapping of keys to values", "start from conf/fresnel.yaml");
        return type.cast(construct(shape, Map.of(), KeyPath.ROOT));
    }

    private Object construct(Shape.Block shape, Map<String, Node> entries, KeyPath path) {
        return construct(shape, entries, Map.of(), path);
    }

    /** @param known values of keys that have been read already */
    private Object construct(Shape.Block shape, Map<String, Node> entries, Map<String, Object> known, KeyPath path) {
        // Asked of every block of every tenant, and seldom of use.
        boolean lacks =
                shape.fields().stream().anyMatch(field -> field.key().required() && !entries.containsKey(field.name()));
        Set<String> misspelt = lacks ? misspelt(shape, entries.keySet()) : Set.of();
        List<@Nullable Object> arguments = new ArrayList<>();
        for (Shape.Field field : shape.fields()) {
            Object value = known.get(field.name());
            if (value == null) {
                arguments.add(component(field, entries, misspelt, path));
            } else {
                arguments.add(field.presence() == Shape.Presence.OPTIONAL ? Optional.of(value) : value);
            }
        }
        Class<?>[] types = Arrays.stream(shape.type().getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = shape.type().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its canonical constructor", e);
        }
    }

    /** The keys that something else in the block was probably meant to be: reported there, and only there. */
    private static Set<String> misspelt(Shape.Block shape, Set<String> written) {
        List<String> known = shape.keys().stream().map(Shape.Field::name).toList();
        Set<String> meant = new LinkedHashSet<>();
        written.stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> NearestName.to(name, known).ifPresent(meant::add));
        return meant;
    }

    private Object component(Shape.Field field, Map<String, Node> entries, Set<String> misspelt, KeyPath path) {
        if (field.key().inline() && field.shape() instanceof Shape.Block inner) {
            return construct(inner, entries, path);
        }
        KeyPath here = path.at(field.name());
        Node node = entries.get(field.name());
        Optional<Object> value = Optional.empty();
        if (node == null) {
            if (field.key().required() && !misspelt.contains(field.name())) {
                findings.error(here, "is required", "add " + field.name() + " (" + inPassing(field.key()) + ")");
            }
        } else {
            value = read(field.shape(), node, here, field.key());
            if (field.key().required() && value.isPresent() && isEmptyCollection(value.get())) {
                findings.error(here, "must not be empty", field.key().value());
            }
        }
        if (field.presence() == Shape.Presence.OPTIONAL) {
            boolean fill = unset == Unset.DEFAULT && !field.key().def().isEmpty();
            return value.isEmpty() && fill ? Optional.of(defaultOf(field)) : value;
        }
        return value.orElseGet(() -> defaultOf(field));
    }

    /** What the key is for, as a part of a sentence. */
    private static String inPassing(Key key) {
        String text = key.value().replace("`", "").replaceFirst("\\.$", "");
        boolean acronym = text.length() > 1 && Character.isUpperCase(text.charAt(1));
        return acronym ? text : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static boolean isEmptyCollection(Object value) {
        return (value instanceof List<?> list && list.isEmpty()) || (value instanceof Map<?, ?> map && map.isEmpty());
    }

    /** The declared default; without one an empty list, table or block. */
    private Object defaultOf(Shape.Field field) {
        Key key = field.key();
        if (!key.def().isEmpty()) {
            Findings none = new Findings();
            Binder binder = new Binder(references, none, unset);
            return YamlText.compose(key.def(), none)
                    .flatMap(node -> binder.read(field.shape(), node, KeyPath.ROOT, key))
                    .orElseThrow(() -> new IllegalStateException("default of " + field.name() + ": " + none.errors()));
        }
        return switch (field.shape()) {
            case Shape.Block block -> construct(block, Map.of(), KeyPath.ROOT);
            case Shape.Listing listing -> List.of();
            case Shape.Table table -> Map.of();
            case Shape.Scalar scalar ->
                throw new IllegalStateException(field.name() + " needs a default or an Optional component");
        };
    }

    /** Empty when the node is not of the shape; that has then been reported. */
    private Optional<Object> read(Shape shape, Node node, KeyPath path, Key key) {
        findings.valueStandsAt(path, node.getStartMark());
        return switch (shape) {
            case Shape.Scalar scalar -> scalar(scalar.type(), node, path, key);
            case Shape.Block block -> block(block, node, path);
            case Shape.Listing listing -> listing(listing, node, path, key);
            case Shape.Table table -> table(table, node, path, key);
        };
    }

    private Optional<Object> block(Shape.Block shape, Node node, KeyPath path) {
        if (node instanceof MappingNode mapping) {
            return Optional.of(construct(shape, entries(shape, mapping, path), path));
        }
        if (isNothing(node)) {
            return Optional.of(construct(shape, Map.of(), path));
        }
        if (shape.shorthand().isPresent() && node instanceof ScalarNode) {
            // A mistake is reported at the path the file shows, not at the key the value is short for.
            String name = shape.shorthand().get();
            Shape.Field field = shape.fields().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            return read(field.shape(), node, path, field.key())
                    .map(value -> construct(shape, Map.of(), Map.of(name, value), path));
        }
        findings.error(
                path,
                "must be a block of keys, but is " + nounOf(node),
                "its keys are: "
                        + String.join(
                                ", ",
                                shape.keys().stream().map(Shape.Field::name).toList()));
        return Optional.empty();
    }

    private Optional<Object> listing(Shape.Listing shape, Node node, KeyPath path, Key key) {
        if (!(node instanceof SequenceNode sequence)) {
            findings.error(
                    path,
                    "must be a list, but is " + nounOf(node),
                    isNothing(node) ? "write [] for none, or remove the key" : "write [a, b], or one \"- \" per entry");
            return Optional.empty();
        }
        List<Object> values = new ArrayList<>();
        int index = 0;
        for (Node element : sequence.getValue()) {
            read(shape.element(), element, path.at(index), key).ifPresent(values::add);
            index++;
        }
        return Optional.of(Collections.unmodifiableList(values));
    }

    private Optional<Object> table(Shape.Table shape, Node node, KeyPath path, Key key) {
        if (isNothing(node)) {
            return Optional.of(Map.of());
        }
        if (!(node instanceof MappingNode mapping)) {
            findings.error(path, "must be a block of names, but is " + nounOf(node), "write \"name: value\" per entry");
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : namedNodes(mapping, path).entrySet()) {
            KeyPath here = path.at(entry.getKey());
            if (!key.pattern().isEmpty() && !entry.getKey().matches(key.pattern())) {
                findings.keyError(here, "is not a valid name", "names match " + key.pattern());
                continue;
            }
            read(shape.value(), entry.getValue(), here, key).ifPresent(value -> values.put(entry.getKey(), value));
        }
        return Optional.of(Collections.unmodifiableMap(values));
    }

    private Optional<Object> scalar(ScalarType<?> type, Node node, KeyPath path, Key key) {
        if (!(node instanceof ScalarNode scalar) || isNothing(node)) {
            findings.error(
                    path,
                    "must be a plain value (" + type.label() + "), but is " + nounOf(node),
                    isNothing(node) ? "give it a value or remove the key" : "");
            return Optional.empty();
        }
        String written = scalar.getValue();
        try {
            References.Resolved resolved = references.resolve(written, type);
            if (resolved.text().isEmpty()
                    && References.isEnvironment(written)
                    && !key.required()
                    && !(path.segments().isEmpty() || path.segments().getLast().startsWith("["))) {
                // ${NAME:-} asks for "unset when NAME is not set"; inside a list it would silently drop an entry.
                return Optional.empty();
            }
            if (type.isBare() && !scalar.isPlain() && !References.isEnvironment(written)) {
                throw new BadValue("must be " + type.noun() + ", but is text in quotes", "remove the quotes");
            }
            try {
                Object value = type.reader().read(resolved.text());
                checkBounds(type, value, key, resolved.text());
                if (type.isExposedBy(resolved.text()) && resolved.origin() == References.Origin.LITERAL) {
                    findings.warn(
                            path,
                            "is a secret written into this file, for everybody who may read it",
                            "write ${NAME} or file:PATH");
                }
                type.weakness(resolved.text())
                        .ifPresent(why -> findings.warn(path, why, "take one that fresnel keys create prints"));
                return Optional.of(value);
            } catch (BadValue e) {
                throw new BadValue(e.expectation() + shown(written, resolved, type), e.remedy());
            }
        } catch (BadValue e) {
            findings.error(path, e.expectation(), e.remedy().isEmpty() ? exampleOf(key) : e.remedy());
            return Optional.empty();
        }
    }

    private static String exampleOf(Key key) {
        return key.example().isEmpty() ? "" : "write for example " + key.example();
    }

    /** The value as a message may repeat it: nothing of a secret, of the environment, or of a URL, which may hold a key. */
    private static String shown(String written, References.Resolved resolved, ScalarType<?> type) {
        if (References.isEnvironment(written)) {
            return ", but is the value of " + written.replaceAll(":-.*", "}");
        }
        if (type.mayHoldSecret() || resolved.origin() != References.Origin.LITERAL) {
            return "";
        }
        String text = resolved.text();
        if (Misplaced.maybeSecret(text)) {
            return "";
        }
        return ", but is \"" + (text.length() > 80 ? text.substring(0, 80) + "..." : text) + '"';
    }

    private static void checkBounds(ScalarType<?> type, Object value, Key key, String text) throws BadValue {
        if (value instanceof String && !key.pattern().isEmpty() && !text.matches(key.pattern())) {
            throw new BadValue("must match " + key.pattern());
        }
        if (!key.min().isEmpty() && compare(value, type.reader().read(key.min())) < 0) {
            throw new BadValue("must be at least " + key.min());
        }
        if (!key.max().isEmpty() && compare(value, type.reader().read(key.max())) > 0) {
            throw new BadValue("must be at most " + key.max());
        }
    }

    private static int compare(Object value, Object bound) {
        return switch (value) {
            case Duration duration -> duration.compareTo((Duration) bound);
            case ByteSize size -> size.compareTo((ByteSize) bound);
            case Usd usd -> usd.compareTo((Usd) bound);
            case BigDecimal number -> number.compareTo((BigDecimal) bound);
            case Double number -> number.compareTo((Double) bound);
            case Number number -> Long.compare(number.longValue(), ((Number) bound).longValue());
            default -> throw new IllegalStateException("no order for " + value.getClass());
        };
    }

    /** The known keys of a block with their nodes; unknown and repeated ones are reported. */
    private Map<String, Node> entries(Shape.Block shape, MappingNode mapping, KeyPath path) {
        Map<String, Shape.Field> known = new LinkedHashMap<>();
        shape.keys().forEach(field -> known.put(field.name(), field));
        Map<String, Node> entries = namedNodes(mapping, path);
        for (String name : entries.keySet()) {
            KeyPath here = path.at(name);
            Shape.Field field = known.get(name);
            if (field == null) {
                findings.keyErrorUnderAnotherName(
                        here, path.at(Misplaced.shown(name)), "is not a key", whatWasMeant(name, known));
            }
        }
        return entries;
    }

    private static String whatWasMeant(String name, Map<String, Shape.Field> known) {
        List<String> valid = known.values().stream().map(Shape.Field::name).toList();
        if (NearestName.to(name, valid).isEmpty()) {
            Set<String> elsewhere = new LinkedHashSet<>();
            Shape.walk(Shape.block(ConfigFile.class), (path, field) -> {
                if (field.name().equals(name)) {
                    elsewhere.add(path);
                }
            });
            if (!elsewhere.isEmpty()) {
                return "it belongs at " + String.join(" or ", elsewhere) + "; check the indentation";
            }
        }
        return NearestName.hint(name, valid, "keys here");
    }

    private Map<String, Node> namedNodes(MappingNode mapping, KeyPath path) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                findings.errorAt(
                        tuple.getKeyNode().getStartMark(),
                        path,
                        "has a key that is not plain text",
                        "write \"name: value\"");
                continue;
            }
            KeyPath here = path.at(key.getValue());
            if (Tag.MERGE.equals(key.getTag())) {
                findings.errorAt(
                        key.getStartMark(),
                        here,
                        "is a merge key, which is not supported",
                        "repeat the keys, or use the defaults block");
                continue;
            }
            if (nodes.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                findings.errorAt(key.getStartMark(), here, "appears twice in the same block", "keep one of them");
            } else {
                findings.keyStandsAt(here, key.getStartMark());
            }
        }
        return nodes;
    }

    private static boolean isNothing(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    private static String nounOf(Node node) {
        if (isNothing(node)) {
            return "empty";
        }
        return switch (node) {
            case MappingNode mapping -> "a block";
            case SequenceNode sequence -> "a list";
            default -> "a plain value";
        };
    }
}
