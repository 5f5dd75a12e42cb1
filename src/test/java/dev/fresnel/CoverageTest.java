package dev.fresnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/coverage.md true: every row of the checklist that is built names tests, and those tests exist. */
class CoverageTest {
    private static final Pattern ROW = Pattern.compile("^\\| (S\\d+|H\\d+|\\+\\d+) \\|.*\\|(.*)\\|$");
    private static final Pattern REFERENCE = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

    @Test
    void everyTestNamedByTheChecklistExists() throws IOException {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();

        rows().forEach((row, tests) -> {
            Matcher reference = REFERENCE.matcher(tests);
            while (reference.find()) {
                String source = sources.getOrDefault(reference.group(1), "");
                if (!source.contains("void " + reference.group(2) + "(")) {
                    missing.add(row + " -> " + reference.group());
                }
            }
        });

        assertThat(missing).isEmpty();
    }

    @Test
    void everyRowNamesATest() throws IOException {
        Map<String, String> rows = rows();

        assertThat(rows)
                .hasSizeGreaterThan(35)
                .allSatisfy((row, tests) -> assertThat(tests).as(row).containsPattern(REFERENCE));
    }

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/coverage.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static Map<String, String> testSources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith("Test.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), CoverageTest::text));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
