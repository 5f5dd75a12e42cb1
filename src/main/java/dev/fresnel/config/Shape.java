package dev.fresnel.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The form a value must have in the file, read from the records of {@link ConfigFile}. */
sealed interface Shape {
    /** A plain value. */
    record Scalar(ScalarType<?> type) implements Shape {}

    /** A mapping with fixed keys. */
    record Block(Class<? extends Record> type, List<Field> fields, Optional<String> shorthand) implements Shape {
        /** Of each type once: a config of a thousand tenants asks for the same ones many thousand times. */
        private static final ClassValue<Block> OF_TYPES = new ClassValue<>() {
            @Override
            protected Block computeValue(Class<?> type) {
                return read(type.asSubclass(Record.class));
            }
        };

        /** The keys a file may write here, those of inlined blocks among them. */
        List<Field> keys() {
            List<Field> keys = new ArrayList<>();
            for (Field field : fields) {
                if (field.key().inline() && field.shape() instanceof Block inner) {
                    keys.addAll(inner.keys());
                } else {
                    keys.add(field);
                }
            }
            return keys;
        }
    }

    /** A sequence of values of one form. */
    record Listing(Shape element) implements Shape {}

    /** A mapping with names chosen by the writer. */
    record Table(Shape value) implements Shape {}

    /** @param name in kebab-case, as the file shows it */
    record Field(String name, Key key, Shape shape, Presence presence) {}

    /** Whether an unset key leaves an empty {@code Optional} or the default. */
    enum Presence {
        OPTIONAL,
        ALWAYS
    }

    static Block block(Class<? extends Record> type) {
        return Block.OF_TYPES.get(type);
    }

    private static Block read(Class<? extends Record> type) {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            if (key == null) {
                throw new IllegalStateException(type.getSimpleName() + "." + component.getName() + " lacks @Key");
            }
            Type declared = component.getGenericType();
            Presence presence = isRaw(declared, Optional.class) ? Presence.OPTIONAL : Presence.ALWAYS;
            Shape shape = of(presence == Presence.OPTIONAL ? argument(declared, 0) : declared);
            fields.add(new Field(kebab(component.getName()), key, shape, presence));
        }
        Shorthand shorthand = type.getAnnotation(Shorthand.class);
        return new Block(
                type, List.copyOf(fields), Optional.ofNullable(shorthand).map(Shorthand::value));
    }

    /**
     * Visits every key under {@code block} in file order, blocks before their own keys. Paths show names of a table as
     * {@code *} and entries of a list as {@code []}: {@code tenants[].routes[].match.model}.
     */
    static void walk(Block block, BiConsumer<String, Field> visit) {
        walk(block, "", visit);
    }

    private static void walk(Shape shape, String path, BiConsumer<String, Field> visit) {
        switch (shape) {
            case Scalar scalar -> {}
            case Listing listing -> walk(listing.element(), path + "[]", visit);
            case Table table -> walk(table.value(), path + ".*", visit);
            case Block block -> {
                for (Field field : block.keys()) {
                    String name = path.isEmpty() ? field.name() : path + "." + field.name();
                    visit.accept(name, field);
                    walk(field.shape(), name, visit);
                }
            }
        }
    }

    private static Shape of(Type declared) {
        if (isRaw(declared, List.class)) {
            return new Listing(of(argument(declared, 0)));
        }
        if (isRaw(declared, Map.class)) {
            return new Table(of(argument(declared, 1)));
        }
        Class<?> type = (Class<?>) declared;
        Optional<ScalarType<?>> scalar = ScalarType.of(type);
        return scalar.isPresent() ? new Scalar(scalar.get()) : block(type.asSubclass(Record.class));
    }

    private static boolean isRaw(Type declared, Class<?> raw) {
        return declared instanceof ParameterizedType generic && generic.getRawType() == raw;
    }

    private static Type argument(Type declared, int index) {
        return ((ParameterizedType) declared).getActualTypeArguments()[index];
    }

    static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
