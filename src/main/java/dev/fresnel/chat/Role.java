package dev.fresnel.chat;

/** Who speaks in a {@link Message}. */
public enum Role {
    SYSTEM("system"),
    DEVELOPER("developer"),
    USER("user"),
    ASSISTANT("assistant"),
    TOOL("tool"),
    FUNCTION("function"),
    /** A role this gateway does not know; the upstream may. */
    OTHER("");

    private final String wire;

    Role(String wire) {
        this.wire = wire;
    }

    /** As the {@code role} key writes it; empty for {@link #OTHER}. */
    public String wire() {
        return wire;
    }

    /** True for the operator's own voice. */
    public boolean isOperator() {
        return this == SYSTEM || this == DEVELOPER;
    }

    static Role ofWire(String text) {
        return switch (text) {
            case "system" -> SYSTEM;
            case "developer" -> DEVELOPER;
            case "user" -> USER;
            case "assistant" -> ASSISTANT;
            case "tool" -> TOOL;
            case "function" -> FUNCTION;
            default -> OTHER;
        };
    }
}
