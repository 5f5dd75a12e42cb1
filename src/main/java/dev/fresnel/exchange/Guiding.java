package dev.fresnel.exchange;

import dev.fresnel.budget.Price;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.ArmRow;
import dev.fresnel.delegation.LensOrder;
import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.lens.LensRequest;
import dev.fresnel.lens.LensResult;
import dev.fresnel.lens.LensSubject;
import dev.fresnel.lens.SkipReason;
import dev.fresnel.lens.TaskBrief;
import dev.fresnel.lens.Wait;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.Redacted;
import dev.fresnel.value.Secret;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Stage 6: fetches the guidance a delegated request needs, or sends it direct when there is none. Never "cheap without saying
 * so". One per exchange.
 */
final class Guiding {
    private static final int SHOWN_CHARS = 200;
    private static final String LENS_NOT_DUE = "lens_not_due";
    private static final String LENS_BUILD_LIMIT = "lens_build_limit";
    private static final Buffer BUILDING = Buffer.buffer(": writing a lens\n\n");

    private final Parts parts;
    private final Arrival arrival;
    private final ClientSide client;
    private final Journal journal;
    private final Bypass bypass;
    private final Purse purse;

    Guiding(Parts parts, Arrival arrival, ClientSide client, Journal journal, Bypass bypass, Purse purse) {
        this.parts = parts;
        this.arrival = arrival;
        this.client = client;
        this.journal = journal;
        this.bypass = bypass;
        this.purse = purse;
    }

    /** Fails with {@code LensUnavailable} where the route says so, and with {@link Answering.ClientGone}. */
    Future<Plan> guide(Plan plan) {
        if (!(plan instanceof Plan.Delegated delegated)) {
            return Future.succeededFuture(plan);
        }
        // Starting from a future turns a stage that throws into a failed one.
        return Future.succeededFuture(delegated)
                .compose(this::guided)
                .recover(problem -> known(problem) ? Future.failedFuture(problem) : rescued(delegated, problem));
    }

    private static boolean known(Throwable problem) {
        return problem instanceof GatewayException || problem instanceof Answering.ClientGone;
    }

    /** Whatever went wrong with the guidance, the client's own bytes are still good. */
    private Future<Plan> rescued(Plan.Delegated plan, Throwable bug) {
        System.getLogger("fresnel").log(System.Logger.Level.ERROR, "guiding failed, request sent as it came", bug);
        bypass.note(BypassReason.LENS_INTERNAL.key());
        return direct(plan, BypassReason.LENS_INTERNAL.key());
    }

    private Future<Plan> guided(Plan.Delegated plan) {
        return plan.route()
                .lens()
                .map(order -> guided(plan, order))
                .orElseGet(() -> Future.succeededFuture(bare(plan)));
    }

    private Plan bare(Plan.Delegated plan) {
        journal.delegated = Optional.of(new Journal.Delegated(plan.route().model(), Optional.empty(), 0));
        started(plan, Optional.empty(), "none");
        return plan;
    }

    private Future<Plan> guided(Plan.Delegated plan, LensOrder order) {
        LensPolicy policy = policy(plan);
        Optional<Pinned> pinned = order.pinned()
                .flatMap(id -> parts.pinnedLenses()
                        .find(arrival.tenant().id(), id, policy.maxLensTokens())
                        .map(block -> new Pinned(id, block)));
        if (pinned.isPresent()) {
            return Future.succeededFuture(
                    with(plan, order, pinned.get().block(), pinned.get().id(), "hit"));
        }
        Optional<LensResult.Hit> near = journal.near.flatMap(
                found -> parts.shelf().peek(found.key()).filter(hit -> hit.id().equals(found.lens())));
        if (near.isPresent()) {
            journal.nearUsed = true;
            return Future.succeededFuture(
                    rendered(plan, order, policy, near.get().lens(), near.get().id(), "near"));
        }
        Optional<Price> price = parts.prices().find(order.smart().name());
        if (price.isEmpty()) {
            // A lens whose price nobody knows cannot be shown to pay.
            return direct(plan, "lens_no_price");
        }
        LensKey key = journal.lensKey.orElseThrow();
        ChatRequest request = plan.request();
        LensRequest wanted = new LensRequest(
                key, () -> brief(request), order.smart(), price.get(), credentialFor(order), policy, arrival.id());
        Wait wait = affordable(plan, wait(order.timing()));
        boolean isBuild = wait != Wait.CACHED_ONLY && isMissing(key);
        if (isBuild && !arrival.pass().lensBuild()) {
            return direct(plan, LENS_BUILD_LIMIT);
        }
        journal.tab.ifPresentOrElse(
                tab -> parts.savings().mayBuy(arrival.id(), tab),
                () -> parts.savings().mayBuy(arrival.id(), arrival.tenant().id(), journal.declared()));
        long from = parts.nanos().getAsLong();
        long keepAlive = keepAliveWhileWriting(plan, order);
        client.whenGone(() -> {});
        // Starting from a future turns a shelf that throws into one that fails.
        return Future.succeededFuture(wanted)
                .compose(lens -> parts.shelf().lensFor(lens, wait))
                .onComplete(result -> {
                    if (isBuild && (result.failed() || !wasBegun(result.result()))) {
                        arrival.pass().lensNotBuilt();
                    }
                    parts.vertx().cancelTimer(keepAlive);
                    journal.waited(from);
                })
                .compose(result -> client.isGone()
                        ? Future.failedFuture(new Answering.ClientGone())
                        : use(plan, order, policy, result));
    }

