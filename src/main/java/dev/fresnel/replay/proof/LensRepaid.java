package dev.fresnel.replay.proof;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.Price;
import dev.fresnel.replay.Interval;
import dev.fresnel.replay.Seeds;
import dev.fresnel.replay.Table;
import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.proof.LengthStream.Arrival;
import dev.fresnel.replay.proof.LengthStream.Asked;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * P13: what the break-even saves of what could be saved, with recorded lengths of answers, three pairs of prices, and tasks that come
 * once, three and twenty times. The answer's length is foretold by the learned estimate, which has not seen the task before. Each use of a
 * task has the length that another of its recorded answers had. No quality is in it: a lens is assumed to be good, and used wherever it
 * saves money.
 */
final class LensRepaid implements Proof {
    private static final List<Double> ESCALATIONS = List.of(0.1, 0.3);
    private static final double FORMER_USES = 3;

    private static final Map<String, Pair> PAIRS = pairs();

    private record Pair(Price requested, Price worker) {}

    private static Map<String, Pair> pairs() {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        pairs.put("Opus 4.5 and Haiku 4.5", new Pair(price("5", "25"), price("1", "5")));
        pairs.put("GPT-5 and mini", new Pair(price("1.25", "10"), price("0.25", "2")));
        pairs.put("GPT-4o and mini", new Pair(price("2.5", "10"), price("0.15", "0.6")));
        return pairs;
    }

    private static Price price(String input, String output) {
        Usd in = Usd.of(new BigDecimal(input));
        return new Price(in, in, Usd.of(new BigDecimal(output)));
    }

    @Override
    public String id() {
        return "P13";
    }

    @Override
    public String title() {
        return "break-even: a lens is written where it repays itself";
    }

    /** Costs of one stream, relative to always direct. */
    private record Costs(double known, double savingUp, double former, double rfc, double oracle) {
        static Costs of(LensMarket market, List<LensMarket.Request> stream) {
            double direct = market.direct(stream).dollars();
            return new Costs(
                    market.knowing(stream).dollars() / direct,
                    market.savingUp(stream).dollars() / direct,
                    market.assuming(stream, FORMER_USES).dollars() / direct,
                    market.rfc(stream).dollars() / direct,
                    market.oracle(stream).dollars() / direct);
        }
    }

    @Override
    public Verdict run(Bench bench) {
        List<Claim> claims = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        double worst = 0;
        for (String name : List.of("alpaca-eval", "arena-hard")) {
            AnswerLengths set = bench.lengths().apply(name);
            notes.add(name + " " + set.prompts().size() + " prompts");
            List<Asked> prompts = LengthStream.read(set);
            List<List<String>> rows = new ArrayList<>();
            for (Recurrence uses : Recurrence.values()) {
                List<List<LensMarket.Request>> streams = Seeds.each(bench.seeds(), seed -> stream(prompts, uses, seed));
                for (Map.Entry<String, Pair> pair : PAIRS.entrySet()) {
                    for (double escalation : ESCALATIONS) {
                        LensMarket market = new LensMarket(
                                pair.getValue().requested(), pair.getValue().worker(), new CostModel(escalation, 1));
                        List<Costs> runs = streams.stream()
                                .map(stream -> Costs.of(market, stream))
                                .toList();
                        worst = Math.max(
                                worst, Seeds.interval(runs, Costs::known).mean());
                        rows.add(row(pair.getKey(), uses, escalation, runs));
                        if (pair.getKey().startsWith("Opus") && escalation == ESCALATIONS.getFirst()) {
                            claims.add(claim(name, uses, runs));
                        }
                    }
                }
            }
            tables.add(new Table(
                    List.of(
                            name,
                            "uses",
                            "f",
                            "uses known",
                            "% of oracle",
                            "saving up",
                            "% of oracle",
                            "uses = 3",
                            "% of oracle",
                            "rfc-137",
                            "oracle"),
                    rows));
        }
        claims.add(Claim.atMost("dearest cell, uses known, x direct", new Interval(worst, Double.NaN, 1), 1.0, 3));
        claims.add(Claim.atMost(
                "saving up against arrivals that mean ill: lost, x hindsight's, request waits",
                Seeds.interval(Seeds.each(bench.seeds(), AdverseArrivals::worstRatio), ratio -> ratio),
                2,
                3));
        return new Verdict(
                id(),
                String.join("; ", notes)
                        + "; costs are relative to always direct; a lens of 700 tokens; f is the share that the requested model"
                        + " answers after all",
                claims,
                tables,
                List.of());
    }

