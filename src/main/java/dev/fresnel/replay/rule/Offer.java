package dev.fresnel.replay.rule;

/**
 * What a rule may know of one request before it chooses. Arms are numbered as in the data set, 0 is the requested model. Immutable;
 * the same object is shown to every rule of a comparison.
 */
public final class Offer {
    private final int number;
    private final double seconds;
    private final String tenant;
    private final String task;
    private final String leaf;
    private final String text;
    private final double successUsd;
    private final double[] expectedUsd;
    private final boolean[] open;

    /**
     * @param number of the request in its stream, from 0
     * @param seconds since the stream began
     * @param money expected cost of each arm and what a success is worth
     * @param open which arms may be chosen; at least one
     */
    public Offer(int number, double seconds, Asked asked, Money money, boolean[] open) {
        this.number = number;
        this.seconds = seconds;
        this.tenant = asked.tenant();
        this.task = asked.task();
        this.leaf = asked.tenant() + '|' + asked.task();
        this.text = asked.text();
        this.successUsd = money.successUsd;
        this.expectedUsd = money.expectedUsd.clone();
        this.open = open.clone();
        boolean any = false;
        for (boolean arm : open) {
            any |= arm;
        }
        if (!any || open.length != expectedUsd.length) {
            throw new IllegalArgumentException("an offer needs an open arm, and a cost for each arm");
        }
    }

    private Offer(Offer from, boolean[] open) {
        this.number = from.number;
        this.seconds = from.seconds;
        this.tenant = from.tenant;
        this.task = from.task;
        this.leaf = from.leaf;
        this.text = from.text;
        this.successUsd = from.successUsd;
        this.expectedUsd = from.expectedUsd;
        this.open = open;
    }

    /**
     * Who asks for what.
     *
     * @param task class of work
     * @param text of the question; may be empty
     */
    public record Asked(String tenant, String task, String text) {}

    /** Expected cost of each arm, and what a success is worth, in dollars. */
    public static final class Money {
        private final double successUsd;
        private final double[] expectedUsd;

        public Money(double successUsd, double... expectedUsd) {
            this.successUsd = successUsd;
            this.expectedUsd = expectedUsd.clone();
        }
    }

    /** The same request with only these arms open. */
    public Offer withOpen(boolean... arms) {
        return new Offer(this, arms.clone());
    }

    public int number() {
        return number;
    }

    public double seconds() {
        return seconds;
    }

    public String tenant() {
        return tenant;
    }

    public String task() {
        return task;
    }

    /** Tenant and task: the finest bucket. */
    public String leaf() {
        return leaf;
    }

    public String text() {
        return text;
    }

    public int arms() {
        return open.length;
    }

    public boolean isOpen(int arm) {
        return open[arm];
    }

    /** Expected dollars of a call of {@code arm}. */
    public double expectedUsd(int arm) {
        return expectedUsd[arm];
    }

    /** What a success is worth, in dollars. */
    public double successUsd() {
        return successUsd;
    }

    /** Expected cost of a call in successes: dollars over what a success is worth. */
    public double charge(int arm) {
        return expectedUsd[arm] / successUsd;
    }
}