    /** The client's credential is for the provider it meant to talk to, and for no other. */
    private Optional<Secret> credentialFor(LensOrder order) {
        return order.smart().upstream().equals(journal.home(arrival)) ? arrival.credential() : Optional.empty();
    }

    /** Neither at hand nor being written. */
    private boolean isMissing(LensKey key) {
        return parts.shelf().peek(key).isEmpty()
                && parts.shelf().running(key.tenant()).stream()
                        .noneMatch(build -> build.key().equals(key));
    }

    /** Whether the smart model was asked on behalf of this request, whatever came of it. */
    private static boolean wasBegun(LensResult result) {
        return switch (result) {
            case LensResult.Hit _ -> false;
            case LensResult.Built built -> built.role() == LensResult.Role.STARTED;
            case LensResult.Skipped(SkipReason reason, Usd _) ->
                switch (reason) {
                    case BUILDING, DEADLINE, FAILED -> true;
                    case BUSY, BACKING_OFF, FAILED_RECENTLY, RETIRED, NOT_CACHED -> false;
                };
        };
    }

    private TaskBrief brief(ChatRequest request) {
        LensSubject subject = journal.lensSubject.orElseThrow();
        return TaskBrief.of(subject, request.systemText(), request.toolNames(), request.firstUserText());
    }

    private LensPolicy policy(Plan.Delegated plan) {
        return arrival.tenant()
                .routeFor(plan.request().model(), journal.requested.map(model -> model.name()))
                .lens();
    }

    /** A lens for later requests is written from what is left of the day; one for this request was reserved with it. */
    private Wait affordable(Plan.Delegated plan, Wait wait) {
        Optional<Usd> left = parts.ledger().remaining(arrival.payer());
        Optional<Usd> price = plan.assessment().used().flatMap(ArmRow::lensCost);
        boolean tooDear = left.isPresent() && price.isPresent() && left.get().isLessThan(price.get());
        return wait == Wait.BACKGROUND && tooDear ? Wait.CACHED_ONLY : wait;
    }

    private static Wait wait(LensOrder.Timing timing) {
        return switch (timing) {
            case INLINE -> Wait.INLINE;
            case BACKGROUND -> Wait.BACKGROUND;
            case NOT_DUE, CACHED_ONLY -> Wait.CACHED_ONLY;
        };
    }

    /** A streaming client that waits for a lens gets SSE comments, so that nothing between us and it gives up. */
    private long keepAliveWhileWriting(Plan.Delegated plan, LensOrder order) {
        if (!plan.request().stream() || order.timing() != LensOrder.Timing.INLINE) {
            return -1;
        }
        return parts.vertx().setPeriodic(parts.limits().keepAlive().toMillis(), _ -> {
            if (client.isGone()) {
                return;
            }
            if (!client.headSent()) {
                MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                        .add("content-type", "text/event-stream; charset=utf-8")
                        .add("cache-control", "no-cache")
                        .add("x-accel-buffering", "no")
                        .add(ReplyHeaders.REQUEST_ID, arrival.id().value())
                        // Not the arm: without a lens the requested model will answer.
                        .add(ReplyHeaders.DECISION, "pending")
                        .add(ReplyHeaders.REASON, String.join(", ", journal.told()))
                        .add(ReplyHeaders.LENS, "building");
                client.begin(200, headers, ClientSide.Body.SOME);
            }
            // A failed write means that the client left, which ClientSide hears of.
            var _ = client.response().write(BUILDING);
        });
    }

    private Future<Plan> use(Plan.Delegated plan, LensOrder order, LensPolicy policy, LensResult result) {
        switch (result) {
            case LensResult.Hit _, LensResult.Built _ -> parts.missed().bought(journal.lensKey.orElseThrow());
            case LensResult.Skipped _ -> {}
        }
        return switch (result) {
            case LensResult.Hit(Lens lens, LensId id, LensResult.Freshness freshness) -> {
                serves(plan, lens);
                foundInTime(plan);
                yield Future.succeededFuture(rendered(
                        plan, order, policy, lens, id, freshness == LensResult.Freshness.FRESH ? "hit" : "stale"));
            }
            case LensResult.Built(Lens lens, LensId id, LensResult.Role role) -> {
                if (role == LensResult.Role.STARTED) {
                    journal.lensCost = lens.provenance().cost();
                }
                serves(plan, lens);
                yield Future.succeededFuture(rendered(plan, order, policy, lens, id, "built"));
            }
            case LensResult.Skipped(SkipReason reason, Usd spent) -> {
                journal.lensCost = spent;
                yield skipped(plan, order, policy, reason);
            }
        };
    }

