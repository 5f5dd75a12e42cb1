package dev.fresnel.replay.proof;

import dev.fresnel.lens.LensCounts;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensJudge;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensRecord;
import dev.fresnel.lens.LensSpread;
import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.Recorded;
import dev.fresnel.lens.Tally;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.replay.data.GuidedAnswers;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * P18: of a tenant's 84 tasks 16 have a lens that costs ten points of quality, the others one that gains eight (as many hurt in SkillsBench).
 * A made world: no recorded data knows answers with and without a lens. Every outcome is told, right or wrong. Of a task's requests nine
 * in ten get the lens until it is retired, and no better version is found afterwards, which is the worst case.
 *
 * <p>Beside the gateway's judge: never retiring; trusting the plain means after 20 uses; and the best test there can be, which is told every
 * quality beforehand and only has to find out which of the two kinds a lens is.
 */
final class NegativeLens implements Proof {
    private static final int TASKS = 84;
    private static final int BAD = 16;
    private static final double LOSS = 0.10;
    private static final double GAIN = 0.08;
    private static final int REQUESTS = 500;
    private static final int SOON = 60;
    private static final double WITHOUT = 0.1;
    private static final double DIRECT_AHEAD = 0.15;

    private static final TenantId TENANT = new TenantId("acme");
    private static final ModelName WORKER = new ModelName("cheap");
    private static final LensId LENS = new LensId("0123456789abcdef");

    @Override
    public String id() {
        return "P18";
    }

    @Override
    public String title() {
        return "negative lenses: found out soon, good ones left alone";
    }

    /**
     * A world.
     *
     * @param quality of bare answers, mean over the tasks
     * @param spread of it between tasks, standard deviation
     * @param bare whether the tenth without a lens goes to the bare worker; else to the requested model
     */
    private record World(String name, double quality, double spread, boolean bare) {}

    /** Decides when a lens is retired. */
    private interface Judge {
        boolean retires(State task, Recorded sums, LensSpread spread);
    }

    /** One task on its way. */
    private static final class State {
        private final LensKey key;
        private final double base;
        private final boolean bad;
        private LensCounts own = LensCounts.NONE;
        private int uses;
        private double logOdds = Math.log((double) BAD / (TASKS - BAD));
        private int retiredAt;

        State(int index, double base, boolean bad) {
            this.key = new LensKey(TENANT, Fingerprint.of("task", Integer.toString(index)));
            this.base = base;
            this.bad = bad;
        }

        double with() {
            return quality(bad);
        }

        double quality(boolean ifBad) {
            return Math.clamp(base + (ifBad ? -LOSS : GAIN), 0.01, 0.99);
        }
    }

    /** One run: shares of 0.0 to 1.0. */
    private record Course(double soon, double found, double wrong, double lift) {}

    private static final Judge GATEWAY =
            (_, sums, spread) -> LensJudge.harm(LENS, sums, spread).isPresent();
    private static final Judge NEVER = (_, _, _) -> false;
    private static final Judge MEANS = (_, sums, _) -> {
        LensRecord own = new LensRecord(sums.own());
        LensRecord all = new LensRecord(sums.tenant());
        Tally with = own.with(LENS, WORKER.value());
        Tally bare = all.bare(WORKER.value());
        return with.answers() >= 20 && with.good() / with.mass() < bare.good() / Math.max(1, bare.mass());
    };
    private static final Judge BEST = (task, _, _) -> task.uses >= 20 && task.logOdds > Math.log(9);

