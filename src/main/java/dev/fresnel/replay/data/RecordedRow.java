package dev.fresnel.replay.data;

import java.util.List;

/**
 * One recorded request and what every arm did with it.
 *
 * @param id unique within its data set
 * @param task the class of work it belongs to: subject, category, source or repository
 * @param text what was asked; empty where it was not recorded
 * @param outcomes one per arm, in the data set's order
 */
public record RecordedRow(String id, String task, String text, List<ArmOutcome> outcomes) {
    public RecordedRow {
        outcomes = List.copyOf(outcomes);
        if (task.isBlank()) {
            throw new BadRow("the task is empty");
        }
    }
}