    /** Decided as if the lens were missing, since memory lacked it; the store has it, so the drawn worker answers after all. */
    private void foundInTime(Plan.Delegated plan) {
        plan.assessment()
                .lensFound()
                .ifPresent(found -> journal.learning.ifPresent(decided -> {
                    parts.learner().switched(decided, found);
                    journal.learning = Optional.of(found);
                }));
    }

    private void serves(Plan.Delegated plan, Lens lens) {
        journal.lensPartition.ifPresent(partition -> parts.shelf()
                .serves(partition, journal.lensKey.orElseThrow(), plan.request().firstUserText(), lens));
    }

    private Future<Plan> skipped(Plan.Delegated plan, LensOrder order, LensPolicy policy, SkipReason reason) {
        Optional<BypassReason> failure = BypassReason.of(reason);
        if (failure.isEmpty()) {
            boolean notDue = order.timing() == LensOrder.Timing.NOT_DUE && reason == SkipReason.NOT_CACHED;
            return direct(plan, notDue ? LENS_NOT_DUE : "lens_" + reason.key());
        }
        String key = failure.get().key();
        return switch (policy.onFailure()) {
            case DIRECT -> {
                bypass.note(key);
                yield direct(plan, key);
            }
            case MINIMAL -> {
                bypass.note(key);
                Lens minimal = Lens.minimal(brief(plan.request()), parts.clock().instant());
                LensId id = LensId.of(journal.lensKey.orElseThrow(), minimal);
                journal.minimalLens = true;
                yield Future.succeededFuture(rendered(plan, order, policy, minimal, id, "minimal"));
            }
            case ERROR ->
                Future.failedFuture(new GatewayException(
                        new GatewayFailure.LensUnavailable("No lens could be had for this request (" + reason.key()
                                + "), and this route answers nothing without one. Send it again later, or with"
                                + " 'x-fresnel-mode: off'.")));
        };
    }

    private Plan rendered(Plan.Delegated plan, LensOrder order, LensPolicy policy, Lens lens, LensId id, String how) {
        PinnedLenses.Block block = parts.pinnedLenses().block(arrival.tenant().id(), lens, id, policy.maxLensTokens());
        return with(plan, order, block, id.value(), how);
    }

    private Plan with(Plan.Delegated plan, LensOrder order, PinnedLenses.Block block, String id, String how) {
        journal.lens = id + "; " + how;
        journal.delegated = Optional.of(new Journal.Delegated(plan.route().model(), Optional.of(id), block.tokens()));
        started(plan, Optional.of(order.smart().name().value()), journal.lens);
        return new Plan.Delegated(plan.request(), plan.assessment(), plan.route(), Optional.of(block.text()));
    }

    private Future<Plan> direct(Plan.Delegated plan, String reason) {
        parts.events()
                .accept(new ExchangeEvent.DelegationSkipped(
                        parts.clock().instant(),
                        arrival.id(),
                        arrival.tenant().id(),
                        reason,
                        journal.reasons,
                        Optional.of(journal.arm),
                        journal.outputEstimate));
        // A stand-in for a lens that was not there yet must not bind the conversation.
        journal.conversation = Optional.empty();
        journal.arm = Arm.DIRECT.name();
        journal.then(reason);
        journal.delegated = Optional.empty();
        return covered(plan)
                .compose(denial -> denial.map(why ->
                                Future.<Plan>failedFuture(new GatewayException(new GatewayFailure.OverBudget(why))))
                        .orElseGet(() -> Future.succeededFuture(new Plan.Requested(plan.request()))));
    }

    /** The worker's reservation does not cover the model that the client asked for. */
    private Future<Optional<String>> covered(Plan.Delegated plan) {
        Optional<Price> price =
                journal.requested.flatMap(model -> parts.prices().find(model.name()));
        Usage most = plan.assessment().estimates().atMost(plan.request());
        return purse.obtain(
                price.map(known -> known.atMost(most)),
                Purse.noPrice(journal.requestedModel),
                Purse.thrift(price, plan.request(), most));
    }

    private void started(Plan.Delegated plan, Optional<String> smart, String lens) {
        parts.events()
                .accept(new ExchangeEvent.DelegationStarted(
                        parts.clock().instant(),
                        arrival.id(),
                        arrival.tenant().id(),
                        description(plan.request()),
                        smart,
                        plan.route().model().name().value(),
                        journal.arm,
                        journal.reasons,
                        journal.outputEstimate,
                        lens));
    }

    private String description(ChatRequest request) {
        String task = request.lastUserText();
        return switch (parts.prompts()) {
            case REDACTED ->
                request.lastUser()
                        .map(message -> Redacted.of(task.length(), message.fingerprint()))
                        .orElseGet(() -> Redacted.of(task))
                        .toString();
            case PLAIN -> task.substring(0, Math.min(task.length(), SHOWN_CHARS));
        };
    }

    private record Pinned(String id, PinnedLenses.Block block) {}
}
