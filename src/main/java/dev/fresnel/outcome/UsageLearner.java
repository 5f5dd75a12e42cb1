package dev.fresnel.outcome;

import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.Experience;
import dev.fresnel.estimate.Answerer;
import dev.fresnel.estimate.OutputEstimate;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Hands what providers counted to the {@link Experience} that estimates come from, on the one thread that was handed in.
 *
 * <p>May be called by any thread and returns at once. Beyond {@value #MAX_WAITING} waiting lessons new ones are dropped and counted:
 * nobody's reply may wait for learning.
 */
public final class UsageLearner {
    private static final int MAX_WAITING = 10_000;

    private final Experience experience;
    private final Executor thread;
    private final Learning learning;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder lengths = new LongAdder();
    private final LongAdder withinTwofold = new LongAdder();
    private final LongAdder aboveP90 = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /**
     * One call that a provider counted.
     *
     * @param expected of the request; its length is learned from when {@code whole}
     * @param answerer who wrote the answer
     * @param lensTokens injected, as our tokenizer counts
     */
    public record Answered(
            Experience.Expected expected, Answerer answerer, long lensTokens, Usage usage, Whole whole) {}

    /** Whether an answer ended by itself. */
    public enum Whole {
        YES,
        /** By a cap, a filter, the client or an outage: its length is not the one it would have had. */
        CUT
    }

    /**
     * Counts since the start.
     *
     * @param lengths answers whose length was learned from
     * @param withinTwofold those that had from half to twice the tokens expected
     * @param aboveP90 those that were longer than nine in ten were expected to be
     * @param dropped lessons there was no room for
     */
    public record Counts(long lengths, long withinTwofold, long aboveP90, long dropped) {}

    /** Whether anything is learned. */
    public enum Learning {
        ON,
        /** Estimates stay those of the request's words and of the price list. */
        OFF
    }

    /** @param thread runs what it is given one after another, never on an event loop */
    public UsageLearner(Experience experience, Executor thread, Learning learning) {
        this.learning = learning;
        this.experience = experience;
        this.thread = thread;
    }

    public void answered(Answered answer) {
        submit(() -> learn(answer));
    }

    /** @param escalated the arm's answer was found bad, and the requested model asked; an outage is no such thing */
    public void delegated(TenantId tenant, Arm arm, boolean escalated) {
        submit(() -> experience.learnDelegation(tenant, arm, escalated));
    }

    /** @param usage of writing one lens, as the provider reported it */
    public void lensWritten(ModelName smart, Usage usage) {
        submit(() -> experience.learnLens(smart, usage));
    }

    public Counts counts() {
        return new Counts(lengths.sum(), withinTwofold.sum(), aboveP90.sum(), dropped.sum());
    }

    private void learn(Answered answer) {
        Usage usage = answer.usage();
        experience.learnInput(
                answer.answerer().model(), answer.expected().countedTokens() + answer.lensTokens(), usage);
        switch (answer.whole()) {
            case YES -> {
                experience.learnLength(answer.expected().reading(), answer.answerer(), usage);
                judge(answer.expected().estimates().output(), usage.outputTokens());
            }
            case CUT -> {}
        }
    }

    private void judge(OutputEstimate told, long real) {
        lengths.increment();
        if (2 * real >= told.l50() && real <= 2 * told.l50()) {
            withinTwofold.increment();
        }
        if (real > told.l90()) {
            aboveP90.increment();
        }
    }

    private void submit(Runnable lesson) {
        if (learning == Learning.OFF) {
            return;
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        thread.execute(() -> {
            waiting.decrementAndGet();
            try {
                lesson.run();
            } catch (RuntimeException bug) {
                System.getLogger("fresnel").log(System.Logger.Level.ERROR, "a usage was not learned", bug);
            }
        });
    }
}
