package dev.fresnel.replay.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Reads the files of one data set, plain or gzipped, and keeps the lines that had to be left out. Not thread-safe. */
final class LineReader {
    private final Path folder;
    private final List<SkippedLine> skipped = new ArrayList<>();

    LineReader(Path folder) {
        this.folder = folder;
    }

    List<SkippedLine> skipped() {
        return skipped;
    }

    /** Hands each JSON line of {@code file} on; what {@code row} refuses is skipped with its number. */
    void eachJson(String file, Consumer<JsonValue.Obj> row) {
        try (BufferedReader in = open(file)) {
            long number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                try {
                    row.accept(JsonValue.objectOf(line));
                } catch (BadRow e) {
                    skip(file, number, e);
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Hands each record after the heading on, together with the heading. */
    void eachCsv(String file, CsvRow row) {
        try (BufferedReader in = open(file)) {
            CsvRecords records = new CsvRecords(in);
            List<String> heading = records.next()
                    .orElseThrow(() -> new DataProblem(folder.resolve(file) + " is empty"))
                    .fields();
            for (var record = records.next(); record.isPresent(); record = records.next()) {
                List<String> fields = record.get().fields();
                try {
                    if (fields.size() != heading.size()) {
                        throw new BadRow(fields.size() + " fields, the heading has " + heading.size());
                    }
                    row.accept(new CsvLine(record.get().line(), heading, fields));
                } catch (BadRow e) {
                    skip(file, record.get().line(), e);
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Takes one record. */
    @FunctionalInterface
    interface CsvRow {
        void accept(CsvLine line);
    }

    /** A record and its heading. */
    record CsvLine(long number, List<String> heading, List<String> fields) {
        String get(String column) {
            int index = heading.indexOf(column);
            if (index < 0) {
                throw new BadRow("column '" + column + "' is missing");
            }
            return fields.get(index);
        }

        /** {@code True} as 1, {@code False} as 0. */
        double verdict(String column) {
            return switch (get(column)) {
                case "True", "true", "1" -> 1;
                case "False", "false", "0" -> 0;
                default -> throw new BadRow("column '" + column + "' is neither True nor False");
            };
        }
    }

    private void skip(String file, long number, BadRow why) {
        skipped.add(new SkippedLine(file, number, String.valueOf(why.getMessage())));
    }

    private BufferedReader open(String file) throws IOException {
        Path plain = folder.resolve(file);
        Path packed = folder.resolve(file + ".gz");
        boolean gzip = !Files.exists(plain) && Files.exists(packed);
        if (!gzip && !Files.exists(plain)) {
            throw new DataProblem("no " + plain + " or " + packed.getFileName()
                    + ": name the folder of recorded data with --data DIR");
        }
        InputStream bytes = Files.newInputStream(gzip ? packed : plain);
        try {
            InputStream text = gzip ? new GZIPInputStream(bytes) : bytes;
            return new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    private DataProblem unreadable(String file, IOException e) {
        return new DataProblem(folder.resolve(file) + " cannot be read ("
                + e.getClass().getSimpleName() + ": " + e.getMessage() + ")");
    }
}
