package dev.fresnel.upstream;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * One buffered, non-streaming question of our own to a model.
 *
 * @param request for whose sake it is asked
 * @param clientCredential used where the upstream is shown the client's: the whole {@code Authorization} header value
 * @param jsonSchema a JSON Schema the answer must follow, with its name; sent only when the model supports it
 * @param deadline for the whole call
 */
public record CompletionCall(
        RequestId request,
        CallPurpose purpose,
        Model model,
        Optional<Secret> clientCredential,
        String systemPrompt,
        String userPrompt,
        double temperature,
        int maxTokens,
        Optional<JsonSchema> jsonSchema,
        Duration deadline) {

    /** @param schema the schema as JSON text */
    public record JsonSchema(String name, String schema) {}
}
