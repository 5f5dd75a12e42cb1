package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensUse;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A decision whose outcome is not known yet, or may still be revised: what is needed to learn from it later, on any replica. Holds no
 * text of a client.
 *
 * @param learning whom its outcome speaks of, with the odds; how the arms stood is not kept
 * @param ended when its first answer did; {@code spent} is what that took
 * @param lens how its first answer stands to the lens of its key; empty where it says nothing about one
 */
public record AwaitedDecision(
        TenantId tenant,
        RequestId request,
        Learning learning,
        Instant decided,
        Instant ended,
        Turn.Spent spent,
        Optional<LensUse> lens) {
    public AwaitedDecision {
        learning = learning.withoutStandings();
    }

    /** @param learning timed on the store's clock */
    static AwaitedDecision of(Turn turn, Learning learning) {
        return new AwaitedDecision(
                turn.tenant(), turn.request(), learning, turn.began(), turn.ended(), turn.spent(), turn.lens());
    }
}
