package dev.fresnel.outcome;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Map;

/**
 * A decision whose outcome is not known yet, or may still be revised: what is needed to learn from it later, on any replica. Holds no
 * text of a client.
 *
 * @param population whose evidence it will be
 * @param arm the one that was really used
 * @param cells the cells that learn from it
 * @param scale of the arm when it was decided; the jump then in force counts, not a later one
 * @param decidedAt seconds since 1970 on the store's clock
 * @param notes for logs and exports, such as the propensity
 */
public record AwaitedDecision(
        TenantId tenant,
        RequestId request,
        String population,
        String arm,
        List<String> cells,
        ArmScale scale,
        double decidedAt,
        Map<String, String> notes) {
    public AwaitedDecision {
        cells = List.copyOf(cells);
        notes = Map.copyOf(notes);
    }
}
