package dev.fresnel.lens;

import java.util.List;

/**
 * Guidance a smart model wrote for a task and a cheap model follows. The five lists are closed: nothing else of the smart
 * model's answer reaches another model.
 *
 * @param scope one line saying what the lens is for, at most 200 characters
 * @param heuristics domain guidelines
 * @param patterns what to follow
 * @param antiPatterns what to avoid
 * @param constraints hard requirements
 * @param examples short style snippets
 * @param targetFiles paths the task names, taken from the request, not from the smart model
 */
public record Lens(
        String scope,
        List<String> heuristics,
        List<String> patterns,
        List<String> antiPatterns,
        List<String> constraints,
        List<String> examples,
        List<String> targetFiles,
        Provenance provenance) {
    public Lens {
        heuristics = List.copyOf(heuristics);
        patterns = List.copyOf(patterns);
        antiPatterns = List.copyOf(antiPatterns);
        constraints = List.copyOf(constraints);
        examples = List.copyOf(examples);
        targetFiles = List.copyOf(targetFiles);
    }
}
