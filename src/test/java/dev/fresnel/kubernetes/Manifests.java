package dev.fresnel.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Judges rendered manifests: first the official model, and what passes it, the rules. */
final class Manifests {
    /** A row of the table of Secrets in the documentation. */
    private static final Pattern SECRET_ROW = Pattern.compile("(?m)^\\| `(fresnel-[a-z-]+)` \\| `([a-z.-]+)` \\|");

    private Manifests() {}

    /** Every problem, each with object and field; empty when there is none. */
    static List<String> problems(List<Manifest> manifests) {
        List<String> problems = new ArrayList<>();
        List<Object> objects = new ArrayList<>();
        for (Manifest manifest : manifests) {
            try {
                objects.add(manifest.typed());
            } catch (Manifest.NotStrict refused) {
                problems.add(refused.getMessage());
            }
        }
        if (problems.isEmpty()) {
            objects.stream()
                    .flatMap(object -> Workload.of(object).stream())
                    .forEach(workload -> problems.addAll(PodRules.problems(workload)));
            problems.addAll(LinkRules.problems(objects, broughtSecrets()));
        }
        return problems;
    }

    /** Keys by name of the Secrets that docs/kubernetes.md asks the operator for. */
    static Map<String, Set<String>> broughtSecrets() {
        try {
            Map<String, Set<String>> secrets = new TreeMap<>();
            Matcher row = SECRET_ROW.matcher(Files.readString(Path.of("docs", "kubernetes.md")));
            while (row.find()) {
                secrets.computeIfAbsent(row.group(1), _ -> new TreeSet<>()).add(row.group(2));
            }
            return secrets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
