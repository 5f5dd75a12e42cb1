package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.Route;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** What is to be done with a request, as far as the stages have come. */
sealed interface Plan {
    /** We cannot read it, the upstream may: the bytes pass to the tenant's upstream. */
    record Unreadable(Buffer body) implements Plan {}

    /** The model the client asked for answers. */
    record Requested(ChatRequest request) implements Plan {}

    /** A worker answers. */
    record Delegated(ChatRequest request, Assessment assessment, Route.Delegate route, Optional<String> block)
            implements Plan {}

    /** The client asked what would be done, and nothing more. */
    record Explained(String json) implements Plan {}
}
