package dev.fresnel.admin;

import dev.fresnel.value.TenantId;

/**
 * Something an operator changed.
 *
 * @param action what was done, from a closed set of this package
 * @param subject what it was done to: a lens's id, the short form of a key, or how many; never text of a client
 * @param by whom the listener let in: {@code admin-token} or {@code loopback}
 */
public record AdminAction(String action, TenantId tenant, String subject, String by) {}
