package dev.fresnel.app;

import dev.fresnel.seed.SeedFile;
import dev.fresnel.seed.SeedRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds rows that are new to the file that a gateway starts from; blocks. */
final class SeedImport {
    private SeedImport() {}

    /**
     * What was done.
     *
     * @param added rows that were not there yet
     * @param total rows that are there now
     */
    record Added(int added, int total) {}

    /**
     * Whole or not at all: a gateway that starts meanwhile reads the old file or the new one.
     *
     * @throws InputProblem when the file there has bad lines, would become too long, or cannot be read or written
     */
    static synchronized Added add(SeedFile file, Path target) {
        Map<String, SeedRow> rows = new LinkedHashMap<>();
        if (Files.exists(target)) {
            SeedFile there = read(target);
            if (there.badLines() > 0) {
                throw new InputProblem(target
                        + " has bad lines, which adding to it would lose; mend it first: fresnel seed --check --from "
                        + target);
            }
            there.rows().forEach(row -> rows.put(row.id(), row));
        }
        int before = rows.size();
        file.rows().forEach(row -> rows.putIfAbsent(row.id(), row));
        if (rows.size() > SeedFile.MAX_ROWS) {
            throw new InputProblem(
                    target + " would have " + rows.size() + " rows; at most " + SeedFile.MAX_ROWS + " are read");
        }
        write(target, new ArrayList<>(rows.values()));
        return new Added(rows.size() - before, rows.size());
    }

    static SeedFile read(Path path) {
        try {
            return SeedFile.read(path);
        } catch (IOException problem) {
            throw new InputProblem(path + " cannot be read: " + problem);
        }
    }

    private static void write(Path target, List<SeedRow> rows) {
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        try {
            Files.write(fresh, rows.stream().map(SeedRow::json).toList(), StandardCharsets.UTF_8);
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException problem) {
            throw new InputProblem(target + " cannot be written: " + problem);
        }
    }
}
