package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.Map;

/**
 * A decision whose outcome is not known yet, or may still be revised: what is needed to learn from it later, on any replica. Holds no
 * text of a client.
 *
 * @param learning whom its outcome speaks of, with the odds; how the arms stood is not kept
 * @param ended when its first answer did; {@code spent} is what that took
 * @param notes for logs and exports
 */
public record AwaitedDecision(
        TenantId tenant,
        RequestId request,
        Learning learning,
        Instant decided,
        Instant ended,
        Turn.Spent spent,
        Map<String, String> notes) {
    public AwaitedDecision {
        learning = learning.withoutStandings();
        notes = Map.copyOf(notes);
    }
}
