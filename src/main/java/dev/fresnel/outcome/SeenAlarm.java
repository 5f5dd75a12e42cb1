package dev.fresnel.outcome;

import dev.fresnel.policy.Alarm;
import java.time.Instant;

/** An alarm and when this process heard of it. */
public record SeenAlarm(Instant at, Alarm alarm) {}
