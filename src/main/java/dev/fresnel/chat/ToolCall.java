package dev.fresnel.chat;

/**
 * One call of a tool or function in an answer.
 *
 * @param name empty where the model left it out
 * @param arguments as the model wrote them: meant to be JSON
 */
public record ToolCall(String name, String arguments) {}
