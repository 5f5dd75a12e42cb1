package dev.fresnel.lens;

import java.util.List;

/**
 * The usable content of a smart model's answer: checked, cleaned, within counts and sizes. Not yet a lens, which also knows where
 * it came from.
 *
 * @param scope empty when the answer gave none
 */
public record LensDraft(
        String scope,
        List<String> heuristics,
        List<String> patterns,
        List<String> antiPatterns,
        List<String> constraints,
        List<String> examples) {
    public LensDraft {
        heuristics = List.copyOf(heuristics);
        patterns = List.copyOf(patterns);
        antiPatterns = List.copyOf(antiPatterns);
        constraints = List.copyOf(constraints);
        examples = List.copyOf(examples);
    }
}
