package dev.fresnel.delegation;

import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Standings;
import java.util.List;

/**
 * What has to be kept of a decision of the learned policy until its outcome is known.
 *
 * @param key where the outcome belongs: the arm that is used, which is {@code direct} where the drawn arm's lens is not there yet
 * @param stamp the arm's own time of the decision, in seconds
 * @param propensity probability with which the used arm came about, above 0.0, at most 1.0
 * @param standings every arm as it stood, for the log and for explanations
 */
public record Learning(EvidenceKey key, double stamp, double propensity, List<Standings.Standing> standings) {
    public Learning {
        standings = List.copyOf(standings);
    }
}
