package dev.fresnel.replay.proof;

import dev.fresnel.estimate.Answerer;
import dev.fresnel.estimate.LearnedLength;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.proof.LengthStream.Arrival;
import dev.fresnel.replay.proof.LengthStream.Asked;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * P12: answers' lengths, foretold one after another, each before it is learned from. The absolute targets were set on another mix of
 * AlpacaEval and Arena-Hard, so the learned estimate is also held against what a gateway could do without it, on the same stream. Tool calls
 * (BFCL) are far shorter and have relative targets only. Sets are never pooled.
 */
final class LengthsForetold implements Proof {
    private static final double COLD_MAE = 300;
    private static final double RECURRING_MAE = 180;
    private static final double COLD_AUC = 0.74;
    private static final double RECURRING_AUC = 0.85;
    private static final double MICROS = 30;
    private static final int PROMPT_BYTES = 8000;

    private static final String LEARNED = "learned";
    private static final String WORDS = "words";
    private static final String MEDIAN = "model's median so far";

    @Override
    public String id() {
        return "P12";
    }

    @Override
    public String title() {
        return "lengths of answers, known beforehand as well as may be";
    }

    /** Sets whose targets are given in tokens, and the one that is only compared. */
    private enum Targets {
        ABSOLUTE,
        RELATIVE
    }

    @Override
    public Verdict run(Bench bench) {
        List<Claim> claims = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Map<String, Targets> sets = new LinkedHashMap<>();
        sets.put("alpaca-eval", Targets.ABSOLUTE);
        sets.put("arena-hard", Targets.ABSOLUTE);
        sets.put("bfcl", Targets.RELATIVE);
        sets.forEach((name, targets) -> {
            AnswerLengths set = bench.lengths().apply(name);
            notes.add(name + " " + set.prompts().size() + " prompts, " + set.answers() + " answers ("
                    + set.skipped().size() + " lines skipped)");
            List<Asked> prompts = LengthStream.read(set);
            double centre = centre(prompts);
            judge(
                    name + ", cold",
                    targets,
                    COLD_MAE,
                    COLD_AUC,
                    claims,
                    tables,
                    Seeds.each(bench.seeds(), seed -> scores(LengthStream.cold(prompts, seed), centre)));
            judge(
                    name + ", recurring",
                    targets,
                    RECURRING_MAE,
                    RECURRING_AUC,
                    claims,
                    tables,
                    Seeds.each(bench.seeds(), seed -> scores(LengthStream.recurring(prompts, seed), centre)));
        });
        claims.add(Claim.atMost("microseconds of processor time for a prompt of 8 kB", micros(bench), MICROS, 1));
        return new Verdict(
                id(),
                String.join("; ", notes)
                        + ". Cold: each prompt once, put to a model drawn by chance. Recurring: every recorded answer once, so"
                        + " prompts come back from other models",
                claims,
                tables,
                List.of());
    }

    /** A median that nobody has beforehand: of all answers of the set. */
    private static double centre(List<Asked> prompts) {
        long[] all = prompts.stream()
                .flatMap(asked -> asked.prompt().tokens().values().stream())
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        return all[all.length / 2];
    }

    private static Map<String, LengthScore> scores(List<Arrival> stream, double centre) {
        Map<String, Supplier<LengthRule>> rules = new LinkedHashMap<>();
        rules.put(LEARNED, LengthRule::learned);
        rules.put(WORDS, LengthRule::words);
        rules.put(MEDIAN, LengthRule::runningMedian);
        rules.put("the set's median", () -> LengthRule.constant(centre));
        rules.put("rfc-137", LengthRule::rfc);
        Map<String, LengthScore> scores = new LinkedHashMap<>();
        rules.forEach((name, rule) -> scores.put(name, LengthScore.of(stream, rule.get())));
        return scores;
    }

    private static void judge(
            String stream,
            Targets targets,
            double mae,
            double auc,
            List<Claim> claims,
            List<Table> tables,
            List<Map<String, LengthScore>> runs) {
        List<LengthScore> learned = of(runs, LEARNED);
        switch (targets) {
            case ABSOLUTE -> {
                claims.add(Claim.atMost(
                        stream + ": mean error, tokens", Seeds.interval(learned, LengthScore::mae), mae, 1));
                claims.add(Claim.atLeast(
                        stream + ": AUC above " + LengthScore.LONG, Seeds.interval(learned, LengthScore::auc), auc, 3));
            }
            case RELATIVE -> {}
        }
        Interval covered = Seeds.interval(learned, score -> 100 * score.covered());
        claims.add(Claim.atLeast(stream + ": inside the 80 % band, %", covered, 78, 1));
        claims.add(Claim.atMost(stream + ": inside the 80 % band, %", covered, 82, 1));
        claims.add(Claim.atMost(
                stream + ": error / the words'", Seeds.ratio(learned, of(runs, WORDS), LengthScore::mae), 1, 2));
        claims.add(Claim.atMost(
                stream + ": error / the model's median's",
                Seeds.ratio(learned, of(runs, MEDIAN), LengthScore::mae),
                1,
                2));
        List<List<String>> rows = new ArrayList<>();
        for (String rule : runs.getFirst().keySet()) {
            List<LengthScore> scores = of(runs, rule);
            boolean band = rule.equals(LEARNED);
            boolean top = band || rule.equals(WORDS);
            rows.add(List.of(
                    rule,
                    Seeds.interval(scores, LengthScore::mae).text(1),
                    Seeds.interval(scores, score -> 100 * score.twofold()).text(1),
                    Seeds.interval(scores, LengthScore::auc).text(3),
                    band ? Seeds.interval(scores, score -> 100 * score.below()).text(1) : "-",
                    top ? Seeds.interval(scores, score -> 100 * score.above()).text(1) : "-"));
        }
        tables.add(new Table(
                List.of(stream, "mean error", "within 2x %", "AUC > 500", "below the band %", "above the 90 % %"),
                rows));
    }

    private static List<LengthScore> of(List<Map<String, LengthScore>> runs, String rule) {
        return runs.stream()
                .map(run -> java.util.Objects.requireNonNull(run.get(rule)))
                .toList();
    }

    /** Everything from a decoded text to the estimate, after the virtual machine has warmed up; one value per round. */
    private static Interval micros(Bench bench) {
        LearnedLength lengths = new LearnedLength();
        TenantId tenant = new TenantId("replay");
        Answerer answerer = Answerer.plain(new ModelName("m"));
        StringBuilder text = new StringBuilder("Explain the following and write tests for it. ");
        for (int i = 0; text.length() < PROMPT_BYTES - 20; i++) {
            text.append(String.format(Locale.ROOT, "word%d of line, ", i * 7919 % 1000));
        }
        var request = LengthStream.request(text.toString(), "");
        double[] rounds = new double[10];
        double sum = 0;
        for (int round = -10; round < rounds.length; round++) {
            long from = bench.nanos().getAsLong();
            for (int i = 0; i < 1000; i++) {
                TaskText task = TaskText.of(request);
                sum += lengths.estimate(lengths.read(tenant, request, task, 2000), answerer)
                        .l50();
            }
            if (round >= 0) {
                rounds[round] = (bench.nanos().getAsLong() - from) / 1e6;
            }
        }
        if (!(sum > 0)) {
            throw new IllegalStateException("an estimate is above 0");
        }
        return Interval.of(rounds);
    }
}
