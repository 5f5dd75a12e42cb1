package dev.fresnel.replay;

import dev.fresnel.replay.rule.Choice;
import java.util.Arrays;
import java.util.List;

/** What one rule did with one stream. Immutable once the run has ended. */
public final class Trace {
    /** No arm could be paid: the request was refused. */
    public static final int REFUSED = -1;

    private final int[] arms;
    private final Choice[] choices;
    private final List<Integer> alarms;

    /** @param choices one per request; null where it was refused */
    Trace(int[] arms, Choice[] choices, List<Integer> alarms) {
        this.arms = arms;
        this.choices = choices;
        this.alarms = List.copyOf(alarms);
    }

    /** The arm of {@code step}, or {@link #REFUSED}. */
    public int arm(int step) {
        return arms[step];
    }

    /** The choice of a {@code step} that was not refused. */
    public Choice choice(int step) {
        return choices[step];
    }

    public int length() {
        return arms.length;
    }

    /** Requests after which the rule raised a drift alarm. */
    public List<Integer> alarms() {
        return alarms;
    }

    /** How many requests from {@code from} until before {@code to} were refused. */
    public long refusals(int from, int to) {
        return Arrays.stream(arms, from, to).filter(arm -> arm == REFUSED).count();
    }
}