    @Override
    public Verdict run(Bench bench) {
        World main = new World("quality .7, all tasks alike", 0.7, 0, true);
        List<Course> gateway = courses(main, GATEWAY, bench.seeds());
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(main, "gateway", gateway));
        rows.add(row(main, "best test", courses(main, BEST, bench.seeds())));
        rows.add(row(main, "plain means", courses(main, MEANS, bench.seeds())));
        rows.add(row(main, "never", courses(main, NEVER, bench.seeds())));
        for (World other : List.of(
                new World("quality .5", 0.5, 0, true),
                new World("quality .85", 0.85, 0, true),
                new World("tasks differ by .1", 0.7, 0.1, true),
                new World("no bare worker", 0.7, 0, false),
                new World("no bare worker, tasks differ", 0.7, 0.1, false))) {
            rows.add(row(other, "gateway", courses(other, GATEWAY, bench.seeds())));
            rows.add(row(other, "best test", courses(other, BEST, bench.seeds())));
        }
        List<Table> tables = new ArrayList<>(List.of(new Table(
                List.of(
                        "world",
                        "judge",
                        "bad retired within 60 %",
                        "bad retired at all %",
                        "good retired %",
                        "net lift %"),
                rows)));
        String recorded = "";
        try {
            tables.add(RecordedGuidance.table(new GuidedAnswers(bench.recordings()).load(), bench.seeds()));
        } catch (DataProblem absent) {
            recorded = "; RECORDED GUIDANCE IS NOT SHOWN: " + absent.getMessage();
        }
        return new Verdict(
                id(),
                String.format(
                                Locale.ROOT,
                                "made: %d tasks, %d lenses of -10 points and %d of +8, %d requests each, a tenth without lens; no rule of the policy takes part",
                                TASKS,
                                BAD,
                                TASKS - BAD,
                                REQUESTS)
                        + recorded,
                List.of(
                        Claim.atLeast("bad lenses retired within 60 uses, %", percent(gateway, Course::soon), 90, 1),
                        Claim.atMost("good lenses retired, %", percent(gateway, Course::wrong), 2, 1),
                        Claim.atLeast("net lift, % of the oracle's", percent(gateway, Course::lift), 90, 1)),
                tables,
                List.of());
    }

    private static List<String> row(World world, String judge, List<Course> courses) {
        return List.of(
                world.name(),
                judge,
                percent(courses, Course::soon).text(1),
                percent(courses, Course::found).text(1),
                percent(courses, Course::wrong).text(1),
                percent(courses, Course::lift).text(1));
    }

    private static Interval percent(List<Course> courses, java.util.function.ToDoubleFunction<Course> share) {
        return Seeds.interval(courses, course -> 100 * share.applyAsDouble(course));
    }

    private static List<Course> courses(World world, Judge judge, int seeds) {
        return Seeds.each(seeds, seed -> course(world, judge, new SplittableRandom(seed)));
    }

    private static Course course(World world, Judge judge, SplittableRandom chance) {
        List<State> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            double base = world.quality() + world.spread() * gaussian(chance);
            tasks.add(new State(i, Math.clamp(base, LOSS + 0.05, 0.95), i < BAD));
        }
        LensCounts tenant = LensCounts.NONE;
        double gained = 0;
        double most = 0;
        for (int request = 0; request < REQUESTS; request++) {
            LensSpread spread =
                    LensSpread.of(tasks.stream().map(task -> task.own).toList());
            for (State task : tasks) {
                boolean control = chance.nextDouble() < WITHOUT;
                double luck = chance.nextDouble();
                most += control || task.bad ? 0 : task.with() - task.base;
                boolean lens = !control && task.retiredAt == 0;
                gained += lens ? task.with() - task.base : 0;
                double quality = lens ? task.with() : control && !world.bare() ? direct(task) : task.base;
                boolean right = luck < quality;
                LensUse use = new LensUse(
                        task.key,
                        lens ? Optional.of(LENS) : Optional.empty(),
                        control && !world.bare() ? Optional.empty() : Optional.of(WORKER));
                Tally outcome = Tally.of(right ? 1 : 0, 1);
                task.own = task.own.plus(LensRecord.own(use, outcome));
                tenant = tenant.plus(LensRecord.ofTenant(use, outcome));
                if (lens) {
                    task.uses++;
                    double ifBad = task.quality(true);
                    double ifGood = task.quality(false);
                    task.logOdds += Math.log(right ? ifBad / ifGood : (1 - ifBad) / (1 - ifGood));
                    if (judge.retires(task, new Recorded(task.own, tenant), spread)) {
                        task.retiredAt = task.uses;
                    }
                }
            }
        }
        return new Course(
                tasks.stream()
                                .filter(t -> t.bad && t.retiredAt > 0 && t.retiredAt <= SOON)
                                .count()
                        / (double) BAD,
                tasks.stream().filter(t -> t.bad && t.retiredAt > 0).count() / (double) BAD,
                tasks.stream().filter(t -> !t.bad && t.retiredAt > 0).count() / (double) (TASKS - BAD),
                gained / most);
    }

    private static double direct(State task) {
        return Math.min(0.99, task.base + DIRECT_AHEAD);
    }

    /** Of mean 0 and standard deviation 1: Box and Muller (1958). */
    private static double gaussian(SplittableRandom chance) {
        return Math.sqrt(-2 * Math.log(1 - chance.nextDouble())) * Math.cos(2 * Math.PI * chance.nextDouble());
    }
}
