package dev.fresnel.contract;

import com.networknt.schema.Schema;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What one request demands, held against the choices of its answer. Each part is read once, however many choices there are. Used by one thread. */
final class Demands {
    private static final int MAX_TOOLS_BYTES = 512 * 1024;

    private final ChatRequest request;
    private final Schemas schemas;
    private final Steps steps;
    private final Once<Optional<Tools>> tools = new Once<>(this::readTools);
    private final Once<Optional<Schema>> schema = new Once<>(this::readSchema);

    /** @param steps shared by all that is held against the request */
    Demands(ChatRequest request, Schemas schemas, Steps steps) {
        this.request = request;
        this.schemas = schemas;
        this.steps = steps;
    }

    /** What is wrong with a choice; throws {@link Schemas.Doubtful} where nobody can tell. */
    Optional<Finding.Breach> breach(Choice choice) {
        if (!choice.refusal().isEmpty()) {
            // Said in so many words: another signal's business.
            return Optional.empty();
        }
        if (choice.calls().isEmpty()) {
            return content(choice.content());
        }
        // Beside calls, content is commentary.
        Optional<Tools> offered = tools.get();
        for (ToolCall call : choice.calls()) {
            Optional<Finding.Breach> breach = offered.flatMap(known -> known.breach(call));
            if (breach.isPresent()) {
                return breach;
            }
        }
        return Optional.empty();
    }

    private Optional<Finding.Breach> content(String content) {
        boolean object = request.features().contains(Feature.JSON_OBJECT);
        if (!object && !request.features().contains(Feature.JSON_SCHEMA)) {
            return Optional.empty();
        }
        Optional<JsonNode> value = Schemas.json(content);
        if (value.isEmpty()) {
            return Optional.of(Finding.Breach.NOT_JSON);
        }
        if (object) {
            return value.get().isObject() ? Optional.empty() : Optional.of(Finding.Breach.NOT_AN_OBJECT);
        }
        return schema.get()
                .filter(demanded -> !Schemas.keeps(value.get(), demanded, steps))
                .map(_ -> Finding.Breach.BREAKS_SCHEMA);
    }

    /** Without a schema any JSON will do. */
    private Optional<Schema> readSchema() {
        return request.responseFormatJson()
                .map(Demands::demand)
                .map(format -> format.path("json_schema").path("schema"))
                .filter(demanded -> !demanded.isMissingNode())
                .map(schemas::compiled);
    }

    private Optional<Tools> readTools() {
        return request.toolsJson().map(Demands::demand).map(list -> new Tools(list, schemas, steps));
    }

    /** What the request says, which is JSON but may be hostile. */
    private static JsonNode demand(byte[] raw) {
        if (raw.length > MAX_TOOLS_BYTES) {
            throw new Schemas.Doubtful(Finding.Doubt.SCHEMA_NOT_USABLE);
        }
        return Schemas.json(new String(raw, StandardCharsets.UTF_8))
                .orElseThrow(() -> new Schemas.Doubtful(Finding.Doubt.SCHEMA_NOT_USABLE));
    }
}
