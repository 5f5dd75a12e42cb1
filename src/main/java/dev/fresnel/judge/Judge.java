package dev.fresnel.judge;

import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Reservation;
import dev.fresnel.budget.Verdict;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Usage;
import dev.fresnel.outcome.Learner;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.CompletionCall;
import dev.fresnel.upstream.CompletionFailed;
import dev.fresnel.upstream.SmartModel;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Has finished answers graded by the configured model, and tells the learner. Behind the reply, which it never delays; within its own money per day, the
 * tenant's budget, and a number of judgements at once. The call goes to that model's own upstream with that upstream's own credential, marked as a gateway's, so
 * that no gateway delegates it or judges it again. A judge that fails says nothing about the answer. Thread-safe.
 */
public final class Judge {
    private static final int MAX_TOKENS = 1_000;
    private static final int CHARS_PER_TOKEN = 3;
    /** What it wrote instead may hold words of the answer. */
    private static final String NO_SCORE = "the answer holds no score";

    private final JudgeSettings settings;
    private final SmartModel model;
    private final Ledger ledger;
    private final Learner learner;
    private final WorkerExecutor threads;
    private final BiConsumer<TenantId, Usd> spending;
    private final Consumer<Failure> failed;
    private final DailyLimit limit;
    private final AtomicInteger running = new AtomicInteger();
    private final LongAdder spent = new LongAdder();
    private final Map<Judgement, LongAdder> counts = Arrays.stream(Judgement.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));

    /**
     * @param spending told of what each judgement cost
     * @param failed told of each answer that was to be judged and has no score; must neither block nor throw
     */
    public Judge(
            JudgeSettings settings,
            SmartModel model,
            Ledger ledger,
            Learner learner,
            WorkerExecutor threads,
            InstantSource clock,
            BiConsumer<TenantId, Usd> spending,
            Consumer<Failure> failed) {
        this.spending = spending;
        this.settings = settings;
        this.model = model;
        this.ledger = ledger;
        this.learner = learner;
        this.threads = threads;
        this.failed = failed;
        limit = new DailyLimit(settings.daily(), clock);
    }

    /**
     * An answer to be judged.
     *
     * @param payer whose budgets judging counts against
     * @param turn whose answer it is
     * @param choices reads it, on another thread
     * @param probability with which it was drawn
     */
    public record Sample(
            TenantId tenant,
            Payer payer,
            RequestId turn,
            ChatRequest request,
            Supplier<Optional<List<Choice>>> choices,
            double probability) {}

    /**
     * An answer that got no score though the judge was asked, or though it should have been.
     *
     * @param judgement {@link Judgement#FAILED} or {@link Judgement#UNUSABLE}
     * @param detail safe to log
     * @param cost booked nevertheless
     */
    public record Failure(
            RequestId request, TenantId tenant, ModelName model, Judgement judgement, String detail, Usd cost) {}

    /** {@link JudgeSettings#probability}. */
    public double probability(double propensity) {
        return settings.probability(propensity);
    }

    /** Never fails. */
    public Future<Judgement> judge(Sample sample) {
        if (running.incrementAndGet() > settings.concurrent()) {
            running.decrementAndGet();
            return Future.succeededFuture(counted(Judgement.BUSY));
        }
        return threads.executeBlocking(
                        () -> sample.choices()
                                .get()
                                .filter(choices -> !choices.isEmpty())
                                .map(choices -> JudgePrompt.user(sample.request(), choices))
                                .orElse(""),
                        false)
                .compose(prompt -> prompt == null || prompt.isEmpty()
                        ? Future.succeededFuture(Judgement.NOT_READ)
                        : ask(sample, prompt))
                .transform(done -> {
                    running.decrementAndGet();
                    return Future.succeededFuture(counted(
                            done.succeeded()
                                    ? done.result()
                                    : failed(
                                            sample,
                                            Judgement.FAILED,
                                            CompletionFailed.detail(done.cause()),
                                            Usd.ZERO)));
                });
    }

    private Judgement counted(Judgement judgement) {
        Objects.requireNonNull(counts.get(judgement)).increment();
        return judgement;
    }

    private Future<Judgement> ask(Sample sample, String prompt) {
        Usd worst = settings.price().atMost(Usage.of(tokens(JudgePrompt.SYSTEM) + tokens(prompt), MAX_TOKENS));
        if (!limit.take(worst)) {
            return Future.succeededFuture(Judgement.OVER_BUDGET);
        }
        return switch (ledger.reserve(sample.payer(), worst)) {
            case Verdict.Denied _, Verdict.Unleased _ -> {
                limit.give(worst, Usd.ZERO);
                yield Future.succeededFuture(Judgement.OVER_BUDGET);
            }
            case Verdict.Granted(Reservation reserved) ->
                call(sample.turn(), prompt).transform(answer -> {
                    Optional<Usage> used = answer.succeeded()
                            ? Optional.of(usage(prompt, answer.result()))
                            : CompletionFailed.billed(answer.cause(), promptOnly(prompt));
                    Usd cost = used.map(settings.price()::of).orElse(Usd.ZERO);
                    settle(reserved, worst, cost);
                    return Future.succeededFuture(
                            answer.succeeded()
                                    ? score(sample, answer.result(), cost)
                                    : failed(sample, Judgement.FAILED, CompletionFailed.detail(answer.cause()), cost));
                });
        };
    }

    private Judgement failed(Sample sample, Judgement judgement, String detail, Usd cost) {
        failed.accept(
                new Failure(sample.turn(), sample.tenant(), settings.model().name(), judgement, detail, cost));
        return judgement;
    }

    private Future<Completion> call(RequestId request, String prompt) {
        CompletionCall call = new CompletionCall(
                request,
                CallPurpose.JUDGE,
                settings.model(),
                Optional.empty(),
                JudgePrompt.SYSTEM,
                prompt,
                0,
                MAX_TOKENS,
                settings.model().supports().contains(Feature.JSON_SCHEMA)
                        ? Optional.of(new CompletionCall.JsonSchema("score", JudgePrompt.SCHEMA))
                        : Optional.empty(),
                settings.deadline());
        // Starting from a future turns a seam that throws into a failed future.
        return Future.succeededFuture(call).compose(model::complete);
    }

    private Judgement score(Sample sample, Completion answer, Usd cost) {
        OptionalDouble score = Score.read(answer.text());
        if (score.isEmpty()) {
            return failed(sample, Judgement.UNUSABLE, NO_SCORE, cost);
        }
        learner.judged(sample.tenant(), sample.turn(), score.getAsDouble(), settings.weight(), sample.probability());
        return Judgement.SCORED;
    }

    private void settle(Reservation reserved, Usd worst, Usd cost) {
        limit.give(worst, cost);
        spent.add(cost.nanos());
        spending.accept(reserved.payer().tenant(), cost);
        ledger.settle(reserved, cost)
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "the spend of a judgement was not stored", problem));
    }

    private static Usage usage(String prompt, Completion answer) {
        return answer.usage()
                .orElseGet(() -> Usage.of(tokens(JudgePrompt.SYSTEM) + tokens(prompt), tokens(answer.text())));
    }

    private static Usage promptOnly(String prompt) {
        return Usage.of(tokens(JudgePrompt.SYSTEM) + tokens(prompt), 0);
    }

    /** Rather too many: money is set aside by it. */
    private static long tokens(String text) {
        return text.length() / CHARS_PER_TOKEN + 1L;
    }

    /** How many answers became what so far. */
    public Map<Judgement, LongSupplier> counts() {
        return counts.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue()::sum));
    }

    /** Nano-dollars so far. */
    public long spentNanos() {
        return spent.sum();
    }
}
