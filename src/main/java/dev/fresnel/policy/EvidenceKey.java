package dev.fresnel.policy;

/** The place where evidence belongs: one arm in one leaf. */
public record EvidenceKey(Context context, Arm arm) {}
