package dev.fresnel.upstream;

import dev.fresnel.chat.Usage;
import io.vertx.core.MultiMap;
import java.util.Optional;

/** What a trace is told of one call to an upstream. Ends once; what comes after the end is passed over. Thread-safe. */
public interface CallTrace {
    /** Of a call that nobody traces: every header passes as it came. */
    CallTrace NONE = new CallTrace() {
        @Override
        public void into(MultiMap headers) {}

        @Override
        public void replied(int status, int tries) {}

        @Override
        public void answered(Optional<String> model, Optional<Usage> usage) {}

        @Override
        public void ended() {}

        @Override
        public void failed(String errorType) {}
    };

    /** Sets in {@code headers} where the upstream is to go on with the trace. */
    void into(MultiMap headers);

    /** @param tries how often the request was sent */
    void replied(int status, int tries);

    /**
     * What the reply said.
     *
     * @param model that wrote it; empty where it was not read
     * @param usage as the provider counted it
     */
    void answered(Optional<String> model, Optional<Usage> usage);

    /** The reply has come to its end. */
    void ended();

    /** @param errorType from a closed set, such as a {@link CallOutcome#key()} */
    void failed(String errorType);
}
