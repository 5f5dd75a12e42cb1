package dev.fresnel.upstream;

import dev.fresnel.value.ModelName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The declared models and the aliases that lead to them. Immutable; shared by all event loops. */
public final class ModelCatalog {
    private final Map<ModelName, Model> models;
    private final Map<ModelName, ModelName> aliases;

    /** @param aliases each leads to a declared model in one or more hops, without a circle (the config checks both) */
    public ModelCatalog(Collection<Model> models, Map<ModelName, ModelName> aliases) {
        Map<ModelName, Model> byName = new LinkedHashMap<>();
        models.forEach(model -> byName.put(model.name(), model));
        this.models = byName;
        this.aliases = new LinkedHashMap<>(aliases);
    }

    /** The model that {@code name} means, aliases followed; empty for a name the config does not know. */
    public Optional<Model> find(ModelName name) {
        ModelName current = name;
        // More hops than aliases would be a circle.
        for (int hop = 0; hop <= aliases.size(); hop++) {
            Model model = models.get(current);
            if (model != null) {
                return Optional.of(model);
            }
            ModelName next = aliases.get(current);
            if (next == null) {
                return Optional.empty();
            }
            current = next;
        }
        return Optional.empty();
    }

    /** Declared models in config order. */
    public List<Model> models() {
        return List.copyOf(models.values());
    }

    /** Alias to what it names, in config order, built-in ones first. */
    public Map<ModelName, ModelName> aliases() {
        return java.util.Collections.unmodifiableMap(aliases);
    }
}
