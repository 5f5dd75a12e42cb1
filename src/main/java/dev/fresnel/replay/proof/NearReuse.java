package dev.fresnel.replay.proof;

import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensSubject;
import dev.fresnel.lens.NearLenses;
import dev.fresnel.lens.Tally;
import dev.fresnel.lens.TaskBrief;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.TaskTexts;
import dev.fresnel.replay.data.TaskTexts.TaskText;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * P19: tasks come one after another, one that has no lens and borrows none gets its own, and what comes of borrowing is told at once: good
 * where the two ask for the same. Wrong reuse is counted among the tasks that had a neighbour at all. A hit is right reuse among the
 * tasks whose like had come before.
 *
 * <p>The texts come without lenses. So the gateway's look at what the lens speaks of cannot be measured on them: the lens of the main figures
 * speaks of nothing in particular, and another one repeats every word of its task. Beside both, the fixed threshold of .8.
 */
final class NearReuse implements Proof {
    private static final int TEXTS = 4_000;
    private static final double DELTA = 5;
    private static final TenantId TENANT = new TenantId("acme");
    private static final Fingerprint PARTITION = Fingerprint.of("acme");
    private static final ModelName SMART = new ModelName("smart");
    private static final Instant NOW = Instant.EPOCH;

    @Override
    public String id() {
        return "P19";
    }

    @Override
    public String title() {
        return "near lenses: borrowed where it is the same task, not where it only looks so";
    }

    /** Who decides about a neighbour. */
    private enum How {
        LEARNED("learned", false, false),
        THRESHOLD("fixed .8", true, false),
        SPOKEN("learned, lens repeats its task", false, true);

        private final String label;
        private final boolean always;
        private final boolean speaks;

        How(String label, boolean always, boolean speaks) {
            this.label = label;
            this.always = always;
            this.speaks = speaks;
        }
    }

    /** One run. */
    private record Course(int texts, int neighbours, int wrong, int right, int known) {
        /** Percent of the texts with a neighbour; none had one: nothing went wrong. */
        double wrongShare() {
            return neighbours == 0 ? 0 : 100.0 * wrong / neighbours;
        }

        double hits() {
            return known == 0 ? 0 : 100.0 * right / known;
        }

        double wrongReuses() {
            return wrong + right == 0 ? 0 : 100.0 * wrong / (wrong + right);
        }
    }

    @Override
    public Verdict run(Bench bench) {
        List<Claim> claims = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (String set : TaskTexts.names()) {
            List<List<TaskText>> texts = new TaskTexts(bench.recordings()).load(set);
            for (How how : How.values()) {
                List<Course> courses = Seeds.each(bench.seeds(), seed -> course(texts, how, seed));
                if (how == How.LEARNED) {
                    Interval wrong = Seeds.interval(courses, Course::wrongShare);
                    Interval upper = new Interval(wrong.high(), Double.NaN, wrong.count());
                    claims.add(Claim.atMost(set + ": wrong reuse, %, upper end of the interval", upper, DELTA, 2));
                    claims.add(Claim.atLeast(set + ": hits, %", Seeds.interval(courses, Course::hits), 70, 1));
                }
                rows.add(row(set, how, courses));
            }
        }
        return new Verdict(
                id(),
                "dup-*: " + TEXTS
                        + " texts a seed at most, in random order, pairs in theirs; outcomes told at once; no rule of the policy takes part",
                claims,
                List.of(new Table(
                        List.of("set", "reuse", "had a neighbour %", "wrong % of these", "wrong % of reuses", "hits %"),
                        rows)),
                List.of());
    }

    private static List<String> row(String set, How how, List<Course> courses) {
        return List.of(
                set,
                how.label,
                text(courses, course -> 100.0 * course.neighbours() / course.texts()),
                text(courses, Course::wrongShare),
                text(courses, Course::wrongReuses),
                text(courses, Course::hits));
    }

    private static String text(List<Course> courses, ToDoubleFunction<Course> number) {
        return Seeds.interval(courses, number).text(1);
    }

    private static Course course(List<List<TaskText>> all, How how, long seed) {
        Random chance = new Random(seed);
        List<List<TaskText>> order = new ArrayList<>(all);
        Collections.shuffle(order, chance);
        NearLenses near = new NearLenses(chance.nextLong());
        LensKeys keys = new LensKeys("p19");
        Map<LensKey, String> groups = new HashMap<>();
        Set<String> seen = new HashSet<>();
        int texts = 0;
        int neighbours = 0;
        int wrong = 0;
        int right = 0;
        int known = 0;
        for (TaskText task : order.stream().flatMap(List::stream).limit(TEXTS).toList()) {
            texts++;
            LensSubject subject = new LensSubject.Task("", "", task.text());
            LensKey key = keys.keyFor(LensKeys.Owner.of(TENANT), SMART, subject);
            if (groups.containsKey(key)) {
                // Its own lens is there: no question of a neighbour's.
                continue;
            }
            known += seen.contains(task.group()) ? 1 : 0;
            // Asked with the luckiest draw, so that a neighbour shows also where it is not tried.
            Optional<NearLenses.Near> found = near.find(PARTITION, task.text(), 0);
            neighbours += found.isPresent() ? 1 : 0;
            boolean borrows = found.isPresent()
                    && (how.always
                            || found.get().grounds() == NearLenses.Grounds.PROVEN
                            || chance.nextDouble() < NearLenses.TRIAL);
            if (borrows) {
                boolean same = task.group().equals(groups.get(found.get().key()));
                right += same ? 1 : 0;
                wrong += same ? 0 : 1;
                near.heard(found.get().key(), found.get().similarity(), Tally.of(same ? 1 : 0, 1), 1);
            } else {
                groups.put(key, task.group());
                seen.add(task.group());
                near.add(PARTITION, key, task.text(), lens(subject, task.text(), how));
            }
        }
        return new Course(texts, neighbours, wrong, right, known);
    }

    private static Lens lens(LensSubject subject, String text, How how) {
        Lens silent = Lens.minimal(TaskBrief.of(subject, "", List.of(), ""), NOW);
        return new Lens(
                "",
                how.speaks ? List.of(text) : List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                silent.provenance());
    }
}
