package dev.fresnel.lens;

import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Usage;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.CompletionCall;
import dev.fresnel.upstream.CompletionFailed;
import dev.fresnel.upstream.SmartModel;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Asks a smart model for a lens. One call; a second one, with the bad answer shown, when the first answer holds no lens and asking
 * again can help; never a third. Every call's tokens are paid for and counted, those of failed attempts too. Thread-safe.
 */
public final class LensWriter {
    /** How much longer than its deadline a call may hang before it is given up: the upstream's own limit should win. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final String SCHEMA_NAME = "lens";

    /** The detail of a refresh whose answer changed nothing or everything. */
    private static final String NO_REVISION = "no_revision";

    private final SmartModel model;
    private final PromptTemplate template;
    private final LensParser parser;
    private final InstantSource clock;
    private final LongSupplier nanos;

    /** @param nanos monotonic, for durations */
    public LensWriter(SmartModel model, PromptTemplate template, InstantSource clock, LongSupplier nanos) {
        this.model = model;
        this.template = template;
        this.parser = new LensParser();
        this.clock = clock;
        this.nanos = nanos;
    }

    /** What goes wrong is a {@link WriteResult.NotWritten}; fails only when the request's briefing does. */
    public Future<WriteResult> write(LensRequest request) {
        return write(request, Optional.empty());
    }

    /** @param revises a version that hurt: the new one is made from its items, see {@link LensRevision} */
    Future<WriteResult> write(LensRequest request, Optional<Lens> revises) {
        // Starting from a future: a briefing that throws must not leave the caller's books open.
        return Future.succeededFuture(request)
                .map(wanted -> begun(wanted, revises))
                .compose(this::written);
    }

    private Writing begun(LensRequest request, Optional<Lens> revises) {
        TaskBrief brief = request.briefing().get();
        String prompt = template.userPrompt(brief);
        return new Writing(
                request,
                brief,
                revises,
                revises.map(old -> template.refreshPrompt(prompt, old)).orElse(prompt),
                nanos.getAsLong());
    }

    private Future<WriteResult> written(Writing writing) {
        return asked(writing.request(), writing.userPrompt())
                .compose(first -> read(writing, first))
                .recover(failure -> Future.succeededFuture(notWritten(writing, failure, 1, WriteResult.Spent.NOTHING)));
    }

    /** One writing: what it is for, the first prompt, and when it began. */
    private record Writing(
            LensRequest request, TaskBrief brief, Optional<Lens> revises, String userPrompt, long startedAt) {}

    private Future<WriteResult> read(Writing writing, Completion first) {
        WriteResult.Spent spent = spent(writing.request(), writing.userPrompt(), first);
        return switch (parser.parse(first.text(), writing.brief().allText())) {
            case ParseResult.Parsed parsed -> Future.succeededFuture(written(writing, parsed, first, 1, spent));
            case ParseResult.Unusable(ParseResult.Reason reason)
            when reason.isRepairable() -> repaired(writing, first, reason, spent);
            case ParseResult.Unusable(ParseResult.Reason reason) ->
                Future.succeededFuture(unusable(writing, reason, 1, spent));
        };
    }

    private Future<WriteResult> repaired(
            Writing writing, Completion first, ParseResult.Reason reason, WriteResult.Spent soFar) {
        String prompt = template.repairPrompt(writing.userPrompt(), first.text(), reason);
        return asked(writing.request(), prompt)
                .map(second -> readLast(writing, second, soFar.plus(spent(writing.request(), prompt, second))))
                .recover(failure -> Future.succeededFuture(notWritten(writing, failure, 2, soFar)));
    }

    private WriteResult readLast(Writing writing, Completion second, WriteResult.Spent spent) {
        return switch (parser.parse(second.text(), writing.brief().allText())) {
            case ParseResult.Parsed parsed -> written(writing, parsed, second, 2, spent);
            case ParseResult.Unusable(ParseResult.Reason reason) -> unusable(writing, reason, 2, spent);
        };
    }

