package dev.fresnel.admin;

import dev.fresnel.value.TenantId;
import java.util.Optional;

/**
 * Something an operator changed.
 *
 * @param action what was done, from the closed set of the table of operations
 * @param tenant whose it was; empty: the gateway's
 * @param subject what it was done to: a lens's id, the short form of a key, or how many; never text of a client
 * @param by whom the listener let in: {@code admin-token@ADDRESS} or {@code loopback@ADDRESS}
 */
public record AdminAction(String action, Optional<TenantId> tenant, String subject, String by) {}
