package dev.fresnel.replay;

import java.util.ArrayList;
import java.util.List;

/** A table of text for terminal and CSV. Immutable. */
public record Table(List<String> heading, List<List<String>> rows) {
    public Table {
        heading = List.copyOf(heading);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != heading.size()) {
                throw new IllegalArgumentException(
                        "a row of " + row.size() + " cells under a heading of " + heading.size());
            }
        }
    }

    /** RFC 4180, one line per row, heading first. */
    public String csv() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading);
        lines.addAll(rows);
        StringBuilder csv = new StringBuilder();
        for (List<String> line : lines) {
            csv.append(String.join(",", line.stream().map(Table::quoted).toList()))
                    .append("\r\n");
        }
        return csv.toString();
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
