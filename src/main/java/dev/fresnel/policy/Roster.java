package dev.fresnel.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * The arms of a population in the order in which they appeared, each with its landmark. Immutable: a new arm or a moved landmark is
 * a new roster.
 */
record Roster(List<Arm> arms, List<Landmark> landmarks) {
    static final Roster EMPTY = new Roster(List.of(), List.of());

    Roster {
        arms = List.copyOf(arms);
        landmarks = List.copyOf(landmarks);
    }

    int size() {
        return arms.size();
    }

    /** The arm's number, or -1. */
    int slot(Arm arm) {
        return arms.indexOf(arm);
    }

    Roster plus(Arm arm, Landmark landmark) {
        List<Arm> more = new ArrayList<>(arms);
        List<Landmark> marks = new ArrayList<>(landmarks);
        more.add(arm);
        marks.add(landmark);
        return new Roster(more, marks);
    }

    Roster with(int slot, Landmark landmark) {
        return with(slot, arms.get(slot), landmark);
    }

    /** The arm at {@code slot} gives its place to another. */
    Roster with(int slot, Arm arm, Landmark landmark) {
        List<Arm> others = new ArrayList<>(arms);
        List<Landmark> marks = new ArrayList<>(landmarks);
        others.set(slot, arm);
        marks.set(slot, landmark);
        return new Roster(others, marks);
    }
}
