package dev.fresnel.replay;

import dev.fresnel.policy.Arm;
import dev.fresnel.replay.data.ArmOutcome;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Data sets made for tests: every number is known, none was recorded. */
public final class Worlds {
    private Worlds() {}

    /**
     * Tasks in which now the dear arm and now the cheap one pays: direct is right nine times in ten; the cheap arm as well in even tasks,
     * in odd ones half as often. A call of direct is charged 0.12 of a success.
     */
    public static DataSet mixed(int tasks, int rowsPerTask) {
        SplittableRandom chance = new SplittableRandom(7);
        List<RecordedRow> rows = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            double cheap = task % 2 == 0 ? 0.9 : 0.45;
            for (int i = 0; i < rowsPerTask; i++) {
                rows.add(row(
                        task + ":" + i,
                        "task" + task,
                        ArmOutcome.of(chance.nextDouble() < 0.9 ? 1 : 0, 0.12),
                        ArmOutcome.of(chance.nextDouble() < cheap ? 1 : 0, 0)));
            }
        }
        return set("mixed", 1, rows);
    }

    /** Three arms with graded quality: dear and good, cheap and poor, cheap and good. */
    public static DataSet threeArms(int rows) {
        SplittableRandom chance = new SplittableRandom(8);
        List<RecordedRow> all = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            all.add(row(
                    "r" + i,
                    "task" + i % 4,
                    ArmOutcome.of(0.9 + 0.1 * chance.nextDouble(), 0.01),
                    ArmOutcome.of(0.5 + 0.2 * chance.nextDouble(), 0.0001),
                    ArmOutcome.of(0.85 + 0.1 * chance.nextDouble(), 0.0005)));
        }
        return new DataSet(
                "three",
                List.of(Arm.DIRECT, new Arm("poor"), new Arm("good")),
                List.of("a", "b", "c"),
                all,
                List.of(),
                0.08,
                "made for tests");
    }

    /** Two arms, dear first. */
    public static DataSet set(String name, double successUsd, List<RecordedRow> rows) {
        return new DataSet(
                name,
                List.of(Arm.DIRECT, new Arm("cheap")),
                List.of("strong", "weak"),
                rows,
                List.of(),
                successUsd,
                "made for tests");
    }

    public static RecordedRow row(String id, String task, ArmOutcome... outcomes) {
        return new RecordedRow(id, task, "what is " + id, List.of(outcomes));
    }
}
