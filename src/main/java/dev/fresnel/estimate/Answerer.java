package dev.fresnel.estimate;

import dev.fresnel.value.ModelName;

/**
 * Who writes an answer: a model, which writes at another length when a lens tells it how.
 *
 * @param model as the config declares it
 */
public record Answerer(ModelName model, Guided guided) {
    /** Whether a lens is injected. */
    public enum Guided {
        BY_LENS,
        NOT
    }

    public static Answerer plain(ModelName model) {
        return new Answerer(model, Guided.NOT);
    }
}
