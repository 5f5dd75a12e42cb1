package dev.fresnel.app;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The demo's results as a table, a few sentences, and whether it showed what it was to show. */
final class DemoReport {
    private final List<DemoResult> results;

    DemoReport(List<DemoResult> results) {
        this.results = List.copyOf(results);
    }

    List<String> table() {
        TextTable table = new TextTable(
                "REQUEST", "DECISION", "REASON", "LENS", "TOKENS IN/OUT", "COST", "ALONE", "SAVED", "TIME");
        for (DemoResult result : results) {
            table.row(
                    result.step().title(),
                    result.decision(),
                    result.reasons().replace(",", ", "),
                    result.lens(),
                    result.usage().inputTokens() + "/" + result.usage().outputTokens(),
                    usd(result.cost()),
                    usd(result.counterfactual()),
                    usd(result.saved()),
                    seconds(result.took()));
        }
        table.row("together", "", "", "", "", usd(cost()), usd(counterfactual()), usd(saved()), "");
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("COST: USD paid, the lens included. ALONE: the requested model on the same tokens.");
        return lines;
    }

    /** What was shown, in a few short lines. */
    List<String> summary() {
        DemoResult first = results.getFirst();
        DemoResult second = results.get(1);
        return List.of(
                "The smart model thought once: it wrote a lens for the first request, and the cheap model answered with it,",
                "for " + usd(first.cost()) + " USD in place of " + usd(first.counterfactual())
                        + ". The second request found the lens on the shelf: " + usd(second.cost()) + " in place of "
                        + usd(second.counterfactual()) + ".",
                "Small talk was not worth a lens and went to the model it asked for, byte for byte.",
                "Together this saved " + percent() + " % of what the requested model alone would have cost.");
    }

    /** What the demo was to show and did not; empty when all was shown. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        results.stream()
                .filter(result -> !result.asExpected())
                .forEach(result -> missing.add("\"" + result.step().title() + "\" was to be "
                        + result.step()
                                .expectation()
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' ') + ", and was "
                        + result.decision() + " with lens " + result.lens() + " (" + result.reasons() + ")"));
        if (saved().signum() <= 0) {
            missing.add("delegation was to save money, and saved " + usd(saved()) + " USD");
        }
        return missing;
    }

    BigDecimal saved() {
        return results.stream().map(DemoResult::saved).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private BigDecimal cost() {
        return results.stream().map(DemoResult::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private BigDecimal counterfactual() {
        return results.stream().map(DemoResult::counterfactual).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private String percent() {
        return counterfactual().signum() == 0
                ? "0"
                : saved().multiply(BigDecimal.valueOf(100))
                        .divide(counterfactual(), 0, RoundingMode.HALF_UP)
                        .toPlainString();
    }

    private static String usd(BigDecimal amount) {
        return amount.setScale(6, RoundingMode.HALF_UP).toPlainString();
    }

    private static String seconds(Duration took) {
        return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1e3);
    }
}
