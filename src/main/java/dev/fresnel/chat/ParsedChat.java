package dev.fresnel.chat;

/** What became of a chat body: a request that can be read and rewritten, or bytes that only the upstream may judge. */
public sealed interface ParsedChat permits ChatRequest, OpaqueChat {}
