package dev.fresnel.replay;

import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedRow;
import dev.fresnel.replay.rule.Offer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How recorded rows become a stream: the order is shuffled anew for each seed, the set is passed as often as the length needs, and the
 * asked-for troubles are laid over it. One request per second unless it says otherwise. Immutable; the same seed draws the same stream.
 */
public final class TrafficPlan {
    private final DataSet set;
    private final TaskMeans means;
    private final int length;
    private final double perSecond;
    private final Order order;
    private final int tenants;
    private final double feedback;
    private final int delay;
    private final Optional<Drop> drop;
    private final Optional<Price> price;
    private final Optional<Newcomer> newcomer;

    private enum Order {
        /** Each pass is a permutation of all rows. */
        SHUFFLED,
        /** Each request is any row: samples of a population whose means are known exactly. */
        DRAWN
    }

    /** From {@code from} until before {@code to}, {@code arm} is wrong more often: its mean quality falls by {@code points}. */
    private record Drop(int arm, double points, int from, int to) {}

    /** From {@code from} on, {@code arm} costs {@code factor} times as much, and everybody is told. */
    private record Price(int arm, double factor, int from) {}

    /** {@code arm} does not exist before {@code from}. */
    private record Newcomer(int arm, int from) {}

    private TrafficPlan(
            DataSet set,
            TaskMeans means,
            int length,
            double perSecond,
            Order order,
            int tenants,
            double feedback,
            int delay,
            Optional<Drop> drop,
            Optional<Price> price,
            Optional<Newcomer> newcomer) {
        this.set = set;
        this.means = means;
        this.length = length;
        this.perSecond = perSecond;
        this.order = order;
        this.tenants = tenants;
        this.feedback = feedback;
        this.delay = delay;
        this.drop = drop;
        this.price = price;
        this.newcomer = newcomer;
    }

