package dev.fresnel.outcome;

import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.Tally;
import dev.fresnel.value.RequestId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Tells the lenses what came of the answers they had a part in, and of those they could have had. A record that is told again replaces
 * what was told before, so only the difference is passed on. For the learner's one thread. Bounded: the decisions longest known are
 * forgotten first; remembering as many as the learner keeps open, none that can still be revised is.
 */
public final class LensOutcomes implements Consumer<DecisionRecord> {
    private final int maximum;
    private final BiConsumer<LensUse, Tally> lenses;
    private final Map<RequestId, Tally> told = new LinkedHashMap<>();

    /**
     * @param maximum decisions remembered
     * @param lenses gets each difference; must not block
     */
    public LensOutcomes(int maximum, BiConsumer<LensUse, Tally> lenses) {
        this.maximum = maximum;
        this.lenses = lenses;
    }

    @Override
    public void accept(DecisionRecord record) {
        if (record.lens().isEmpty() || record.reward().isEmpty()) {
            return;
        }
        Tally now = Tally.of(record.reward().getAsDouble(), record.weight());
        Tally before = told.put(record.decision(), now);
        Tally difference = before == null ? now : now.minus(before);
        if (!difference.equals(Tally.NONE)) {
            lenses.accept(record.lens().get(), difference);
        }
        if (told.size() > maximum) {
            Iterator<RequestId> oldest = told.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
