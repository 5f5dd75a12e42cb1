package dev.fresnel.store.redis;

import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.AwaitedDecision;
import dev.fresnel.outcome.DecisionCodec;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.outcome.Verdict;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Decisions that await their outcome, in Redis, so that any replica can settle them. Thread-safe. One hash each,
 * {@code fresnel:{TENANT}:decision:REQUEST}, with a time to live of its own; see decision_revise.lua.
 */
public final class RedisDecisionStore implements DecisionStore {
    private static final RedisScript PUT = RedisScript.load("decision_put");
    private static final RedisScript REVISE = RedisScript.load("decision_revise");

    private final RedisLink link;
    private final DecisionCodec codec = new DecisionCodec();

    public RedisDecisionStore(RedisLink link) {
        this.link = link;
    }

    @Override
    public Future<Void> put(AwaitedDecision decision, Duration keepFor) {
        return put(key(decision.tenant(), decision.request()), "decision", codec.encode(decision), keepFor);
    }

    @Override
    public Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor) {
        return put(key(tenant, turn), "of", decision.value(), keepFor);
    }

    private Future<Void> put(TypedKey key, String field, String value, Duration keepFor) {
        return link.run(PUT, List.of(key), Text.arguments(field, value, Long.toString(keepFor.toMillis())))
                .onSuccess(_ -> link.wrote())
                .mapEmpty();
    }

    @Override
    public Future<Revision> revise(Signal signal) {
        return asked(signal, signal.request()).compose(reply -> {
            if (!Text.at(reply, 0).equals("elsewhere")) {
                return revision(signal.tenant(), signal.request(), reply);
            }
            RequestId decision = new RequestId(Text.at(reply, 1));
            // One hop: a turn joins a decision, never another turn.
            return asked(signal, decision).compose(second -> revision(signal.tenant(), decision, second));
        });
    }

    private Future<Response> asked(Signal signal, RequestId decision) {
        return link.run(
                        REVISE,
                        List.of(key(signal.tenant(), decision)),
                        Text.arguments(
                                signal.source(),
                                signal.kind().key(),
                                Double.toString(signal.reward()),
                                Double.toString(signal.weight()),
                                signal.attempt(),
                                Integer.toString(MAX_SOURCES)))
                .map(answer -> answer.orElseThrow());
    }

    private Future<Revision> revision(TenantId tenant, RequestId request, Response reply) {
        return switch (Text.at(reply, 0)) {
            case "unknown", "elsewhere" -> Future.succeededFuture(new Revision.Unknown());
            case "refused" -> Future.succeededFuture(new Revision.Refused());
            default -> {
                link.wrote();
                Optional<AwaitedDecision> decision = codec.decode(tenant, request, Text.at(reply, 1));
                Optional<Verdict> before = verdict(reply, 2);
                Optional<Verdict> after = verdict(reply, 4);
                yield decision.isPresent() && before.isPresent() && after.isPresent()
                        ? Future.succeededFuture(new Revision.Revised(decision.get(), before.get(), after.get()))
                        : discarded(tenant, request);
            }
        };
    }

    private static Optional<Verdict> verdict(Response reply, int at) {
        Optional<Double> reward = ArmText.number(Text.at(reply, at));
        Optional<Double> weight = ArmText.number(Text.at(reply, at + 1));
        return reward.isPresent() && weight.isPresent()
                ? Verdict.checked(reward.get(), weight.get())
                : Optional.empty();
    }

    /** What is stored is no decision of this request: deleted, and as if it had never been made. */
    private Future<Revision> discarded(TenantId tenant, RequestId request) {
        link.report(new RedisProblem.ValueDiscarded(
                "the stored decision " + request + " of " + tenant + " was deleted: damaged, or another's"));
        return link.send(Request.cmd(Command.DEL).arg(key(tenant, request).name()))
                .transform(_ -> Future.succeededFuture(new Revision.Unknown()));
    }

    private static TypedKey key(TenantId tenant, RequestId request) {
        return TypedKey.hash(RedisKeys.of(tenant, "decision:" + request));
    }
}
