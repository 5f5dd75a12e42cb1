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
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.GuidedAnswers.Guided;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The second half of P18: the judge on recorded answers with and without guidance. Each kind of guidance is a lens, each task a key; answers are
 * drawn with replacement, nine with guidance to one without, until the lens is retired or 300 have been given. The tasks of one model lie far apart
 * (7 to 74 % right), so what is known of the others helps little.
 */
final class RecordedGuidance {
    private static final int ANSWERS = 300;
    private static final double WITHOUT = 0.1;
    private static final TenantId TENANT = new TenantId("acme");

    private RecordedGuidance() {}

    static Table table(List<Guided> all, int seeds) {
        List<int[]> runs = Seeds.each(seeds, seed -> run(all, new SplittableRandom(seed)));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int at = i;
            int[] retired = runs.stream()
                    .mapToInt(run -> run[at])
                    .filter(uses -> uses > 0)
                    .sorted()
                    .toArray();
            Guided guided = all.get(i);
            rows.add(List.of(
                    guided.task(),
                    guided.model(),
                    guided.guidance(),
                    String.format(Locale.ROOT, "%+.1f", 100 * guided.lift()),
                    String.format(Locale.ROOT, "%.0f", 100.0 * retired.length / seeds),
                    retired.length == 0 ? "" : Integer.toString(retired[retired.length / 2])));
        }
        return new Table(
                List.of(
                        "recorded task",
                        "model",
                        "guidance",
                        "lift, points",
                        "retired % of seeds",
                        "median uses until"),
                rows);
    }

    /** Uses until each was retired; 0: it was not. */
    private static int[] run(List<Guided> all, SplittableRandom chance) {
        int[] retiredAt = new int[all.size()];
        int[] uses = new int[all.size()];
        LensCounts[] own = new LensCounts[all.size()];
        Arrays.fill(own, LensCounts.NONE);
        LensCounts tenant = LensCounts.NONE;
        for (int round = 0; round < ANSWERS; round++) {
            LensSpread spread = LensSpread.of(List.of(own));
            for (int i = 0; i < all.size(); i++) {
                Guided guided = all.get(i);
                boolean with = retiredAt[i] == 0 && chance.nextDouble() >= WITHOUT;
                List<Boolean> answers = with ? guided.with() : guided.without();
                boolean right = answers.get(chance.nextInt(answers.size()));
                LensId lens = lens(i);
                LensUse use = new LensUse(
                        new LensKey(TENANT, Fingerprint.of("task", Integer.toString(i))),
                        with ? Optional.of(lens) : Optional.empty(),
                        Optional.of(new ModelName(guided.model())));
                Tally outcome = Tally.of(right ? 1 : 0, 1);
                own[i] = own[i].plus(LensRecord.own(use, outcome));
                tenant = tenant.plus(LensRecord.ofTenant(use, outcome));
                if (with) {
                    uses[i]++;
                    if (LensJudge.harm(lens, new Recorded(own[i], tenant), spread)
                            .isPresent()) {
                        retiredAt[i] = uses[i];
                    }
                }
            }
        }
        return retiredAt;
    }

    private static LensId lens(int index) {
        return new LensId(Fingerprint.of("lens", Integer.toString(index)).shortForm());
    }
}
