package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.Standings;
import dev.fresnel.savings.Trial;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which arm the answer to one request speaks for, and with which probability it was drawn: not always the arm that was drawn. */
final class Crediting {
    private final Inquiry inquiry;
    private final LensTiming timing;
    private final Policy policy;
    private final Context context;
    private final List<ArmRow> rows;
    private final Function<Arm, ArmRow> row;
    private final boolean shadow;

    /**
     * For one request.
     *
     * @param rows of the arms that may be drawn
     * @param row of any arm
     */
    Crediting(
            Inquiry inquiry,
            LensTiming timing,
            Policy policy,
            Context context,
            List<ArmRow> rows,
            Function<Arm, ArmRow> row) {
        this.inquiry = inquiry;
        this.timing = timing;
        this.policy = policy;
        this.context = context;
        this.rows = rows;
        this.row = row;
        this.shadow = inquiry.overrides().modeOn(inquiry.plan()).isShadow();
    }

    /**
     * A drawn arm.
     *
     * @param trial what it makes of its conversation in the experiment
     */
    record Drawing(
            Arm arm,
            Map<Arm, Double> propensities,
            List<Standings.Standing> standings,
            Optional<Trial> trial,
            Learning.Use use) {}

    /**
     * What the policy is told once the outcome is known.
     *
     * @param pin of the conversation
     * @param lens where it is
     */
    Learning learning(Drawing drawing, Optional<Pin> pin, Inquiry.LensState lens) {
        Arm drawn = drawing.arm();
        Map<Arm, Double> propensities = drawing.propensities();
        Map<Arm, Double> used = new LinkedHashMap<>();
        for (ArmRow row : rows) {
            if (row.feasible()) {
                used.merge(row.arm(), 0.0, Double::sum);
                used.merge(credited(row, pin, lens), propensities.getOrDefault(row.arm(), 0.0), Double::sum);
            }
        }
        EvidenceKey key = new EvidenceKey(context, credited(row.apply(drawn), pin, lens));
        return new Learning(
                key,
                policy.stamp(key, inquiry.moment().now()),
                policy.lead(key),
                used.entrySet().stream()
                        .map(entry -> new Learning.Odds(
                                entry.getKey(),
                                entry.getValue(),
                                row.apply(entry.getKey()).dollars()))
                        .toList(),
                drawing.standings(),
                shadow ? Optional.of(new Learning.Counterfactual(drawn, propensities)) : Optional.empty(),
                drawing.trial(),
                drawing.use());
    }

    /**
     * The arm that answers when {@code row} is drawn. A worker whose lens is not there in time leaves this one request to the requested
     * model, unless the conversation is on that worker and has its lens; in shadow every worker does.
     */
    private Arm credited(ArmRow row, Optional<Pin> pin, Inquiry.LensState lens) {
        boolean waits = row.worker()
                        .filter(worker -> worker.guidance() == Guidance.LENS)
                        .isPresent()
                && pin.filter(known -> known.arm().equals(row.arm())).isEmpty()
                && lens == Inquiry.LensState.ABSENT
                && switch (timing.of(row, Optional.empty())) {
                    case BACKGROUND, NOT_DUE -> true;
                    case INLINE, CACHED_ONLY -> false;
                };
        return waits || shadow ? Arm.DIRECT : row.arm();
    }
}
