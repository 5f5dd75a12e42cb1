package dev.fresnel.lens;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The words of a lens as an operator wants them. Held to the same rules as what a model wrote, but told what is wrong instead of being
 * repaired: an operator is there to mend it. Links are the operator's own to give.
 *
 * @param scope one line saying what the lens is for
 */
public record LensEdit(
        String scope,
        List<String> heuristics,
        List<String> patterns,
        List<String> antiPatterns,
        List<String> constraints,
        List<String> examples) {
    public LensEdit {
        heuristics = List.copyOf(heuristics);
        patterns = List.copyOf(patterns);
        antiPatterns = List.copyOf(antiPatterns);
        constraints = List.copyOf(constraints);
        examples = List.copyOf(examples);
    }

    /**
     * Something that a lens cannot say.
     *
     * @param field {@code task_scope}, or the list it is in
     */
    public record Problem(String field, String message) {}

    /** Everything that is wrong, in the order of a lens. */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        problem(scope, LensHygiene.Shape.LINE, LensLimits.SCOPE_CHARS, LensLimits.SCOPE_BYTES)
                .ifPresent(what -> problems.add(new Problem("task_scope", "task_scope " + what)));
        sections().forEach((section, items) -> {
            if (items.size() > section.maximum()) {
                problems.add(new Problem(
                        section.field(),
                        section.field() + " has " + items.size() + " items; at most " + section.maximum()
                                + " are taken"));
            }
            for (int i = 0; i < items.size(); i++) {
                String where = section.field() + "[" + i + "] ";
                boolean snippet = section == LensSection.EXAMPLES;
                problem(
                                items.get(i),
                                snippet ? LensHygiene.Shape.SNIPPET : LensHygiene.Shape.LINE,
                                snippet ? LensLimits.EXAMPLE_BYTES : LensLimits.ITEM_CHARS,
                                snippet ? LensLimits.EXAMPLE_BYTES : LensLimits.ITEM_BYTES)
                        .ifPresent(what -> problems.add(new Problem(section.field(), where + what)));
            }
        });
        if (heuristics.isEmpty() && patterns.isEmpty() && constraints.isEmpty()) {
            problems.add(new Problem(
                    LensSection.HEURISTICS.field(), "a lens needs one heuristic, pattern or constraint at least"));
        }
        return problems;
    }

    private Map<LensSection, List<String>> sections() {
        Map<LensSection, List<String>> sections = new LinkedHashMap<>();
        sections.put(LensSection.CONSTRAINTS, constraints);
        sections.put(LensSection.ANTI_PATTERNS, antiPatterns);
        sections.put(LensSection.HEURISTICS, heuristics);
        sections.put(LensSection.PATTERNS, patterns);
        sections.put(LensSection.EXAMPLES, examples);
        return sections;
    }

    private static Optional<String> problem(String text, LensHygiene.Shape shape, int maxChars, int maxBytes) {
        return switch (LensHygiene.clean(text, shape, text)) {
            case LensHygiene.Cleaned.Rejected rejected ->
                Optional.of(
                        switch (rejected.fault()) {
                            case EMPTY -> "is empty";
                            case OVERRIDE ->
                                "would overrule instructions, speaks as another role, or has a chat template's tokens";
                            case SECRET -> "has something shaped like a credential";
                        });
            case LensHygiene.Cleaned.Kept kept ->
                LensHygiene.cut(kept.text(), maxChars, maxBytes).equals(kept.text())
                        ? Optional.empty()
                        : Optional.of("is longer than " + maxChars + " characters or " + maxBytes + " bytes");
        };
    }

    /** The new version. Only of an edit without problems. */
    Lens of(Lens before, Provenance.Edited edited) {
        return new Lens(
                clean(scope, LensHygiene.Shape.LINE),
                clean(heuristics, LensHygiene.Shape.LINE),
                clean(patterns, LensHygiene.Shape.LINE),
                clean(antiPatterns, LensHygiene.Shape.LINE),
                clean(constraints, LensHygiene.Shape.LINE),
                clean(examples, LensHygiene.Shape.SNIPPET),
                before.targetFiles(),
                before.provenance().edited(edited));
    }

    private static List<String> clean(List<String> items, LensHygiene.Shape shape) {
        return items.stream().map(item -> clean(item, shape)).toList();
    }

    private static String clean(String text, LensHygiene.Shape shape) {
        return LensHygiene.visible(text, shape).strip();
    }
}
