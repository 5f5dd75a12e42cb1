package dev.fresnel.bench;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Choice;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.RuleName;
import dev.fresnel.policy.Stakes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision of the learned policy: 256 contexts of one population that it has learned some 60 outcomes of each, three arms, a context and a
 * chance that differ from call to call. Nothing is read that a request would not read.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-XX:+UseSerialGC", "-Xmx512m"})
public class PolicyChoice {
    private static final int TASKS = 16;
    private static final int LEAVES = 16;
    private static final int OUTCOMES = 60;
    private static final int CALLS = 4096;

    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final List<Option> OPTIONS = List.of(
            Option.of(Arm.DIRECT, 0.01), Option.of(new Arm("fast-worker"), 0.002), Option.of(new Arm("fast-bare"), 0.001));

    /** {@code policy.rule} of the config. */
    @Param({"ucb", "thompson", "kl-ucb"})
    public String rule;

    private final Question[] questions = new Question[CALLS];
    private final double[] chances = new double[CALLS];
    private Policy policy;
    private int call;

    @Setup
    public void learn() {
        SplittableRandom random = new SplittableRandom(1);
        policy = new Policy(PolicySettings.DEFAULT.with(
                RuleName.valueOf(rule.toUpperCase(Locale.ROOT).replace('-', '_'))));
        for (int context = 0; context < TASKS * LEAVES; context++) {
            for (int i = 0; i < OUTCOMES; i++) {
                int arm = random.nextInt(OPTIONS.size());
                EvidenceKey key = new EvidenceKey(context(context), OPTIONS.get(arm).arm());
                double reward = random.nextDouble() < 0.9 - 0.1 * arm ? 1 : 0;
                policy.learn(key, new Observation(policy.stamp(key, NOW), 1, reward), NOW);
            }
        }
        for (int i = 0; i < CALLS; i++) {
            questions[i] = new Question(context(random.nextInt(TASKS * LEAVES)), OPTIONS, Stakes.worth(0.08), NOW);
            chances[i] = random.nextDouble();
        }
    }

    private static Context context(int number) {
        return new Context("acme/strong", "task-" + number % TASKS, "acme/leaf-" + number / TASKS);
    }

    @Benchmark
    public Choice choose() {
        int i = call++ & (CALLS - 1);
        return policy.choose(questions[i], chances[i]);
    }
}
