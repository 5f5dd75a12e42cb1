package dev.fresnel.exchange;

import dev.fresnel.chat.ChatStream;
import dev.fresnel.chat.ReplyFacts;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** A reply that will go to the client: the attempt that gave it, and as much of it as had to be read to be sure. */
sealed interface Answer {
    Attempt attempt();

    int status();

    /** The upstream's reply headers, as far as they may pass. */
    MultiMap headers();

    /** Read to its end; its cost is known before the first byte leaves. */
    record Whole(Attempt attempt, int status, MultiMap headers, Buffer body, ReplyFacts facts) implements Answer {}

    /**
     * Still coming, or to be sent piece by piece.
     *
     * @param observed has seen what is held and sees the rest; empty when it is not a chat event stream
     */
    record Streaming(
            Attempt attempt,
            int status,
            MultiMap headers,
            Relay.Source source,
            Held held,
            Optional<ChatStream> observed)
            implements Answer {
        /** The same, of which more was read. */
        Streaming holding(Held more) {
            return new Streaming(attempt, status, headers, source, more, observed);
        }
    }
}
