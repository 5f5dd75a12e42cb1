package dev.fresnel.replay.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of a CSV file (RFC 4180: fields in double quotes may hold commas, line ends and doubled quotes). Knows on which line each
 * record began, since a field may span many. Not thread-safe; the caller closes the reader.
 */
final class CsvRecords {
    private final BufferedReader in;
    private long line = 1;
    private int ahead;

    /**
     * A record.
     *
     * @param line where it began, from 1
     */
    record CsvRecord(long line, List<String> fields) {}

    CsvRecords(BufferedReader in) throws IOException {
        this.in = in;
        this.ahead = in.read();
    }

    /** The next record; empty at the end of the file. A quote that is never closed takes the rest of the file. */
    Optional<CsvRecord> next() throws IOException {
        if (ahead < 0) {
            return Optional.empty();
        }
        long start = line;
        List<String> fields = new ArrayList<>();
        do {
            fields.add(field());
        } while (took(','));
        if (ahead == '\r') {
            step();
        }
        if (ahead == '\n') {
            step();
        }
        return Optional.of(new CsvRecord(start, fields));
    }

    private String field() throws IOException {
        StringBuilder text = new StringBuilder();
        if (!took('"')) {
            while (ahead >= 0 && ahead != ',' && ahead != '\n' && ahead != '\r') {
                text.append((char) step());
            }
            return text.toString();
        }
        while (ahead >= 0) {
            if (took('"') && !(ahead == '"')) {
                break;
            }
            text.append((char) step());
        }
        return text.toString();
    }

    private boolean took(char expected) throws IOException {
        if (ahead != expected) {
            return false;
        }
        step();
        return true;
    }

    @com.google.errorprone.annotations.CanIgnoreReturnValue
    private int step() throws IOException {
        int taken = ahead;
        if (taken == '\n') {
            line++;
        }
        ahead = in.read();
        return taken;
    }
}
