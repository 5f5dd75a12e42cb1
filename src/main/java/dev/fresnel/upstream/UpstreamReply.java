package dev.fresnel.upstream;

import io.vertx.core.MultiMap;

/**
 * The head of an upstream's reply, and its body still to come.
 *
 * @param headers as they came; {@link ForwardHeaders#down} says which ones a client sees
 * @param response paused: nothing of it is lost before its handlers are set
 */
public record UpstreamReply(int status, MultiMap headers, ReplyStream response) {}
