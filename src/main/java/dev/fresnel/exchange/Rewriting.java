package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Rewrite;
import dev.fresnel.chat.RewritePlan;
import dev.fresnel.chat.UsageAsk;
import dev.fresnel.delegation.Fallback;
import dev.fresnel.delegation.Worker;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Stage 7: turns a plan into the requests to be sent, by splicing. One per exchange. */
final class Rewriting {
    private final Parts parts;
    private final Arrival arrival;
    private final Journal journal;
    private final Bypass bypass;

    Rewriting(Parts parts, Arrival arrival, Journal journal, Bypass bypass) {
        this.parts = parts;
        this.arrival = arrival;
        this.journal = journal;
        this.bypass = bypass;
    }

    /** The attempts in order, at least one. */
    List<Attempt> attempts(Plan plan) {
        return switch (plan) {
            case Plan.Unreadable(Buffer body) ->
                List.of(new Attempt(
                        "",
                        Optional.empty(),
                        upstream(arrival.tenant().upstream()),
                        body,
                        Attempt.Standing.REQUESTED,
                        Optional.empty(),
                        Attempt.UsageChunkFate.PASS));
            case Plan.Requested(ChatRequest request) -> List.of(requested(request));
            case Plan.Delegated delegated -> delegated(delegated);
            case Plan.Explained _ -> throw new IllegalStateException("an explanation is not sent to anybody");
        };
    }

    /** The client's own request, to the model that it names. */
    Attempt requested(ChatRequest request) {
        Optional<Model> model = parts.models().find(request.model());
        Upstream upstream =
                upstream(model.map(Model::upstream).orElse(arrival.tenant().upstream()));
        Buffer body = Buffer.buffer(
                model.map(m -> Rewrite.toModel(request, m.upstreamName())).orElse(request.bytes()));
        String named = model.map(Model::name).orElse(request.model()).value();
        return new Attempt(
                named,
                model,
                upstream,
                body,
                Attempt.Standing.REQUESTED,
                worstCase(request, model),
                Attempt.UsageChunkFate.PASS);
    }

    private List<Attempt> delegated(Plan.Delegated plan) {
        ChatRequest request = plan.request();
        Worker worker = plan.route().worker();
        try {
            List<Attempt> attempts = new ArrayList<>();
            attempts.add(other(request, plan.route().model(), worker, plan.block(), Attempt.Standing.WORKER));
            switch (worker.fallback()) {
                case Fallback.Requested _ -> attempts.add(requested(request));
                case Fallback.Chain(List<ModelName> models) -> {
                    for (ModelName name : models) {
                        parts.models()
                                .find(name)
                                .map(model ->
                                        other(request, model, worker, Optional.empty(), Attempt.Standing.FALLBACK))
                                .ifPresent(attempts::add);
                    }
                }
            }
            return attempts;
        } catch (RuntimeException bug) {
            // Whatever went wrong in our rewriting, the client's own bytes are still good.
            System.getLogger("fresnel")
                    .log(System.Logger.Level.ERROR, "rewriting failed, request sent as it came", bug);
            bypass.note(BypassReason.REWRITE_FAILED.key());
            journal.arm = Arm.DIRECT.name();
            journal.delegated = Optional.empty();
            return List.of(requested(request));
        }
    }

    private Attempt other(
            ChatRequest request, Model model, Worker worker, Optional<String> block, Attempt.Standing standing) {
        boolean mustAsk = request.stream() && !request.usageRequested();
        Buffer body = Buffer.buffer(Rewrite.apply(
                request,
                new RewritePlan(
                        model.upstreamName(),
                        block,
                        mustAsk ? UsageAsk.ASK : UsageAsk.KEEP,
                        Optional.of(worker.params()))));
        return new Attempt(
                model.name().value(),
                Optional.of(model),
                upstream(model.upstream()),
                body,
                standing,
                worstCase(request, Optional.of(model)),
                mustAsk ? Attempt.UsageChunkFate.REMOVE : Attempt.UsageChunkFate.PASS);
    }

    private Optional<Usd> worstCase(ChatRequest request, Optional<Model> model) {
        return journal.trace.flatMap(assessment -> model.flatMap(known -> parts.prices()
                .find(known.name())
                .map(price -> price.atMost(assessment.estimates().atMost(request)))));
    }

    private Upstream upstream(String key) {
        return Objects.requireNonNull(parts.providers().get(key), "the config checks every upstream that it names");
    }
}
