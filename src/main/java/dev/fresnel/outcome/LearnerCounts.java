package dev.fresnel.outcome;

/**
 * What the learner has done so far.
 *
 * @param open decisions that wait for an outcome
 * @param lessons outcomes the policy was told, revisions included
 * @param dropped turns that were not looked at because too many waited
 * @param alarms arms found to have changed
 * @param held decisions and signals that the store has not taken yet
 * @param lost decisions and signals that it will not hear of: too many waited, or it refuses them
 */
public record LearnerCounts(long open, long lessons, long dropped, long alarms, long held, long lost) {}
