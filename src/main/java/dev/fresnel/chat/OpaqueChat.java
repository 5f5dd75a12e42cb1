package dev.fresnel.chat;

/**
 * A body that this gateway does not read but the upstream may: nested too deep, not in UTF-8, with a byte order mark. It is passed
 * on as it came and never delegated.
 *
 * @param reason for logs, a short phrase without client text
 */
public record OpaqueChat(String reason) implements ParsedChat {}
