package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatStream;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.StreamFacts;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.value.GatewayException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds a stream back until it shows how it begins: with text, a call, a refusal, or not at all. Where JSON is demanded, text is what comes after any reasoning.
 * Bounded in time and bytes; past either, the stream goes on its way. One use.
 */
final class Opening {
    private static final int MAX_HELD = 256 * 1024;

    private final Vertx vertx;
    private final Duration patience;
    private final ChatRequest request;

    /** @param patience from now until the stream is let go */
    Opening(Vertx vertx, Duration patience, ChatRequest request) {
        this.vertx = vertx;
        this.patience = patience;
        this.request = request;
    }

    /**
     * A stream that was looked into.
     *
     * @param isAll it is over: what speaks against it can be told from the whole
     * @param fault what its beginning says
     */
    record Read(Answer.Streaming stream, boolean isAll, Optional<ImplicitSignal> fault) {}

    /** @return fails when the stream breaks off or stands still before it has begun */
    Future<Read> read(Answer.Streaming answer) {
        if (answer.observed().isEmpty()) {
            // Not a chat stream, or too large to be held: it passes.
            return Future.succeededFuture(new Read(answer, false, Optional.empty()));
        }
        ChatStream stream = answer.observed().get();
        if (answer.held().isComplete() || shows(stream)) {
            return Future.succeededFuture(read(answer, stream));
        }
        int[] size = new int[1];
        return new Holder(vertx, answer.source())
                .hold(
                        chunk -> {
                            size[0] += chunk.length();
                            return stream.push(chunk);
                        },
                        () -> shows(stream) || size[0] > MAX_HELD,
                        patience)
                .compose(more -> {
                    if (more.isComplete() && !shows(stream)) {
                        // It ended in good order, and before it was over.
                        return Future.failedFuture(
                                new GatewayException(answer.source().brokenOff()));
                    }
                    List<io.vertx.core.buffer.Buffer> chunks =
                            new ArrayList<>(answer.held().chunks());
                    chunks.addAll(more.chunks());
                    return Future.succeededFuture(read(answer.holding(new Held(chunks, more.rest())), stream));
                });
    }

    private Read read(Answer.Streaming answer, ChatStream stream) {
        try {
            return judged(answer, stream);
        } catch (RuntimeException bug) {
            return passed(new Read(answer, false, Optional.empty()), bug);
        }
    }

    /** A fault of ours does not keep a stream from the client. */
    private static <T> T passed(T how, RuntimeException bug) {
        System.getLogger("fresnel").log(System.Logger.Level.ERROR, "a stream was passed on as it came", bug);
        return how;
    }

    private Read judged(Answer.Streaming answer, ChatStream stream) {
        StreamFacts facts = stream.facts();
        // An error inside the stream is an outage: the relay tells the client.
        boolean all = facts.done() && !facts.errorEvent();
        return new Read(answer, all, fault(stream).filter(_ -> !all && !facts.errorEvent()));
    }

    private boolean shows(ChatStream stream) {
        try {
            return begins(stream);
        } catch (RuntimeException bug) {
            return passed(true, bug);
        }
    }

    private boolean begins(ChatStream stream) {
        StreamFacts facts = stream.facts();
        return facts.done()
                || facts.errorEvent()
                || facts.refused()
                || (demandsJson() ? first(stream).isPresent() || calls(stream) : facts.contentSeen());
    }

    private Optional<ImplicitSignal> fault(ChatStream stream) {
        if (stream.facts().refused()) {
            return Optional.of(ImplicitSignal.REFUSED);
        }
        return demandsJson() && first(stream).filter(begin -> !mayBegin(begin)).isPresent() && !calls(stream)
                ? Optional.of(ImplicitSignal.INVALID)
                : Optional.empty();
    }

    private boolean demandsJson() {
        return request.features().contains(Feature.JSON_OBJECT)
                || request.features().contains(Feature.JSON_SCHEMA);
    }

    /** What JSON can begin with. */
    private boolean mayBegin(char begin) {
        return request.features().contains(Feature.JSON_OBJECT)
                ? begin == '{'
                : "{[\"-tfn".indexOf(begin) >= 0 || (begin >= '0' && begin <= '9');
    }

    private static Optional<Character> first(ChatStream stream) {
        return choices(stream).stream()
                .map(choice -> choice.content().stripLeading())
                .filter(text -> !text.isEmpty())
                .map(text -> text.charAt(0))
                .findFirst();
    }

    private static boolean calls(ChatStream stream) {
        return choices(stream).stream().anyMatch(choice -> !choice.calls().isEmpty());
    }

    private static List<Choice> choices(ChatStream stream) {
        return stream.choices().orElse(List.of());
    }
}
