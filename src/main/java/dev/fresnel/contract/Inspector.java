package dev.fresnel.contract;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Checks answers against what their requests demand: JSON ({@code response_format} of type {@code json_object}), JSON that keeps to a schema
 * ({@code json_schema}), and for every call of a tool its name and its arguments. Only what is certain counts as broken. Thread-safe; bounded, but not for an
 * event loop.
 */
public final class Inspector {
    /** Characters of an answer beyond which it is not checked. */
    public static final int MAX_ANSWER = 1 << 19;

    private static final int MAX_TOOLS_BYTES = 512 * 1024;

    private final Schemas schemas = new Schemas();

    /** Whether the request demands anything that can be checked. Cheap. */
    public static boolean applies(ChatRequest request) {
        return request.features().contains(Feature.JSON_OBJECT)
                || request.features().contains(Feature.JSON_SCHEMA)
                || !request.toolNames().isEmpty();
    }

    /** Whether choices that broke off at a limit say nothing, because the client set the limit. */
    public enum Cut {
        BY_CLIENT,
        OTHERWISE
    }

    /** Never throws. Any choice that is broken makes the answer broken, whatever is unknown of the others. */
    public Finding inspect(ChatRequest request, List<Choice> choices, Cut cut) {
        return inspect(request, choices, cut, new BoundedPatterns.Looks());
    }

    /** @param looks shared by everything that the request's patterns are held against */
    Finding inspect(ChatRequest request, List<Choice> choices, Cut cut, BoundedPatterns.Looks looks) {
        return BoundedPatterns.within(looks, () -> look(request, choices, cut));
    }

    private Finding look(ChatRequest request, List<Choice> choices, Cut cut) {
        Optional<Finding.Doubt> doubt = Optional.empty();
        for (Choice choice : choices) {
            if (cut == Cut.BY_CLIENT
                    && choice.finishReason().filter("length"::equals).isPresent()) {
                continue;
            }
            try {
                Optional<Finding.Breach> breach = breach(request, choice);
                if (breach.isPresent()) {
                    return new Finding.Broken(breach.get());
                }
            } catch (Schemas.Doubtful unknown) {
                doubt = Optional.of(unknown.doubt());
            } catch (RuntimeException bug) {
                // The message may quote the client: the class and the place are enough.
                System.getLogger("fresnel")
                        .log(System.Logger.Level.ERROR, "an answer could not be checked: " + where(bug));
                doubt = Optional.of(Finding.Doubt.INTERNAL);
            }
        }
        return doubt.<Finding>map(Finding.Unknown::new).orElseGet(Finding.Kept::new);
    }

    private static String where(RuntimeException bug) {
        StackTraceElement[] trace = bug.getStackTrace();
        return bug.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private Optional<Finding.Breach> breach(ChatRequest request, Choice choice) {
        if (!choice.refusal().isEmpty()) {
            // Said in so many words: another signal's business.
            return Optional.empty();
        }
        if (choice.calls().isEmpty()) {
            return content(request, choice.content());
        }
        // Beside calls, content is commentary.
        Optional<Tools> tools = tools(request);
        for (ToolCall call : choice.calls()) {
            Optional<Finding.Breach> breach = tools.flatMap(offered -> offered.breach(call));
            if (breach.isPresent()) {
                return breach;
            }
        }
        return Optional.empty();
    }

    private Optional<Finding.Breach> content(ChatRequest request, String content) {
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
        return schema(request)
                .filter(schema -> !schemas.keeps(value.get(), schema))
                .map(_ -> Finding.Breach.BREAKS_SCHEMA);
    }

    /** Without a schema any JSON will do. */
    private static Optional<JsonNode> schema(ChatRequest request) {
        return request.responseFormatJson()
                .map(Inspector::demand)
                .map(format -> format.path("json_schema").path("schema"))
                .filter(schema -> !schema.isMissingNode());
    }

    private Optional<Tools> tools(ChatRequest request) {
        return request.toolsJson().map(Inspector::demand).map(list -> new Tools(list, schemas));
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
