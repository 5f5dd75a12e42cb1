package dev.fresnel.policy;

/**
 * What the policy had to refuse or repair since it was made. All of them should stay at 0; none of them ever costs a client its
 * answer.
 *
 * @param refused outcomes, totals, seeds or landmarks that were not numbers in range
 * @param impossible options without a usable price
 * @param repaired decisions whose probabilities did not add up, answered by direct
 */
public record PolicyCounts(long refused, long impossible, long repaired) {}
