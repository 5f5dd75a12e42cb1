package dev.fresnel.exchange;

import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.Usd;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * One way to get an answer: which model, where, and the bytes to send. A request has one, or a worker's and its fallbacks.
 *
 * @param named the model's name for headers, events and metrics; empty where the request could not be read
 * @param model empty for a name the config does not declare
 * @param body what is sent; the client's own array when nothing had to change
 * @param worstCase what it may cost; empty where no price is known, and where the exchange was not estimated
 * @param usageChunk what happens to the usage chunk of a streamed reply
 */
record Attempt(
        String named,
        Optional<Model> model,
        Upstream upstream,
        Buffer body,
        Standing standing,
        Optional<Usd> worstCase,
        UsageChunkFate usageChunk) {
    enum Standing {
        /** The model the client asked for. */
        REQUESTED,
        /** The arm's own model. */
        WORKER,
        /** A model of the worker's fallback chain. */
        FALLBACK
    }

    enum UsageChunkFate {
        /** The client asked for it, or nobody did. */
        PASS,
        /** We asked for it, to know the cost; the client did not. */
        REMOVE
    }
}
