package dev.fresnel.lens;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A new version of a lens that hurt, made from the old one by dropping and replacing items. Only what changed is taken from the smart
 * model's answer: items it kept stay as they were, in their order; new ones take the places of dropped ones, so no list grows. A playbook
 * that is rewritten as a whole loses what it knew (ACE, arXiv:2510.04618: 18,282 tokens became 122, and quality fell below having none).
 */
final class LensRevision {
    /** An answer that keeps fewer of the old items than this is a rewrite. */
    private static final double LEAST_KEPT = 1 / 3.0;

    private LensRevision() {}

    /** Empty: the answer changes nothing, or is another lens altogether. */
    static Optional<LensDraft> of(Lens old, LensDraft answer) {
        Map<LensSection, List<String>> revised = new EnumMap<>(LensSection.class);
        int before = 0;
        int kept = 0;
        for (LensSection section : LensSection.values()) {
            List<String> items = section.of(old);
            Set<String> wanted = normalised(section.of(answer));
            List<String> result = new ArrayList<>(items.stream()
                    .filter(item -> wanted.contains(LensKeys.normalised(item)))
                    .toList());
            before += items.size();
            kept += result.size();
            Set<String> known = normalised(items);
            section.of(answer).stream()
                    .filter(item -> !known.contains(LensKeys.normalised(item)))
                    .limit(items.size() - result.size())
                    .forEach(result::add);
            revised.put(section, result);
        }
        if (kept == before || kept < LEAST_KEPT * before) {
            return Optional.empty();
        }
        return Optional.of(new LensDraft(
                old.scope(),
                section(revised, LensSection.HEURISTICS),
                section(revised, LensSection.PATTERNS),
                section(revised, LensSection.ANTI_PATTERNS),
                section(revised, LensSection.CONSTRAINTS),
                section(revised, LensSection.EXAMPLES)));
    }

    private static List<String> section(Map<LensSection, List<String>> revised, LensSection section) {
        return revised.getOrDefault(section, List.of());
    }

    private static Set<String> normalised(List<String> items) {
        return items.stream().map(LensKeys::normalised).collect(Collectors.toSet());
    }
}
