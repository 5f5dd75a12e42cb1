package dev.fresnel.replay.proof;

import dev.fresnel.chat.Usage;
import dev.fresnel.estimate.Answerer;
import dev.fresnel.estimate.LearnedLength;
import dev.fresnel.estimate.LengthBand;
import dev.fresnel.estimate.LengthReading;
import dev.fresnel.estimate.OutputEstimate;
import dev.fresnel.estimate.OutputLength;
import dev.fresnel.replay.proof.LengthStream.Arrival;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A way to foretell the length of an answer. Lives for one stream. */
interface LengthRule {
    /** Before the answer is known. */
    LengthBand foretell(Arrival arrival);

    /** The answer is known. */
    default void learn(Arrival arrival) {}

    /** Only a point, in tokens. */
    static LengthBand point(double tokens) {
        return new LengthBand(tokens, tokens, tokens);
    }

    static LengthRule constant(double tokens) {
        return arrival -> point(tokens);
    }

    static LengthRule rfc() {
        return arrival -> point(Baselines.rfcTokens(arrival.asked().prompt().text()));
    }

    /** The gateway's estimate where it does not learn. */
    static LengthRule words() {
        OutputLength lengths = new OutputLength();
        return arrival -> {
            OutputEstimate told = lengths.estimate(
                    arrival.asked().request(),
                    arrival.asked().task(),
                    arrival.asked().inputTokens());
            return new LengthBand(0, told.l50(), told.l90());
        };
    }

    /** What a gateway could do that reads no prompt: the median of the model's answers so far. */
    static LengthRule runningMedian() {
        return new LengthRule() {
            private final Map<String, List<Long>> seen = new HashMap<>();

            @Override
            public LengthBand foretell(Arrival arrival) {
                List<Long> before = seen.getOrDefault(arrival.model(), List.of());
                return point(before.isEmpty() ? Math.exp(5.5) : before.get(before.size() / 2));
            }

            @Override
            public void learn(Arrival arrival) {
                List<Long> before = seen.computeIfAbsent(arrival.model(), _ -> new ArrayList<>());
                int at = Collections.binarySearch(before, arrival.tokens());
                before.add(at < 0 ? -at - 1 : at, arrival.tokens());
            }
        };
    }

    static LengthRule learned() {
        return new LengthRule() {
            private static final TenantId TENANT = new TenantId("replay");
            private final LearnedLength lengths = new LearnedLength();

            @Override
            public LengthBand foretell(Arrival arrival) {
                return lengths.band(reading(arrival), answerer(arrival));
            }

            @Override
            public void learn(Arrival arrival) {
                lengths.learn(
                        reading(arrival),
                        answerer(arrival),
                        Usage.of(arrival.asked().inputTokens(), arrival.tokens()));
            }

            private LengthReading reading(Arrival arrival) {
                return lengths.read(
                        TENANT,
                        arrival.asked().request(),
                        arrival.asked().task(),
                        arrival.asked().inputTokens());
            }

            private static Answerer answerer(Arrival arrival) {
                return Answerer.plain(new ModelName(arrival.model()));
            }
        };
    }
}
