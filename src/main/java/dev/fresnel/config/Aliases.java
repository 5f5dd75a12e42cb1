package dev.fresnel.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The aliases of a file over the built-in ones. A built-in alias is in force when its target is declared (or is itself an alias
 * that leads to a declared model) and the file neither redefines it nor declares a model of its name.
 */
final class Aliases {
    /** RFC-137's four and the two of local models. The model ids are only names: a file declares the models it has. */
    static final Map<String, String> BUILT_IN = builtIn();

    private final Set<String> models;
    private final Map<String, String> all = new LinkedHashMap<>();

    Aliases(Set<String> models, Map<String, String> written) {
        this.models = models;
        BUILT_IN.forEach((name, target) -> {
            if (!models.contains(name)) {
                all.put(name, target);
            }
        });
        // An alias of the file that has a declared model's name is reported elsewhere and never hides the model.
        written.forEach((name, target) -> {
            if (!models.contains(name)) {
                all.put(name, target);
            }
        });
    }

    private static Map<String, String> builtIn() {
        Map<String, String> aliases = new LinkedHashMap<>();
        aliases.put("anthropic-smart", "claude-3-opus-20240229");
        aliases.put("anthropic-cheap", "claude-3-haiku-20240307");
        aliases.put("openai-smart", "gpt-4o");
        aliases.put("openai-cheap", "gpt-4o-mini");
        aliases.put("ollama-smart", "llama3:70b");
        aliases.put("ollama-cheap", "llama3.2:3b");
        return Collections.unmodifiableMap(aliases);
    }

    /** The declared model that {@code name} leads to; empty for an unknown name, a dead end and a circle. */
    Optional<String> modelOf(String name) {
        Set<String> seen = new LinkedHashSet<>();
        String current = name;
        while (seen.add(current)) {
            if (models.contains(current)) {
                return Optional.of(current);
            }
            String next = all.get(current);
            if (next == null) {
                return Optional.empty();
            }
            current = next;
        }
        return Optional.empty();
    }

    /** The aliases that lead to a declared model: built-in ones first, then in file order. */
    Map<String, String> inForce() {
        Map<String, String> leading = new LinkedHashMap<>();
        all.forEach((name, target) -> {
            if (modelOf(name).isPresent()) {
                leading.put(name, target);
            }
        });
        return leading;
    }

    /** Every name that may stand where a model is asked for. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>(models);
        names.addAll(inForce().keySet());
        return names;
    }

    /** {@code a -> b -> a} when {@code start} is on a circle and is the first of it in file order; empty otherwise. */
    Optional<String> circleFrom(String start) {
        List<String> hops = new ArrayList<>();
        String current = start;
        while (!hops.contains(current)) {
            hops.add(current);
            String next = models.contains(current) ? null : all.get(current);
            if (next == null) {
                return Optional.empty();
            }
            current = next;
        }
        return current.equals(start) ? Optional.of(String.join(" -> ", hops) + " -> " + start) : Optional.empty();
    }

    /** Whether {@code name} is built in and not in force, since nobody declared its target. */
    boolean isDormant(String name) {
        return BUILT_IN.containsKey(name)
                && BUILT_IN.get(name).equals(all.get(name))
                && modelOf(name).isEmpty();
    }
}