    private Future<Completion> asked(LensRequest request, String userPrompt) {
        LensPolicy policy = request.policy();
        CompletionCall call = new CompletionCall(
                request.requestId(),
                CallPurpose.LENS,
                request.smart(),
                request.clientCredential(),
                template.systemPrompt(),
                userPrompt,
                policy.temperature(),
                policy.maxTokens(),
                request.smart().supports().contains(Feature.JSON_SCHEMA)
                        ? Optional.of(new CompletionCall.JsonSchema(SCHEMA_NAME, template.schema()))
                        : Optional.empty(),
                policy.deadline());
        // Starting from a future turns a seam that throws into a failed future.
        return Future.succeededFuture(call)
                .compose(model::complete)
                .timeout(policy.deadline().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    }

    private WriteResult written(
            Writing writing, ParseResult.Parsed parsed, Completion answer, int attempts, WriteResult.Spent spent) {
        LensRequest request = writing.request();
        Optional<LensDraft> usable = writing.revises().isEmpty()
                ? Optional.of(parsed.draft())
                : writing.revises().flatMap(old -> LensRevision.of(old, parsed.draft()));
        if (usable.isEmpty()) {
            return new WriteResult.NotWritten(
                    LensFailure.UNUSABLE_ANSWER, NO_REVISION, attempts, spent, took(writing), Optional.empty());
        }
        LensDraft draft = usable.get();
        Lens lens = new Lens(
                draft.scope().isEmpty() ? writing.brief().derivedScope() : draft.scope(),
                draft.heuristics(),
                draft.patterns(),
                draft.antiPatterns(),
                draft.constraints(),
                draft.examples(),
                writing.brief().targetFiles(),
                new Provenance(
                        answer.model().isBlank()
                                ? request.smart().upstreamName().value()
                                : LensHygiene.cut(answer.model(), 200, 200),
                        PromptTemplate.VERSION,
                        Fingerprint.of(PromptTemplate.VERSION, template.systemPrompt(), writing.userPrompt()),
                        spent.usage(),
                        spent.source(),
                        spent.cost(),
                        clock.instant(),
                        took(writing)));
        return new WriteResult.Written(lens, attempts, parsed.repairs());
    }

    private WriteResult unusable(Writing writing, ParseResult.Reason reason, int attempts, WriteResult.Spent spent) {
        return new WriteResult.NotWritten(
                LensFailure.UNUSABLE_ANSWER, reason.key(), attempts, spent, took(writing), Optional.empty());
    }

    private WriteResult notWritten(Writing writing, Throwable cause, int attempts, WriteResult.Spent soFar) {
        LensFailure failure = failure(cause);
        WriteResult.Spent spent = CompletionFailed.billed(cause, Usage.of(promptTokens(writing.userPrompt()), 0))
                .map(used -> soFar.plus(estimated(writing.request(), used)))
                .orElse(soFar);
        return new WriteResult.NotWritten(
                failure, CompletionFailed.detail(cause), attempts, spent, took(writing), retryAfter(cause));
    }

    private static LensFailure failure(Throwable cause) {
        return switch (cause) {
            case GatewayException e when e.failure() instanceof GatewayFailure.RateLimited -> LensFailure.RATE_LIMITED;
            case GatewayException e when e.failure() instanceof GatewayFailure.UpstreamTimeout -> LensFailure.TIMEOUT;
            case GatewayException e when e.failure() instanceof GatewayFailure.Internal -> LensFailure.INTERNAL;
            case GatewayException _ -> LensFailure.UPSTREAM_UNAVAILABLE;
            case TimeoutException _ -> LensFailure.TIMEOUT;
            default -> LensFailure.INTERNAL;
        };
    }

    private static Optional<Duration> retryAfter(Throwable cause) {
        return cause instanceof GatewayException e && e.failure() instanceof GatewayFailure.RateLimited limited
                ? Optional.of(limited.retryAfter())
                : Optional.empty();
    }

    private WriteResult.Spent spent(LensRequest request, String userPrompt, Completion answer) {
        return answer.usage()
                .map(usage -> new WriteResult.Spent(
                        usage,
                        Provenance.UsageSource.REPORTED,
                        request.smartPrice().of(usage)))
                .orElseGet(() ->
                        estimated(request, Usage.of(promptTokens(userPrompt), LensBlock.tokenBound(answer.text()))));
    }

    private static WriteResult.Spent estimated(LensRequest request, Usage usage) {
        return new WriteResult.Spent(
                usage, Provenance.UsageSource.ESTIMATED, request.smartPrice().of(usage));
    }

    private long promptTokens(String userPrompt) {
        return LensBlock.tokenBound(template.systemPrompt()) + LensBlock.tokenBound(userPrompt);
    }

    private Duration took(Writing writing) {
        return Duration.ofNanos(nanos.getAsLong() - writing.startedAt());
    }
}
