package dev.fresnel.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a value sits in the file, printed as {@code tenants[0].routes[1].match.model}. Names that hold a dot or a bracket are
 * quoted, so that {@code models."llama3.2:3b".tier} has one reading.
 */
record KeyPath(List<String> segments) {
    static final KeyPath ROOT = new KeyPath(List.of());

    KeyPath {
        segments = List.copyOf(segments);
    }

    /** The path of a fixed sequence of names. */
    static KeyPath of(String... names) {
        KeyPath path = ROOT;
        for (String name : names) {
            path = path.at(name);
        }
        return path;
    }

    KeyPath at(String name) {
        boolean plain = name.chars().noneMatch(c -> c == '.' || c == '[' || c == ']' || c == ' ' || c == '"');
        return plus(plain && !name.isEmpty() ? name : '"' + name + '"');
    }

    KeyPath at(int index) {
        return plus("[" + index + "]");
    }

    Optional<KeyPath> parent() {
        return segments.isEmpty()
                ? Optional.empty()
                : Optional.of(new KeyPath(segments.subList(0, segments.size() - 1)));
    }

    private KeyPath plus(String segment) {
        List<String> longer = new ArrayList<>(segments);
        longer.add(segment);
        return new KeyPath(longer);
    }

    @Override
    public String toString() {
        return String.join(".", segments).replace(".[", "[");
    }
}
