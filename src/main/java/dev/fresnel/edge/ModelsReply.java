package dev.fresnel.edge;

import dev.fresnel.chat.JsonText;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.value.ModelName;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * The body of {@code GET /v1/models}: declared models and the aliases that lead to one, in OpenAI's shape, with tier, context
 * window and alias target under {@code fresnel}. Immutable.
 */
final class ModelsReply {
    private final ModelCatalog catalog;

    ModelsReply(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    Buffer all() {
        StringJoiner entries = new StringJoiner(",", "{\"object\":\"list\",\"data\":[", "]}");
        catalog.models().forEach(model -> entries.add(entry(model.name(), model)));
        catalog.aliases()
                .keySet()
                .forEach(alias -> catalog.find(alias).ifPresent(model -> entries.add(entry(alias, model))));
        return Buffer.buffer(entries.toString());
    }

    /** One model or alias; empty for a name the config does not know. */
    Optional<Buffer> one(ModelName name) {
        return catalog.find(name).map(model -> Buffer.buffer(entry(name, model)));
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
