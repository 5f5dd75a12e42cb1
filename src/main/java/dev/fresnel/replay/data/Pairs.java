package dev.fresnel.replay.data;

import dev.fresnel.policy.Arm;
import java.util.ArrayList;
import java.util.List;

/** Arms for recorded models: the first is the requested one, the others are workers named after their model. */
final class Pairs {
    /** A success is worth eight mean calls of the requested model until an operator says otherwise. */
    private static final double CALLS_PER_SUCCESS = 8;

    private Pairs() {}

    static DataSet dataSet(
            String name, List<String> models, List<RecordedRow> rows, List<SkippedLine> skipped, String note) {
        List<Arm> arms = new ArrayList<>(List.of(Arm.DIRECT));
        models.stream().skip(1).map(Arm::new).forEach(arms::add);
        DataSet unpriced = new DataSet(name, arms, models, rows, skipped, 1, note);
        double direct = unpriced.meanCost(0);
        return direct > 0 ? unpriced.worth(CALLS_PER_SUCCESS * direct) : unpriced;
    }
}