    /** Shares are of the means over seeds: in a stream where the oracle saves nothing, a share of it means nothing. */
    private static Claim claim(String set, Recurrence uses, List<Costs> runs) {
        return switch (uses) {
            case ONCE, THRICE, TWENTY ->
                Claim.atLeast(
                        set + ", " + uses.text() + ": % of the oracle's saving",
                        share(runs, Costs::known),
                        uses.target,
                        1);
            case MIXED ->
                Claim.atMost(
                        set + ", " + uses.text() + ": cost when saving up / when 3 uses are assumed",
                        Seeds.interval(runs, run -> run.savingUp() / run.former()),
                        1,
                        3);
        };
    }

    private static Interval share(List<Costs> runs, ToDoubleFunction<Costs> cost) {
        Interval ratio = Seeds.ratio(
                runs.stream().map(run -> 1 - cost.applyAsDouble(run)).toList(),
                runs.stream().map(run -> 1 - run.oracle()).toList(),
                saved -> saved);
        return new Interval(100 * ratio.mean(), 100 * ratio.half(), ratio.count());
    }

    /** How often a task comes. */
    private enum Recurrence {
        ONCE(20),
        THRICE(80),
        TWENTY(99),
        /** Most come once, a few often: seven in ten once, two three times, one twenty times. */
        MIXED(0);

        private final double target;

        Recurrence(double target) {
            this.target = target;
        }

        int draw(Random chance) {
            return switch (this) {
                case ONCE -> 1;
                case THRICE -> 3;
                case TWENTY -> 20;
                case MIXED -> {
                    double one = chance.nextDouble();
                    yield one < 0.7 ? 1 : one < 0.9 ? 3 : 20;
                }
            };
        }

        String text() {
            return switch (this) {
                case ONCE -> "once";
                case THRICE -> "3 times";
                case TWENTY -> "20 times";
                case MIXED -> "mixed";
            };
        }
    }

    private static List<String> row(String pair, Recurrence uses, double escalation, List<Costs> runs) {
        return List.of(
                pair,
                uses.text(),
                String.format(Locale.ROOT, "%.1f", escalation),
                Seeds.interval(runs, Costs::known).text(3),
                share(runs, Costs::known).text(0),
                Seeds.interval(runs, Costs::savingUp).text(3),
                share(runs, Costs::savingUp).text(0),
                Seeds.interval(runs, Costs::former).text(3),
                share(runs, Costs::former).text(0),
                Seeds.interval(runs, Costs::rfc).text(3),
                Seeds.interval(runs, Costs::oracle).text(3));
    }

    /** Every task so many times, in any order; estimated one after another, each before it is learned from. */
    private static List<LensMarket.Request> stream(List<Asked> prompts, Recurrence recurrence, long seed) {
        Random chance = new Random(seed);
        List<Use> order = new ArrayList<>();
        for (int task = 0; task < prompts.size(); task++) {
            Asked asked = prompts.get(task);
            List<Map.Entry<String, Long>> answers =
                    List.copyOf(asked.prompt().tokens().entrySet());
            int uses = recurrence.draw(chance);
            for (int use = 0; use < uses; use++) {
                Map.Entry<String, Long> answer = answers.get(chance.nextInt(answers.size()));
                order.add(new Use(task, uses, new Arrival(asked, "requested", answer.getValue())));
            }
        }
        Collections.shuffle(order, chance);
        LengthRule lengths = LengthRule.learned();
        List<LensMarket.Request> stream = new ArrayList<>();
        for (Use use : order) {
            Arrival arrival = use.arrival();
            long expected = Math.round(lengths.foretell(arrival).l50());
            stream.add(new LensMarket.Request(
                    use.task(),
                    use.uses(),
                    arrival.asked().inputTokens(),
                    expected,
                    arrival.tokens(),
                    Baselines.rfcDelegates(arrival.asked().prompt().text())));
            lengths.learn(arrival);
        }
        return stream;
    }

    private record Use(int task, int uses, Arrival arrival) {}
}
