package dev.fresnel.admin;

import dev.fresnel.savings.Evidence;
import dev.fresnel.savings.Finding;
import dev.fresnel.savings.Range;
import dev.fresnel.savings.Statement;
import dev.fresnel.savings.StatementRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The savings statement for spreadsheets and for eyes. */
final class SavingsText {
    private static final String TOTAL = "all";
    private static final String GAP = "  ";

    private SavingsText() {}

    private record Column(String name, Function<StatementRow, String> cell) {}

    private static final List<Column> COLUMNS = Stream.of(
                    List.of(
                            new Column("tenant", row -> row.tenant().value()),
                            new Column("day", SavingsText::day),
                            new Column("model", row -> row.model().orElse(TOTAL)),
                            new Column("spent_usd", row -> row.spent().toString())),
                    finding("counterfactual_usd", StatementRow::counterfactual),
                    finding("saved_usd", StatementRow::saved),
                    evidence("saved", StatementRow::saved),
                    finding("quality_difference", StatementRow::quality),
                    evidence("quality", StatementRow::quality),
                    finding("off_policy_saved_usd", StatementRow::offPolicySaved),
                    evidence("off_policy_saved", StatementRow::offPolicySaved),
                    finding("off_policy_quality_difference", StatementRow::offPolicyQuality),
                    evidence("off_policy_quality", StatementRow::offPolicyQuality),
                    List.of(
                            new Column("conversations", row -> Long.toString(row.conversations())),
                            new Column("controls", row -> Long.toString(row.controls())),
                            new Column("outcomes", row -> Long.toString(row.judged())),
                            new Column("control_outcomes", row -> Long.toString(row.controlsJudged())),
                            new Column("requests", row -> Long.toString(row.requests())),
                            new Column("unpriced_requests", row -> Long.toString(row.unpriced())),
                            new Column("other_requests", row -> Long.toString(row.otherRequests())),
                            new Column(
                                    "other_spent_usd", row -> row.otherSpent().toString()),
                            new Column("other_unpriced_requests", row -> Long.toString(row.otherUnpriced()))))
            .flatMap(List::stream)
            .toList();

    private static List<Column> finding(String name, Function<StatementRow, Finding> of) {
        return List.of(
                new Column(name, row -> number(of.apply(row).range().map(Range::value))),
                new Column(name + "_low", row -> number(of.apply(row).range().map(Range::low))),
                new Column(name + "_high", row -> number(of.apply(row).range().map(Range::high))));
    }

    private static List<Column> evidence(String name, Function<StatementRow, Finding> of) {
        return List.of(
                new Column(name + "_evidence", row -> of.apply(row).evidence().key()),
                new Column(name + "_why", row -> of.apply(row).why()));
    }

    private static String number(Optional<Double> number) {
        return number.map(value -> String.format(Locale.ROOT, "%.9f", value)).orElse("");
    }

    private static String day(StatementRow row) {
        return row.day().map(Object::toString).orElse(TOTAL);
    }

    /** RFC 4180: a heading, rows, then totals, whose day and model are {@code all}. */
    static String csv(Statement statement) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(COLUMNS.stream().map(Column::name).toList());
        Stream.of(statement.rows(), statement.totals())
                .flatMap(List::stream)
                .forEach(row -> lines.add(
                        COLUMNS.stream().map(column -> column.cell().apply(row)).toList()));
        return lines.stream()
                .map(line -> line.stream().map(SavingsText::quoted).collect(Collectors.joining(",")) + "\r\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String cell) {
        return cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? "\"" + cell.replace("\"", "\"\"") + "\""
                : cell;
    }

    /** Money in dollars, quality in points, each with its interval; then why evidence is missing, where it is. */
    static String table(Statement statement) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("tenant", "day", "model", "spent", "counterfactual", "saved", "quality, points", "controls"));
        Stream.of(statement.rows(), statement.totals())
                .flatMap(List::stream)
                .forEach(row -> lines.add(List.of(
                        row.tenant().value(),
                        day(row),
                        row.model().orElse(TOTAL),
                        String.format(Locale.ROOT, "%.4f", row.spent().dollars()),
                        shown(row.counterfactual(), 1, "%.4f"),
                        shown(row.saved(), 1, "%.4f"),
                        shown(row.quality(), 100, "%.1f"),
                        row.controls() + " of " + row.conversations())));
        StringBuilder text = new StringBuilder("%s to %s, USD, with 95 %% intervals%n%n"
                .formatted(statement.period().from(), statement.period().to())
                .replace(System.lineSeparator(), "\n"));
        int[] widths = new int[lines.getFirst().size()];
        lines.forEach(line -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        });
        for (List<String> line : lines) {
            StringBuilder padded = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                padded.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length()))
                        .append(GAP);
            }
            text.append(padded.toString().stripTrailing()).append('\n');
        }
        statement.totals().forEach(total -> {
            missing(text, total, "saved", total.saved());
            missing(text, total, "quality", total.quality());
        });
        return text.toString();
    }

    private static void missing(StringBuilder text, StatementRow total, String what, Finding finding) {
        if (finding.evidence() != Evidence.ENOUGH) {
            text.append("\n%s, %s: %s: %s.".formatted(total.tenant(), what, words(finding.evidence()), finding.why()));
            text.append('\n');
        }
    }

    private static String shown(Finding finding, double factor, String form) {
        String range = finding.range()
                .map(known -> {
                    String value = String.format(Locale.ROOT, form, factor * known.value());
                    return known.low() == known.high()
                            ? value
                            : value + " [" + String.format(Locale.ROOT, form, factor * known.low()) + ", "
                                    + String.format(Locale.ROOT, form, factor * known.high()) + "]";
                })
                .orElse("");
        return switch (finding.evidence()) {
            case ENOUGH -> range;
            case NOT_ENOUGH, NO_CONTROLS -> (range + " " + words(finding.evidence())).strip();
            // A nought with decimals looks as if something had been measured.
            case NOTHING_DELEGABLE -> "-";
        };
    }

    private static String words(Evidence evidence) {
        return switch (evidence) {
            case ENOUGH -> "enough evidence";
            case NOT_ENOUGH -> "not enough evidence";
            case NO_CONTROLS -> "not compared";
            case NOTHING_DELEGABLE -> "nothing to state";
        };
    }
}
