package dev.fresnel.observe;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every metric that there is: its name, unit, labels, and what {@code # HELP} says of it; docs/observability.md says more. What is not in here
 * cannot be registered.
 */
final class MetricCatalogue {
    /** What a metric counts in. */
    enum Unit {
        COUNT("1"),
        SECONDS("s"),
        USD("USD"),
        FLAG("0 or 1"),
        QUALITY_PER_USD("quality per USD");

        private final String text;

        Unit(String text) {
            this.text = text;
        }

        /** As the documentation has it. */
        String text() {
            return text;
        }
    }

    /** What becomes of a name in Prometheus' text. */
    enum Kind {
        COUNTER,
        GAUGE,
        /** A histogram, and the longest of the last minutes. */
        TIMER
    }

    /**
     * One metric.
     *
     * @param name with dots, as Micrometer has it
     * @param labels of each of its series, in this order
     */
    record Metric(String name, Kind kind, Unit unit, String help, List<String> labels) {
        /** As Prometheus sees it. */
        List<String> exposed() {
            String base = name.replace('.', '_');
            return switch (kind) {
                case COUNTER -> List.of(base + "_total");
                case GAUGE -> List.of(base);
                case TIMER ->
                    Stream.of("_bucket", "_count", "_sum", "_max")
                            .map(part -> base + "_seconds" + part)
                            .toList();
            };
        }
    }

    private static final Map<String, Metric> ALL = Stream.of(
                    counter("fresnel.requests", Unit.COUNT, "Requests over.", "tenant", "arm", "end"),
                    gauge("fresnel.config.info", Unit.FLAG, "1: the version of the config in force.", "version"),
                    gauge(
                            "fresnel.config.rejected",
                            Unit.FLAG,
                            "1 while the config files are not valid and an earlier version is in force."),
                    counter("fresnel.config.reloads", Unit.COUNT, "Config files that were read anew.", "result"),
                    timer(
                            "fresnel.request.duration",
                            Unit.SECONDS,
                            "From the head of the request to the end of the reply.",
                            "arm"),
                    timer(
                            "fresnel.time.to.first.token",
                            Unit.SECONDS,
                            "From the call to a model to the first content of its stream, which is the reply.",
                            "arm"),
                    gauge("fresnel.requests.running", Unit.COUNT, "Requests taken in and not yet answered."),
                    gauge("fresnel.connections", Unit.COUNT, "Open client connections."),
                    counter(
                            "fresnel.limits.exceeded",
                            Unit.COUNT,
                            "Times that a tenant or one of its keys was at a limit, by which.",
                            "tenant",
                            "limit"),
                    counter(
                            "fresnel.refusals",
                            Unit.COUNT,
                            "Requests refused before anything was done for them.",
                            "status"),
                    counter(
                            "fresnel.cost.usd",
                            Unit.USD,
                            "What the answers cost, as far as prices are known; lenses not included.",
                            "tenant"),
                    counter(
                            "fresnel.saved.usd",
                            Unit.USD,
                            "What delegation saved against the requested model, or lost.",
                            "tenant",
                            "sign"),
                    counter("fresnel.delegations", Unit.COUNT, "Requests given to a worker.", "tenant", "arm"),
                    counter(
                            "fresnel.delegations.skipped",
                            Unit.COUNT,
                            "Requests looked at and left with the requested model, by reason.",
                            "tenant",
                            "reason"),
                    counter("fresnel.delegations.finished", Unit.COUNT, "Delegated requests over.", "arm", "end"),
                    counter(
                            "fresnel.bypass",
                            Unit.COUNT,
                            "An optimisation given up, and the request served all the same.",
                            "reason"),
                    counter(
                            "fresnel.answers.rejected",
                            Unit.COUNT,
                            "Workers' answers found bad before the client had them, by what was done.",
                            "arm",
                            "fault",
                            "remedy"),
                    counter(
                            "fresnel.arm.pauses",
                            Unit.COUNT,
                            "Arms paused because too many of their answers were escalated.",
                            "arm"),
                    counter(
                            "fresnel.lens.served",
                            Unit.COUNT,
                            "Requests given to a worker, by how their lens was had.",
                            "how"),
                    counter("fresnel.lens.builds", Unit.COUNT, "Lenses written, or why not.", "tenant", "result"),
                    counter(
                            "fresnel.lens.retired",
                            Unit.COUNT,
                            "Versions of lenses with which answers were worse than without.",
                            "next"),
                    counter("fresnel.lens.cost.usd", Unit.USD, "What writing lenses cost.", "tenant"),
                    counter(
                            "fresnel.classifier",
                            Unit.COUNT,
                            "Requests whose kind of task a model was to name, by what came of it.",
                            "result"),
                    counter("fresnel.classifier.cost.usd", Unit.USD, "What those models cost.", "tenant"),
                    gauge(
                            "fresnel.delegation.paused",
                            Unit.FLAG,
                            "1 while the kill switch keeps the tenant's requests direct.",
                            "tenant"),
                    gauge(
                            "fresnel.budget.left.ratio",
                            Unit.COUNT,
                            "Share of a tenant's budget that is not spent, 0 to 1.",
                            "tenant",
                            "period"),
                    counter(
                            "fresnel.budget.worse",
                            Unit.COUNT,
                            "Budgets of a tenant and its keys that came into this state.",
                            "tenant",
                            "state"),
                    gauge(
                            "fresnel.budget.price",
                            Unit.QUALITY_PER_USD,
                            "Quality that mode adaptive gives up for a dollar because a budget presses; next to 0 while there is enough.",
                            "tenant"),
                    gauge(
                            "fresnel.learning.open",
                            Unit.COUNT,
                            "Decisions of mode adaptive whose outcome may still change."),
                    counter(
                            "fresnel.learning.lessons",
                            Unit.COUNT,
                            "Outcomes that the policy was told, revisions included."),
                    counter("fresnel.learning.alarms", Unit.COUNT, "Arms found to have changed."),
                    counter("fresnel.learning.dropped", Unit.COUNT, "Outcomes not looked at because too many waited."),
                    counter("fresnel.estimate.lengths", Unit.COUNT, "Whole answers whose length was learned from."),
                    counter(
                            "fresnel.estimate.within.twofold",
                            Unit.COUNT,
                            "Those with half to twice the output tokens expected."),
                    counter(
                            "fresnel.estimate.exceeded",
                            Unit.COUNT,
                            "Those longer than nine in ten were expected to be."),
                    counter("fresnel.estimate.dropped", Unit.COUNT, "Usages not learned from because too many waited."),
                    counter(
                            "fresnel.learning.repaired",
                            Unit.COUNT,
                            "Decisions whose probabilities did not add up and went direct."),
                    counter("fresnel.learning.signals", Unit.COUNT, "Signs of good and bad answers heard.", "signal"),
                    counter(
                            "fresnel.inspections",
                            Unit.COUNT,
                            "Answers checked against what their requests demand.",
                            "finding"),
                    counter("fresnel.judge.answers", Unit.COUNT, "Answers drawn to be judged.", "result"),
                    counter("fresnel.judge.cost.usd", Unit.USD, "What judging has cost."),
                    gauge(
                            "fresnel.learning.stale.seconds",
                            Unit.SECONDS,
                            "Since the store was last heard of what the others have learned."),
                    gauge(
                            "fresnel.learning.signals.held",
                            Unit.COUNT,
                            "Decisions and signals that the store has not taken yet."),
                    counter(
                            "fresnel.learning.signals.lost",
                            Unit.COUNT,
                            "Decisions and signals that the store will not hear of."),
                    gauge(
                            "fresnel.learning.queued",
                            Unit.COUNT,
                            "Cells with evidence that the store has not acknowledged."),
                    gauge(
                            "fresnel.learning.stored.ignored",
                            Unit.COUNT,
                            "Stored values that hold nothing, or belong to nobody here."),
                    counter(
                            "fresnel.learning.flushes",
                            Unit.COUNT,
                            "Calls that take what was learned to the store, or ask for more.",
                            "result"),
                    counter(
                            "fresnel.learning.deltas.lost",
                            Unit.COUNT,
                            "Pieces of evidence that will not reach the store.",
                            "why"),
                    gauge("fresnel.redis.up", Unit.FLAG, "1 while Redis answers."),
                    counter("fresnel.redis.connections", Unit.COUNT, "Connections made to Redis."),
                    counter("fresnel.redis.failures", Unit.COUNT, "Redis operations without a result.", "kind"),
                    counter("fresnel.lens.store.failures", Unit.COUNT, "The store failed on a lens.", "operation"),
                    counter(
                            "fresnel.store.problems",
                            Unit.COUNT,
                            "The store was damaged or cannot be written.",
                            "kind"),
                    counter("fresnel.log.dropped", Unit.COUNT, "Log lines lost."),
                    counter(
                            "fresnel.upstream.calls",
                            Unit.COUNT,
                            "Calls to an upstream over, by what came of them.",
                            "upstream",
                            "outcome"),
                    counter(
                            "fresnel.upstream.retries",
                            Unit.COUNT,
                            "Requests sent to an upstream once more.",
                            "upstream"),
                    gauge(
                            "fresnel.upstream.running",
                            Unit.COUNT,
                            "Calls that have a connection to the upstream.",
                            "upstream"),
                    gauge(
                            "fresnel.upstream.waiting",
                            Unit.COUNT,
                            "Calls that wait for a connection to the upstream.",
                            "upstream"),
                    counter(
                            "fresnel.trace.spans",
                            Unit.COUNT,
                            "Spans of traces, by whether the collector has them.",
                            "result"))
            .collect(Collectors.toMap(
                    Metric::name,
                    Function.identity(),
                    (one, _) -> {
                        throw new IllegalStateException("two metrics are called " + one.name());
                    },
                    TreeMap::new));

    private MetricCatalogue() {}

    private static Metric counter(String name, Unit unit, String help, String... labels) {
        return new Metric(name, Kind.COUNTER, unit, help, List.of(labels));
    }

    private static Metric gauge(String name, Unit unit, String help, String... labels) {
        return new Metric(name, Kind.GAUGE, unit, help, List.of(labels));
    }

    private static Metric timer(String name, Unit unit, String help, String... labels) {
        return new Metric(name, Kind.TIMER, unit, help, List.of(labels));
    }

    static List<Metric> all() {
        return List.copyOf(ALL.values());
    }

    /**
     * What {@code # HELP} says of a metric. Throws for one that is not in the catalogue, or has other labels there.
     *
     * @param tags names and values in turn
     */
    static String help(String name, String... tags) {
        Metric metric = ALL.get(name);
        if (metric == null || !hasLabels(metric.labels(), tags)) {
            throw new IllegalArgumentException(
                    "the catalogue has no metric " + name + " with the labels " + Arrays.toString(tags));
        }
        return metric.help();
    }

    private static boolean hasLabels(List<String> labels, String... tags) {
        boolean same = tags.length == 2 * labels.size();
        for (int i = 0; same && i < labels.size(); i++) {
            same = labels.get(i).equals(tags[2 * i]);
        }
        return same;
    }
}
