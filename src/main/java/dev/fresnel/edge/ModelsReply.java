package dev.fresnel.edge;

import dev.fresnel.chat.JsonText;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.ModelName;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.BiPredicate;

/**
 * The body of {@code GET /v1/models}: declared models and the aliases that lead to one, as far as the caller may ask for them, in OpenAI's shape, with tier, context
 * window and alias target under {@code fresnel}. Immutable.
 */
final class ModelsReply {
    private final ModelCatalog catalog;
    private final BiPredicate<ModelName, Optional<ModelName>> allowed;

    /** @param allowed which names the caller may ask for, each with the declared model that it means */
    ModelsReply(ModelCatalog catalog, BiPredicate<ModelName, Optional<ModelName>> allowed) {
        this.catalog = catalog;
        this.allowed = allowed;
    }

    Buffer all() {
        StringJoiner entries = new StringJoiner(",", "{\"object\":\"list\",\"data\":[", "]}");
        catalog.models().forEach(model -> entryFor(model.name()).ifPresent(entries::add));
        catalog.aliases().keySet().forEach(alias -> entryFor(alias).ifPresent(entries::add));
        return Buffer.buffer(entries.toString());
    }

    /** One model or alias; empty for a name the config does not know, and for one that the caller may not ask for. */
    Optional<Buffer> one(ModelName name) {
        return entryFor(name).map(Buffer::buffer);
    }

    private Optional<String> entryFor(ModelName name) {
        return catalog.find(name)
                .filter(model -> allowed.test(name, Optional.of(model.name())))
                .map(model -> entry(name, model));
    }

    private static String entry(ModelName name, Model model) {
        String aliasOf =
                name.equals(model.name()) ? "null" : JsonText.quote(model.name().value());
        String window = model.contextWindow().isPresent()
                ? Long.toString(model.contextWindow().getAsLong())
                : "null";
        return "{\"id\":" + JsonText.quote(name.value())
                + ",\"object\":\"model\",\"created\":0,\"owned_by\":" + JsonText.quote(model.upstream())
                + ",\"fresnel\":{\"tier\":" + JsonText.quote(model.tier().key())
                + ",\"context_window\":" + window
                + ",\"alias_of\":" + aliasOf + "}}";
    }
}
