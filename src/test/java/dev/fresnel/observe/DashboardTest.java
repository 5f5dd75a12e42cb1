package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shipped dashboard and alerts ask for metrics and labels that exist. What exists is {@link MetricCatalogue}, which {@link MetricsTest}
 * holds against a scrape.
 */
class DashboardTest {
    private static final Path DASHBOARD = Path.of("docs/grafana/fresnel.json");
    private static final Path ALERTS = Path.of("docs/grafana/alerts.yaml");

    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("\\s*(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"\\s*");
    private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\) \\(");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{\\s*([^}]*?)\\s*}}");
    private static final Set<String> FUNCTIONS =
            Set.of("sum", "max", "min", "count", "by", "rate", "increase", "histogram_quantile", "or");

    /** Added by Prometheus itself. */
    private static final Set<String> OF_EVERY_TARGET = Set.of("instance", "job");

    private final List<String> problems = new ArrayList<>();

    @Test
    void theDashboardAsksForWhatThereIs() throws IOException {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
        List<String> rows = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        int targets = 0;
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            if (panel.get("type").asString().equals("row")) {
                rows.add(panel.get("title").asString());
            } else {
                for (JsonNode target : panel.get("targets")) {
                    String expression = target.get("expr").asString();
                    check(panel.get("title").asString(), expression);
                    legend(expression, target.get("legendFormat").asString());
                    targets++;
                }
            }
        }
        for (JsonNode variable : dashboard.get("templating").get("list")) {
            if (variable.get("type").asString().equals("query")) {
                Matcher values = Pattern.compile("label_values\\((\\w+), (\\w+)\\)")
                        .matcher(variable.get("definition").asString());
                assertThat(values.matches()).isTrue();
                label(values.group(1), values.group(2), "the variable");
            }
        }

        assertThat(problems).isEmpty();
        assertThat(targets).isGreaterThan(40);
        assertThat(rows)
                .containsExactly(
                        "Traffic",
                        "Decisions",
                        "Money",
                        "Quality and learning",
                        "Lenses",
                        "Upstreams",
                        "Store",
                        "Config and the gateway itself");
    }

    /** Of a histogram the buckets are enough; whatever else is exposed has its place in a picture. */
    @Test
    void theDashboardShowsEveryMetric() throws IOException {
        String all = Files.readString(DASHBOARD);

        assertThat(MetricCatalogue.all().stream()
                        .map(metric -> metric.exposed().getFirst())
                        .toList())
                .allSatisfy(name -> assertThat(all).contains(name));
    }

    @Test
    void theAlertsAskForWhatThereIs() throws IOException {
        Map<String, List<Map<String, Object>>> file =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(ALERTS));
        List<Object> rules = new ArrayList<>();
        for (Map<String, Object> group : Objects.requireNonNull(file.get("groups"))) {
            rules.addAll((List<?>) group.get("rules"));
        }
        Set<String> names = new TreeSet<>();
        for (Object each : rules) {
            Map<?, ?> rule = (Map<?, ?>) each;
            String name = Objects.requireNonNull(rule.get("alert")).toString();
            String expression = Objects.requireNonNull(rule.get("expr"), name).toString();
            Map<?, ?> labels = (Map<?, ?>) Objects.requireNonNull(rule.get("labels"), name);
            assertThat(names.add(name)).as(name).isTrue();
            assertThat(labels.get("severity")).as(name).isIn("info", "warning", "critical");
            check(name, expression);
            legend(
                    expression,
                    Objects.requireNonNull(rule.get("annotations"), name)
                            .toString()
                            .replace("$labels.", ""));
        }

        assertThat(problems).isEmpty();
        assertThat(names).hasSizeGreaterThan(8);
    }

    @Test
    void seesWhatIsWrong() {
        check("a", "sum by (arm) (rate(fresnel_requests_totals[5m]))");
        check("b", "sum by (model) (rate(fresnel_requests_total[5m]))");
        check("c", "rate(fresnel_requests_total{model=\"x\"}[5m])");
        check("d", "summ (fresnel_connections)");
        legend("sum by (arm) (rate(fresnel_requests_total[5m]))", "{{tenant}}");

        assertThat(problems).hasSize(6);
    }

    private void check(String where, String expression) {
        Matcher selectors = SELECTOR.matcher(expression);
        while (selectors.find()) {
            Stream.of(selectors.group(2).split(",")).forEach(text -> {
                Matcher matcher = MATCHER.matcher(text);
                if (matcher.matches()) {
                    label(selectors.group(1), matcher.group(1), where);
                } else {
                    problems.add(where + ": no matcher: " + text);
                }
            });
        }
        Matcher by = BY.matcher(expression);
        while (by.find()) {
            Matcher metric = Pattern.compile("fresnel_\\w+").matcher(expression);
            if (metric.find(by.end())) {
                labels(by.group(1)).forEach(label -> label(metric.group(), label, where));
            } else {
                problems.add(where + ": by nothing");
            }
        }
        String bare = BY.matcher(STRING.matcher(expression).replaceAll(""))
                .replaceAll("by (")
                .replaceAll("\\{[^}]*}|\\[[^]]*]", "");
        Matcher words = WORD.matcher(bare);
        while (words.find()) {
            if (!FUNCTIONS.contains(words.group()) && exposed(words.group()).isEmpty()) {
                problems.add(where + ": neither a metric nor a function: " + words.group());
            }
        }
    }

    private void legend(String expression, String legend) {
        Matcher by = BY.matcher(expression);
        Set<String> known = by.find() ? Set.copyOf(labels(by.group(1))) : Set.of();
        Matcher used = IN_LEGEND.matcher(legend);
        while (used.find()) {
            if (!known.contains(used.group(1))) {
                problems.add("a legend names " + used.group(1) + ", which is aggregated away: " + expression);
            }
        }
    }

    private static List<String> labels(String list) {
        return Stream.of(list.split(",")).map(String::strip).toList();
    }

    private void label(String metric, String label, String where) {
        boolean known = OF_EVERY_TARGET.contains(label)
                || (label.equals("le") && metric.endsWith("_bucket"))
                || exposed(metric).stream().anyMatch(known1 -> known1.labels().contains(label));
        if (!known) {
            problems.add(where + ": " + metric + " has no label " + label);
        }
    }

    private static List<MetricCatalogue.Metric> exposed(String name) {
        return MetricCatalogue.all().stream()
                .filter(metric -> metric.exposed().contains(name))
                .toList();
    }
}
