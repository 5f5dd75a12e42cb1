package dev.fresnel.policy;

/**
 * What recorded rows from elsewhere say of an arm in a task.
 *
 * @param context the task; its leaf does not matter
 * @param quality mean reward of the rows, 0.0 to 1.0
 * @param rows how many there are; only as many as {@link PolicySettings.WarmStart} allows have a say
 */
public record Seed(Context context, Arm arm, double quality, double rows) {}
