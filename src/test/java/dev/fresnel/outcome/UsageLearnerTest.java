package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.Experience;
import dev.fresnel.estimate.Answerer;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.estimate.Requests;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

final class UsageLearnerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final ModelName STRONG = new ModelName("strong");
    private static final ChatRequest REQUEST =
            Requests.asking("Explain tides to a child in words of the sea and of the moon, and do it with care");

    private final Experience experience = new Experience();
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private final UsageLearner learner = new UsageLearner(experience, queue::add, UsageLearner.Learning.ON);

    @Test
    void learnsLengthAndInputOfAWholeAnswer() {
        long counted = expected().estimates().inputTokens();
        for (int i = 0; i < 40; i++) {
            learner.answered(answer(Usage.of(2 * counted, 2000), UsageLearner.Whole.YES));
        }
        assertThat(expected().estimates().output().l50())
                .as("nothing on the caller's thread")
                .isLessThan(1000);
        run();

        assertThat(expected().estimates().output().l50()).isBetween(1500L, 2500L);
        assertThat(expected().estimates().inputTokens()).isBetween(counted * 19 / 10, counted * 2);
        assertThat(learner.counts().lengths()).isEqualTo(40);
        assertThat(learner.counts().withinTwofold())
                .as("told before anything was learned")
                .isZero();
        assertThat(learner.counts().aboveP90()).isEqualTo(40);
    }

    @Test
    void learnsNoLengthFromAnAnswerThatWasCut() {
        long before = expected().estimates().output().l50();
        long counted = expected().countedTokens();
        for (int i = 0; i < 40; i++) {
            learner.answered(answer(Usage.of(2 * counted, 5), UsageLearner.Whole.CUT));
        }
        run();

        assertThat(expected().estimates().output().l50()).isEqualTo(before);
        assertThat(expected().estimates().inputTokens())
                .as("the prompt was read all the same")
                .isGreaterThan(counted);
        assertThat(learner.counts().lengths()).isZero();
    }

    @Test
    void takesTheLensOutOfTheInput() {
        long counted = expected().countedTokens();
        for (int i = 0; i < 64; i++) {
            learner.answered(new UsageLearner.Answered(
                    expected(),
                    new Answerer(STRONG, Answerer.Guided.BY_LENS),
                    700,
                    Usage.of(counted + 700, 100),
                    UsageLearner.Whole.YES));
        }
        run();

        assertThat(expected().estimates().inputTokens()).isEqualTo(counted);
    }

    @Test
    void dropsAndCounts_whenTooMuchWaits() {
        for (int i = 0; i < 10_050; i++) {
            learner.answered(answer(Usage.of(20, 100), UsageLearner.Whole.CUT));
        }

        assertThat(queue).hasSize(10_000);
        assertThat(learner.counts().dropped()).isEqualTo(50);
        run();
        learner.answered(answer(Usage.of(20, 100), UsageLearner.Whole.CUT));
        assertThat(queue).hasSize(1);
    }

    @Test
    void learnsNothing_whenItIsOff() {
        UsageLearner off = new UsageLearner(experience, queue::add, UsageLearner.Learning.OFF);
        off.answered(answer(Usage.of(20, 100), UsageLearner.Whole.YES));
        off.lensWritten(STRONG, Usage.of(20, 100));

        assertThat(queue).isEmpty();
        assertThat(off.counts().dropped()).isZero();
    }

    private UsageLearner.Answered answer(Usage usage, UsageLearner.Whole whole) {
        return new UsageLearner.Answered(expected(), Answerer.plain(STRONG), 0, usage, whole);
    }

    private Experience.Expected expected() {
        return experience.expected(
                ACME, REQUEST, TaskText.of(REQUEST), new JtokkitEstimator().inputTokens(REQUEST), STRONG);
    }

    private void run() {
        while (!queue.isEmpty()) {
            queue.remove().run();
        }
    }
}
