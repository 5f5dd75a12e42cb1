package dev.fresnel.replay.proof;

import dev.fresnel.replay.Comparison;
import dev.fresnel.replay.Table;
import java.util.List;

/**
 * What a proof found.
 *
 * @param id of the proof
 * @param stream what was replayed, in words
 * @param claims at least one; the proof holds when all are met
 * @param tables the rule beside every baseline
 * @param curves regret over time; empty where the proof has none
 */
public record Verdict(
        String id, String stream, List<Claim> claims, List<Table> tables, List<Comparison.RegretCurve> curves) {
    public Verdict {
        claims = List.copyOf(claims);
        tables = List.copyOf(tables);
        curves = List.copyOf(curves);
        if (claims.isEmpty()) {
            throw new IllegalArgumentException("a proof without a claim proves nothing");
        }
    }

    public boolean holds() {
        return claims.stream().allMatch(Claim::isMet);
    }

    /** The claims side by side with their targets. */
    public Table claimTable() {
        return new Table(
                List.of("claim", "measured", "target", "verdict"),
                claims.stream()
                        .map(claim -> List.of(
                                claim.what(),
                                claim.measured().text(claim.decimals()),
                                claim.targetText(),
                                claim.isMet() ? "met" : "MISSED"))
                        .toList());
    }
}
