package dev.fresnel.seed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a seed file, and what was left out. Immutable.
 *
 * @param rows in file order, each id once: the first stands
 * @param problems of bad lines, each with its number, {@value #MAX_PROBLEMS} at most
 * @param badLines how many there were
 * @param duplicates rows whose id came before
 * @param written when the file was last changed
 */
public record SeedFile(List<SeedRow> rows, List<String> problems, int badLines, int duplicates, Instant written) {
    /** Rows that are read; what follows them is not, and is told as one problem. */
    public static final int MAX_ROWS = 100_000;

    private static final int MAX_PROBLEMS = 20;
    private static final int MAX_LINE = 65_536;

    public SeedFile {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
    }

    /** Reads JSON lines. {@link IOException} when the file is absent or cannot be read; a bad line is skipped. */
    public static SeedFile read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, Files.getLastModifiedTime(file).toInstant());
        }
    }

    /**
     * Reads JSON lines to their end.
     *
     * @param written when rows were observed that do not say so
     */
    public static SeedFile read(InputStream lines, Instant written) throws IOException {
        Map<String, SeedRow> rows = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        int bad = 0;
        int duplicates = 0;
        // Bytes that are no UTF-8 make their own line bad, and not the file.
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(lines, decoder))) {
            long number = 0;
            for (String line = line(in); line != null; line = line(in)) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                if (rows.size() == MAX_ROWS) {
                    bad++;
                    problems.add("line " + number + ": the file has more than " + MAX_ROWS
                            + " rows; this one and those behind it are not read");
                    break;
                }
                try {
                    SeedRow row = read(line);
                    duplicates += rows.putIfAbsent(row.id(), row) == null ? 0 : 1;
                } catch (BadSeedRow e) {
                    bad++;
                    if (problems.size() < MAX_PROBLEMS) {
                        problems.add("line " + number + ": " + e.reason());
                    }
                }
            }
        }
        return new SeedFile(List.copyOf(rows.values()), problems, bad, duplicates, written);
    }

    private static SeedRow read(String line) {
        if (line.length() > MAX_LINE) {
            throw new BadSeedRow("longer than " + MAX_LINE + " characters");
        }
        return SeedLine.read(line);
    }

    /** The next line, of which no more is kept than tells that it is too long; null at the end. */
    private static @org.jspecify.annotations.Nullable String line(BufferedReader in) throws IOException {
        int c = in.read();
        if (c < 0) {
            return null;
        }
        StringBuilder line = new StringBuilder();
        while (c >= 0 && c != '\n') {
            if (line.length() <= MAX_LINE) {
                line.append((char) c);
            }
            c = in.read();
        }
        return line.toString();
    }
}
