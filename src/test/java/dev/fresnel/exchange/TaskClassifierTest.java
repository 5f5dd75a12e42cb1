package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Price;
import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.exchange.TaskClassifier.Result;
import dev.fresnel.testing.Await;
import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.CompletionCall;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** S36: the time box, the cache, the single flight, and what is booked. */
class TaskClassifierTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final TenantId ACME = new TenantId("acme");
    private static final RequestId REQUEST = new RequestId("r1");
    private static final Price PRICE = new Price(usd("1"), usd("1"), usd("10"));
    private static final Model MODEL =
            new Model(new ModelName("small"), "up", new ModelName("small"), Tier.SMALL, OptionalLong.empty(), Set.of());

    private final Vertx vertx = Vertx.vertx();
    private final List<CompletionCall> calls = new CopyOnWriteArrayList<>();
    private final List<Promise<Completion>> replies = new CopyOnWriteArrayList<>();
    private final List<Usd> charged = new CopyOnWriteArrayList<>();
    private final List<Result> results = new CopyOnWriteArrayList<>();
    private final List<TaskClassifier.Failure> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final TaskClassifier classifier = new TaskClassifier(
            vertx,
            call -> {
                calls.add(call);
                Promise<Completion> reply = Promise.promise();
                replies.add(reply);
                return reply.future();
            },
            (tenant, cost) -> charged.add(cost),
            results::add,
            failures::add,
            nanos::get);

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    private static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
    }

    private static TaskClassifier.Question question(TenantId tenant, String text) {
        return new TaskClassifier.Question(REQUEST, tenant, MODEL, PRICE, text, Optional.empty());
    }

    private Future<Optional<TaskKind>> ask(String text) {
        return classifier.kind(question(ACME, text), LONG);
    }

    private void answer(int call, String word) {
        replies.get(call)
                .complete(new Completion(
                        word, "small", Optional.of(Usage.of(200, 2)), Optional.of("stop"), Duration.ofMillis(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "debug, debug, CLASSIFIED",
        "' Generate-Many. ', generate-many, CLASSIFIED",
        "'\"explain\"', explain, CLASSIFIED",
        "`summarise`, summarise, CLASSIFIED",
        "tool-step, , NONSENSE",
        "The kind is debug, , NONSENSE",
        "'', , NONSENSE"
    })
    void takesAKindForAnAnswer_andNothingElse(String word, String kind, Result result) {
        Future<Optional<TaskKind>> asked = ask("mend it");
        answer(0, word);

        assertThat(Await.result(asked).map(TaskKind::key)).isEqualTo(Optional.ofNullable(kind));
        assertThat(results).containsExactly(result);
        assertThat(charged).as("200 in, 2 out").containsExactly(usd("0.00022"));
        assertThat(failures)
                .as("nothing of what it wrote is told")
                .isEqualTo(
                        result == Result.CLASSIFIED
                                ? List.of()
                                : List.of(failure(Result.NONSENSE, "the answer is no kind of task", "0.00022")));
    }

    @Test
    void asksOnce_whenManyAskTheSame_andKeepsTheAnswer() {
        List<Future<Optional<TaskKind>>> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(ask("mend it"));
        }
        answer(0, "debug");

        assertThat(waiting).allSatisfy(one -> assertThat(Await.result(one)).contains(TaskKind.DEBUG));
        assertThat(Await.result(ask("mend it"))).contains(TaskKind.DEBUG);
        assertThat(classifier.known(question(ACME, "mend it"))).contains(TaskKind.DEBUG);
        assertThat(calls).hasSize(1);
        assertThat(charged).hasSize(1);
        assertThat(results).hasSize(51).endsWith(Result.KNOWN);
    }

    @Test
    void keepsTenantsApart_andForgetsAfterADay() {
        var _ = ask("mend it");
        answer(0, "debug");
        assertThat(classifier.known(question(new TenantId("other"), "mend it"))).isEmpty();

        nanos.addAndGet(TaskClassifier.KEPT.toNanos() + 1);

        assertThat(classifier.known(question(ACME, "mend it"))).isEmpty();
    }

    @Test
    void waitsNoLongerThanItsBox_andALateAnswerServesTheNext() {
        assertThat(Await.result(classifier.kind(question(ACME, "mend it"), Duration.ofMillis(5))))
                .isEmpty();
        assertThat(results).containsExactly(Result.TIMEOUT);

        answer(0, "debug");

        assertThat(Await.result(ask("mend it"))).contains(TaskKind.DEBUG);
        assertThat(calls).hasSize(1);
        assertThat(charged).as("paid for all the same").hasSize(1);
    }

    @Test
    void leavesAFailedTextAloneForAWhile() {
        Future<Optional<TaskKind>> asked = ask("mend it");
        replies.getFirst().fail(new IllegalStateException("a bug"));
        assertThat(Await.result(asked)).isEmpty();
        assertThat(Await.result(ask("mend it"))).isEmpty();
        assertThat(calls).hasSize(1);
        assertThat(charged).as("it came to nothing").isEmpty();
        assertThat(results).containsExactly(Result.FAILED, Result.FAILED);
        assertThat(failures)
                .as("told once, and not of a bug's words")
                .containsExactly(failure(Result.FAILED, "IllegalStateException", "0"));

        nanos.addAndGet(TaskClassifier.FAILURE_KEPT.toNanos() + 1);
        var _ = ask("mend it");
        assertThat(calls).hasSize(2);
    }

    @Test
    void booksThePrompt_whenTheModelNeverAnswered() {
        Future<Optional<TaskKind>> asked = ask("mend it");
        replies.getFirst().fail(new GatewayException(new GatewayFailure.UpstreamTimeout("too slow", "up")));

        assertThat(Await.result(asked)).isEmpty();
        assertThat(charged).hasSize(1);
        assertThat(charged.getFirst()).isGreaterThan(Usd.ZERO);
        assertThat(failures)
                .containsExactly(new TaskClassifier.Failure(
                        REQUEST, ACME, MODEL.name(), Result.FAILED, "too slow", charged.getFirst()));
    }

    private static TaskClassifier.Failure failure(Result result, String detail, String cost) {
        return new TaskClassifier.Failure(REQUEST, ACME, MODEL.name(), result, detail, usd(cost));
    }

    @Test
    void turnsRequestsAway_whenTooManyCallsRun() {
        for (int i = 0; i < TaskClassifier.MAX_RUNNING; i++) {
            var _ = ask("task " + i);
        }

        assertThat(Await.result(ask("one more"))).isEmpty();
        assertThat(results).containsExactly(Result.BUSY);
        assertThat(calls).hasSize(TaskClassifier.MAX_RUNNING);

        answer(0, "debug");
        var _ = ask("one more");
        assertThat(calls).as("there is room again").hasSize(TaskClassifier.MAX_RUNNING + 1);
    }

    @Test
    void sendsBeginningAndEndOfALongTask() {
        var _ = ask("first " + "x".repeat(100_000) + " last");

        assertThat(calls.getFirst().userPrompt())
                .startsWith("first x")
                .endsWith("x last")
                .hasSizeLessThan(4_100);
        assertThat(calls.getFirst().systemPrompt())
                .contains("generate-many", "other")
                .doesNotContain("tool-step");
    }

    @Test
    void namesEveryKindThatIsNoToolStep_toTheModel() {
        var _ = ask("mend it");

        assertThat(TaskKind.keys())
                .filteredOn(key -> !key.equals("tool-step"))
                .allSatisfy(key -> assertThat(calls.getFirst().systemPrompt()).containsPattern("(?m)^" + key + ": "));
    }
}
