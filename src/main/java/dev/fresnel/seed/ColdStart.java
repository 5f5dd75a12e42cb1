package dev.fresnel.seed;

import dev.fresnel.delegation.ContextFeature;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.TaskFeatures;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.Seed;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a policy starts from: the rows of a {@link SeedFile}, told to every population of the config that they speak of. A row speaks of the tasks of
 * all routes in a learned mode that have its arm, for requested models of its tier.
 *
 * <p>Rows are a prior and no outcomes. They enter this process's policy when it starts, from the file; no store ever holds them, no quality
 * guard counts them, and taking the file away takes them away. So a restart or another replica never counts them twice, and since they are
 * weighed by when they were observed, never renews them either.
 */
public final class ColdStart {
    /** One task of one population, and one arm. */
    private record Cell(Context context, Arm arm) {}

    /** Of whom a row may speak: a population, how its tasks are told apart, and which arms it has. */
    private record Target(String population, Tier tier, Set<ContextFeature> by, Set<Arm> arms) {}

    /**
     * Rows of a cell, aged to the newest of them.
     *
     * @param newest when the last of them was observed
     * @param weight of all of them then
     * @param reward the same of their rewards
     * @param rows with a reward; the sums and counts beside it are of all rows
     */
    private record Tally(Instant newest, double weight, double reward, int rows, int silent, long timed, long millis) {}

    /**
     * What the rows say of one arm in one task.
     *
     * @param population as the policy names it: tenant and requested model
     * @param quality mean reward, 0.0 to 1.0; not a number where no row has one
     * @param rows that have one
     * @param silent rows that tell time and cost only
     * @param meanMillis not a number where no row has a time
     */
    public record Line(
            String population, String task, Arm arm, double quality, int rows, int silent, double meanMillis) {}

    /**
     * What became of the rows.
     *
     * @param used rows that speak of at least one task of the config
     * @param unknownArms rows whose arm no route in a learned mode has
     * @param elsewhere rows that have such an arm, and speak of no model or task here
     */
    public record Counts(int used, int unknownArms, int elsewhere) {}

    private final Map<Cell, Tally> cells = new LinkedHashMap<>();
    private final Duration memory;
    private Counts counts = new Counts(0, 0, 0);

    private ColdStart(Duration memory) {
        this.memory = memory;
    }

    /**
     * Finds what each row speaks of.
     *
     * @param memory of the policy: the time in which a row loses all but a third of its weight
     * @param now rows from later are taken to be from now
     */
    public static ColdStart of(SeedFile file, List<Tenant> tenants, ModelCatalog models, Duration memory, Instant now) {
        ColdStart start = new ColdStart(memory);
        Set<Target> targets = targets(tenants, models);
        int used = 0;
        int unknown = 0;
        for (SeedRow row : file.rows()) {
            Instant at = row.observedAt().orElse(file.written());
            boolean speaks = false;
            boolean known = false;
            for (Target target : targets) {
                if (target.arms().contains(row.arm())) {
                    known = true;
                    speaks |= start.add(target, row, at.isAfter(now) ? now : at);
                }
            }
            used += speaks ? 1 : 0;
            unknown += known ? 0 : 1;
        }
        start.counts = new Counts(used, unknown, file.rows().size() - used - unknown);
        return start;
    }

    private static Set<Target> targets(List<Tenant> tenants, ModelCatalog models) {
        Set<Target> targets = new LinkedHashSet<>();
        for (Tenant tenant : tenants) {
            for (Model model : models.models()) {
                RoutePlan plan = tenant.routeFor(model.name(), Optional.empty());
                if (plan.mode().isLearned()) {
                    LearnedRules learned = plan.learned();
                    targets.add(new Target(
                            learned.pooling().population(tenant.id(), model.name()),
                            model.tier(),
                            learned.features(),
                            Set.copyOf(plan.arms())));
                }
            }
        }
        return targets;
    }

    private boolean add(Target target, SeedRow row, Instant at) {
        SeedRow.Features features = row.features();
        Set<ContextFeature> by = target.by();
        boolean speaks = (features.tier().isEmpty() || features.tier().get() == target.tier())
                && (!by.contains(ContextFeature.TASK_KIND) || features.kind().isPresent())
                && (!by.contains(ContextFeature.OUTPUT_SIZE)
                        || features.outputTokens().isPresent())
                && (!by.contains(ContextFeature.INPUT_SIZE)
                        || features.inputTokens().isPresent());
        if (speaks) {
            String task = new TaskFeatures(
                            features.kind().orElse(TaskKind.OTHER),
                            Fingerprint.of("any repository"),
                            Long.highestOneBit(features.inputTokens().orElse(0)),
                            Long.highestOneBit(features.outputTokens().orElse(0)),
                            target.tier(),
                            TaskFeatures.KindSource.RULES)
                    .task(by);
            cells.merge(
                    new Cell(new Context(target.population(), task, Context.WHOLE_TASK), row.arm()),
                    tally(row, at),
                    this::plus);
        }
        return speaks;
    }

    private static Tally tally(SeedRow row, Instant at) {
        boolean silent = row.reward().isEmpty();
        return new Tally(
                at,
                silent ? 0 : row.weight(),
                silent ? 0 : row.weight() * row.reward().getAsDouble(),
                silent ? 0 : 1,
                silent ? 1 : 0,
                row.wallTimeMillis().isPresent() ? 1 : 0,
                row.wallTimeMillis().orElse(0));
    }

    private Tally plus(Tally one, Tally other) {
        Instant newest = one.newest().isAfter(other.newest()) ? one.newest() : other.newest();
        double a = kept(one.newest(), newest);
        double b = kept(other.newest(), newest);
        return new Tally(
                newest,
                a * one.weight() + b * other.weight(),
                a * one.reward() + b * other.reward(),
                one.rows() + other.rows(),
                one.silent() + other.silent(),
                one.timed() + other.timed(),
                one.millis() + other.millis());
    }

    private double kept(Instant from, Instant to) {
        return Math.exp(-Duration.between(from, to).toMillis() / (double) memory.toMillis());
    }

    public Counts counts() {
        return counts;
    }

    /** In the order in which the file first speaks of them. */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        cells.forEach((cell, tally) -> lines.add(new Line(
                cell.context().population(),
                cell.context().task(),
                cell.arm(),
                tally.reward() / tally.weight(),
                tally.rows(),
                tally.silent(),
                tally.millis() / (double) tally.timed())));
        return lines;
    }

    /** Tells a policy that has just been made. The policy caps what the rows of a task and arm weigh together. */
    public void tell(Policy policy, Instant now) {
        cells.forEach((cell, tally) -> {
            if (tally.weight() > 0) {
                Seed seed = new Seed(cell.context(), cell.arm(), tally.reward() / tally.weight(), tally.weight());
                policy.seedAsOf(List.of(seed), tally.newest());
            }
        });
        // What was told as of then is believed as of now.
        policy.refresh(now);
    }
}
