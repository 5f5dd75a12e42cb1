package dev.fresnel.value;

/**
 * A model as a client, the config or a provider names it, for example {@code gpt-4o}. Case matters.
 *
 * @param value not blank
 */
public record ModelName(String value) {
    public ModelName {
        if (value.isBlank()) {
            throw new IllegalArgumentException("a model name is not blank");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