    /** @param length in requests, 1 or more */
    public static TrafficPlan of(DataSet set, int length) {
        return new TrafficPlan(
                set,
                new TaskMeans(set),
                length,
                1,
                Order.SHUFFLED,
                1,
                1,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Every row {@code passes} times. */
    public static TrafficPlan passes(DataSet set, int passes) {
        return of(set, passes * set.rows().size());
    }

    /** So many requests each second, in even steps. */
    public TrafficPlan perSecond(double requests) {
        return new TrafficPlan(set, means, length, requests, order, tenants, feedback, delay, drop, price, newcomer);
    }

    /** Rows drawn with replacement instead of shuffled. */
    public TrafficPlan drawn() {
        return new TrafficPlan(
                set, means, length, perSecond, Order.DRAWN, tenants, feedback, delay, drop, price, newcomer);
    }

    /** Requests come from this many tenants, the k-th with a share proportional to 1/k. */
    public TrafficPlan tenants(int count) {
        return new TrafficPlan(set, means, length, perSecond, order, count, feedback, delay, drop, price, newcomer);
    }

    /** Only this share of outcomes ever becomes known. */
    public TrafficPlan feedback(double share) {
        return new TrafficPlan(set, means, length, perSecond, order, tenants, share, delay, drop, price, newcomer);
    }

    /** Outcomes become known this many requests later. */
    public TrafficPlan delay(int requests) {
        return new TrafficPlan(
                set, means, length, perSecond, order, tenants, feedback, requests, drop, price, newcomer);
    }

    /** {@code arm} silently loses {@code points} of mean quality in every task, from one request until before another. */
    public TrafficPlan drop(int arm, double points, int from, int to) {
        return new TrafficPlan(
                set,
                means,
                length,
                perSecond,
                order,
                tenants,
                feedback,
                delay,
                Optional.of(new Drop(arm, points, from, to)),
                price,
                newcomer);
    }

    /** {@code arm} costs {@code factor} times as much from {@code from} on, and offers say so. */
    public TrafficPlan price(int arm, double factor, int from) {
        return new TrafficPlan(
                set,
                means,
                length,
                perSecond,
                order,
                tenants,
                feedback,
                delay,
                drop,
                Optional.of(new Price(arm, factor, from)),
                newcomer);
    }

    /** {@code arm} may be chosen only from {@code from} on. */
    public TrafficPlan newcomer(int arm, int from) {
        return new TrafficPlan(
                set,
                means,
                length,
                perSecond,
                order,
                tenants,
                feedback,
                delay,
                drop,
                price,
                Optional.of(new Newcomer(arm, from)));
    }

    public int length() {
        return length;
    }

    public DataSet set() {
        return set;
    }

    public TaskMeans means() {
        return means;
    }

    /** The stream of this seed. */
    public Traffic draw(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        // One source each, so that a trouble laid over a stream leaves its order as it was.
        RandomGenerator ordering = chance.split();
        RandomGenerator asking = chance.split();
        RandomGenerator telling = chance.split();
        RandomGenerator failing = chance.split();
        int arms = set.arms().size();
        Offer[] offers = new Offer[length];
        double[] quality = new double[length * arms];
        double[] truth = new double[length * arms];
        double[] costUsd = new double[length * arms];
        int[] delays = new int[length];
        int[] rows = rows(ordering);
        double[] zipf = zipf(tenants);
        for (int step = 0; step < length; step++) {
            RecordedRow row = set.rows().get(rows[step]);
            double[] expected = new double[arms];
            boolean[] open = new boolean[arms];
            for (int arm = 0; arm < arms; arm++) {
                double factor = factor(step, arm);
                double mean = means.quality(row.task(), arm);
                double lost = lost(step, arm, mean);
                boolean fails = failing.nextDouble() < lost;
                quality[step * arms + arm] = fails ? 0 : row.outcomes().get(arm).quality();
                truth[step * arms + arm] = mean * (1 - lost);
                costUsd[step * arms + arm] = row.outcomes().get(arm).costUsd() * factor;
                expected[arm] = means.costUsd(row.task(), arm) * factor;
                open[arm] = isOpen(step, arm);
            }
            delays[step] = telling.nextDouble() < feedback ? delay : Traffic.NEVER;
            offers[step] = new Offer(
                    step,
                    step / perSecond,
                    new Offer.Asked("t" + tenant(zipf, asking.nextDouble()), row.task(), row.text()),
                    new Offer.Money(set.successUsd(), expected),
                    open);
        }
        return new Traffic(set.arms(), offers, quality, truth, costUsd, delays);
    }

    private double factor(int step, int arm) {
        return price.filter(change -> change.arm() == arm && step >= change.from())
                .map(Price::factor)
                .orElse(1.0);
    }

    /** Probability that a good answer of {@code arm} turns bad. */
    private double lost(int step, int arm, double mean) {
        return drop.filter(change -> change.arm() == arm && step >= change.from() && step < change.to())
                .map(change -> mean <= change.points() ? 1 : change.points() / mean)
                .orElse(0.0);
    }

    private boolean isOpen(int step, int arm) {
        return newcomer.filter(change -> change.arm() == arm && step < change.from())
                .isEmpty();
    }

    private int[] rows(RandomGenerator chance) {
        List<RecordedRow> all = set.rows();
        int[] rows = new int[length];
        int[] pass = new int[all.size()];
        Arrays.setAll(pass, i -> i);
        for (int step = 0; step < length; step++) {
            int at = step % pass.length;
            switch (order) {
                case DRAWN -> rows[step] = chance.nextInt(pass.length);
                case SHUFFLED -> {
                    int other = at + chance.nextInt(pass.length - at);
                    int taken = pass[other];
                    pass[other] = pass[at];
                    pass[at] = taken;
                    rows[step] = taken;
                }
            }
        }
        return rows;
    }

    private static double[] zipf(int count) {
        double[] cumulative = new double[count];
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += 1.0 / (k + 1);
            cumulative[k] = sum;
        }
        for (int k = 0; k < count; k++) {
            cumulative[k] /= sum;
        }
        return cumulative;
    }

    private static int tenant(double[] cumulative, double draw) {
        int found = Arrays.binarySearch(cumulative, draw);
        return Math.min(found < 0 ? -found - 1 : found, cumulative.length - 1);
    }
}
