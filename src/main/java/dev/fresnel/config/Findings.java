package dev.fresnel.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;

/** Collects what is wrong with one file, and knows where in it every key stands. Used by one thread, once. */
final class Findings {
    private record Place(int line, int column) {
        static Place of(Mark mark) {
            return new Place(mark.getLine() + 1, mark.getColumn() + 1);
        }
    }

    private final Map<KeyPath, Place> keys = new HashMap<>();
    private final Map<KeyPath, Place> values = new HashMap<>();
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    void keyStandsAt(KeyPath path, Mark mark) {
        keys.put(path, Place.of(mark));
    }

    void valueStandsAt(KeyPath path, Mark mark) {
        values.put(path, Place.of(mark));
    }

    /** The file as a whole is at fault. */
    void fileError(String message, String remedy) {
        errors.add(new Problem(0, 0, "", message, remedy));
    }

    /** The text at {@code mark} is at fault, before it could be understood as keys and values. */
    void syntaxError(Mark mark, String message, String remedy) {
        Place place = Place.of(mark);
        errors.add(new Problem(place.line, place.column, "", message, remedy));
    }

    void syntaxError(int line, int column, String message, String remedy) {
        errors.add(new Problem(line, column, "", message, remedy));
    }

    /** What stands at {@code mark} is at fault, whatever else {@code path} names. */
    void errorAt(Mark mark, KeyPath path, String message, String remedy) {
        errors.add(problem(Place.of(mark), path, message, remedy));
    }

    /** The value of {@code path} is at fault, or the nearest block around it when the key is not in the file. */
    void error(KeyPath path, String message, String remedy) {
        errors.add(problem(place(values, path), path, message, remedy));
    }

    /** The key itself is at fault, not its value. */
    void keyError(KeyPath path, String message, String remedy) {
        errors.add(problem(place(keys, path), path, message, remedy));
    }

    void warn(KeyPath path, String message, String remedy) {
        warnings.add(problem(place(values, path), path, message, remedy));
    }

    void keyWarning(KeyPath path, String message, String remedy) {
        warnings.add(problem(place(keys, path), path, message, remedy));
    }

    /** Whether the file has this key. */
    boolean isWritten(KeyPath path) {
        return keys.containsKey(path);
    }

    /** Whether the file has any key within the block of {@code path}. */
    boolean isAnyWrittenUnder(KeyPath path) {
        String below = path + ".";
        return keys.keySet().stream().anyMatch(key -> key.toString().startsWith(below));
    }

    /** Whether something was wrong with {@code path} or a part of it. */
    boolean hasErrorsUnder(KeyPath path) {
        String name = path.toString();
        return errors.stream()
                .map(Problem::key)
                .anyMatch(key -> key.equals(name) || key.startsWith(name + ".") || key.startsWith(name + "["));
    }

    boolean clean() {
        return errors.isEmpty();
    }

    List<Problem> errors() {
        return errors.stream().sorted(Problem.BY_PLACE).toList();
    }

    List<Problem> warnings() {
        return warnings.stream().sorted(Problem.BY_PLACE).toList();
    }

    private Place place(Map<KeyPath, Place> first, KeyPath path) {
        Place exact = first.get(path);
        if (exact != null) {
            return exact;
        }
        Optional<KeyPath> around = Optional.of(path);
        while (around.isPresent()) {
            KeyPath candidate = around.get();
            Place place = keys.containsKey(candidate) ? keys.get(candidate) : values.get(candidate);
            if (place != null) {
                return place;
            }
            around = candidate.parent();
        }
        return new Place(1, 1);
    }

    private static Problem problem(Place place, KeyPath path, String message, String remedy) {
        return new Problem(place.line, place.column, path.toString(), message, remedy);
    }
}
