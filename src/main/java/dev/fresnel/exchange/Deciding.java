package dev.fresnel.exchange;

import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Price;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.OpaqueChat;
import dev.fresnel.chat.ParsedChat;
import dev.fresnel.chat.Usage;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.BudgetPacing;
import dev.fresnel.delegation.ConversationKey;
import dev.fresnel.delegation.Downgrade;
import dev.fresnel.delegation.Experience;
import dev.fresnel.delegation.Inquiry;
import dev.fresnel.delegation.Learning;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.Moment;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.Reason;
import dev.fresnel.delegation.Route;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensKeys;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.lens.LensSubject;
import dev.fresnel.outcome.FollowUps;
import dev.fresnel.policy.Arm;
import dev.fresnel.savings.Tab;
import dev.fresnel.savings.Trial;
import dev.fresnel.tenant.Pass;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * Stages 3 to 5: estimates, decides and reserves. One per exchange; waits for nothing but a classifier, where the route has
 * one.
 */
final class Deciding {
    /** A rule of thumb for what cannot be read. */
    private static final int BYTES_PER_TOKEN = 4;

    private final Parts parts;
    private final Arrival arrival;
    private final BooleanSupplier gone;
    private final Journal journal;
    private final Bypass bypass;
    private final Purse purse;
    private final Classifying classifying;

    /** @param gone whether the client has left */
    Deciding(Parts parts, Arrival arrival, BooleanSupplier gone, Journal journal, Bypass bypass, Purse purse) {
        this.parts = parts;
        this.arrival = arrival;
        this.gone = gone;
        this.journal = journal;
        this.bypass = bypass;
        this.purse = purse;
        this.classifying = new Classifying(parts, arrival, journal);
    }

    /** Fails with {@code InvalidRequest} for an override header that says nothing, {@code OverBudget}, and {@link Answering.ClientGone}. */
    Future<Plan> decide(ParsedChat parsed, Buffer body) {
        try {
            return switch (parsed) {
                case OpaqueChat _ -> {
                    journal.reason = "unreadable";
                    if (arrival.isLimitedInModels()) {
                        throw new GatewayException(
                                new GatewayFailure.ModelNotAllowed(
                                        "This request cannot be read, so it cannot be told whether this key may ask for its model. Send plain JSON in UTF-8."));
                    }
                    keepWithin(arrival.pass().reserve(body.length() / BYTES_PER_TOKEN, 0));
                    refuseUncounted("This request cannot be read");
                    yield Future.succeededFuture(new Plan.Unreadable(body));
                }
                case ChatRequest request -> decide(request);
            };
        } catch (GatewayException refused) {
            return Future.failedFuture(refused);
        }
    }

    private Future<Plan> decide(ChatRequest request) {
        journal.requestedModel = request.model().value();
        journal.requested = parts.models().find(request.model());
        if (!arrival.mayAskFor(request.model(), journal.requested.map(Model::name))) {
            throw new GatewayException(new GatewayFailure.ModelNotAllowed("This key may not ask for the model '"
                    + request.model() + "'. GET /v1/models lists what it may ask for."));
        }
        if (request.stream()) {
            keepWithin(arrival.pass().stream());
        }
        RoutePlan plan = arrival.tenant().routeFor(request.model(), journal.requested.map(Model::name));
        journal.plan = plan;
        Overrides overrides = Overrides.parse(arrival.headers());
        journal.explain = overrides.explain();
        journal.mode = Optional.of(overrides.modeOn(plan));
        if (plan.mode() == Mode.OFF
                && overrides.equals(Overrides.NONE)
                && !arrival.payer().isLimited()
                && !arrival.pass().countsTokens()) {
            // Nothing is asked of us: not even the cost of looking.
            journal.reason = plan.offReason().key();
            return Future.succeededFuture(new Plan.Requested(request));
        }
        TaskText task = TaskText.of(request);
        return classifying
                .kind(request, plan, overrides, task)
                .compose(classified -> decide(request, plan, overrides, task, classified));
    }

    private Future<Plan> decide(
            ChatRequest request, RoutePlan plan, Overrides overrides, TaskText task, Optional<TaskKind> classified) {
        Assessment assessment;
        try {
            assessment = assess(request, plan, overrides, task, classified);
        } catch (GatewayException refused) {
            throw refused;
        } catch (RuntimeException bug) {
            // An estimate must never cost a client its answer. The delegator has a net of its own.
            System.getLogger("fresnel")
                    .log(System.Logger.Level.ERROR, "estimating failed, request sent as it came", bug);
            keepWithin(arrival.pass().reserve(request.bytes().length / BYTES_PER_TOKEN, 0));
            refuseUncounted("This request could not be estimated");
            bypass.note(Reason.FAIL_SAFE.key());
            return Future.succeededFuture(new Plan.Requested(request));
        }
        note(assessment);
        if (overrides.explain() == Overrides.Explain.DRY_RUN) {
            return Future.succeededFuture(new Plan.Explained(Explanation.json(assessment)));
        }
        keepWithin(arrival.pass().reserve(journal.inputEstimate, journal.outputEstimate));
        // Before the money: a tight budget must not choose which side of the trial is counted. Who is refused cost its
        // side nothing.
        assessment.learning().flatMap(Learning::trial).ifPresent(this::enrol);
        return reserve(request, assessment).map(_ -> decided(request, plan, overrides, assessment));
    }

    /** What is to be done, now that it can be paid for. */
    private Plan decided(ChatRequest request, RoutePlan plan, Overrides overrides, Assessment assessment) {
        follow(request, plan, overrides);
        // Only now: what was refused, or merely asked about, is nothing to learn from.
        assessment.missing().ifPresent(saving -> parts.missed().miss(journal.lensKey.orElseThrow(), saving));
        assessment.learning().ifPresent(parts.learner()::began);
        journal.learns(request, assessment, journal.conversation.flatMap(parts.pins()::find));
        drawForTheJudge(plan);
        return switch (assessment.route()) {
            case Route.Direct _ -> {
                if (assessment.decision().reason() != plan.offReason()) {
                    skipped(assessment);
                }
                yield new Plan.Requested(request);
            }
            case Route.Delegate delegate -> new Plan.Delegated(request, assessment, delegate, Optional.empty());
        };
    }

    private void enrol(Trial trial) {
        Tab tab = parts.savings().opened(arrival.tenant().id(), trial);
        journal.tab = Optional.of(tab);
        journal.conversation.ifPresent(conversation -> parts.enrolments().begin(conversation, tab));
    }

    /** Before the answer, since a stream must be collected to be judged. A turn that inherits its decision was not drawn. */
    private void drawForTheJudge(RoutePlan plan) {
        if (journal.decision(arrival.id()).isEmpty() || !plan.learned().judge().isOn()) {
            return;
        }
        double propensity = journal.learning.map(Learning::propensity).orElse(1.0);
        journal.judged = parts.judge()
                .map(judge -> judge.probability(propensity))
                .filter(probability -> parts.chance().getAsDouble() < probability)
                .map(OptionalDouble::of)
                .orElseGet(OptionalDouble::empty);
    }

    /** What is asked now says something about what was answered before. */
    private void follow(ChatRequest request, RoutePlan plan, Overrides overrides) {
        if (isMeasured(plan.mode()) || isMeasured(overrides.modeOn(plan))) {
            boolean direct = overrides.mode().filter(Mode.OFF::equals).isPresent()
                    || overrides.arm().filter(Arm::isDirect).isPresent();
            journal.conversation.ifPresent(conversation -> parts.followUps()
                    .asked(conversation, request, direct ? FollowUps.Wish.DIRECT : FollowUps.Wish.NONE));
        }
    }

    /** Whether outcomes are asked for: to learn from them, or for the savings statement. */
    private static boolean isMeasured(Mode mode) {
        return mode == Mode.ADAPTIVE || mode == Mode.RULES;
    }

    private Assessment assess(
            ChatRequest request, RoutePlan plan, Overrides overrides, TaskText task, Optional<TaskKind> classified) {
        long input = parts.tokens().inputTokens(request);
        ModelName requested = journal.requested.map(Model::name).orElse(request.model());
        Experience.Expected expected =
                parts.experience().expected(arrival.tenant().id(), request, task, input, requested);
        journal.expected = Optional.of(expected);
        LensSubject subject = subject(request, plan, overrides);
        LensKey key = parts.lensKeys().keyFor(owner(plan), smart(request, plan), subject);
        journal.lensKey = Optional.of(key);
        journal.lensSubject = Optional.of(subject);
        lookNearby(request, plan, subject, key);
        journal.conversation = ConversationKey.of(arrival.tenant().id(), overrides.session(), request);
        Optional<Tab> running =
                journal.conversation.flatMap(parts.enrolments()::find).filter(_ -> overrides.continues(request));
        journal.tab = running;
        return parts.delegator()
                .assess(new Inquiry(
                        arrival.tenant().id(),
                        plan,
                        request,
                        task,
                        classified,
                        expected.estimates(),
                        overrides,
                        arrival.headers().contains(ForwardHeaders.INTERNAL)
                                ? Inquiry.Origin.GATEWAY
                                : Inquiry.Origin.CLIENT,
                        parts.killSwitch().isPaused(arrival.tenant().id())
                                ? Inquiry.Allowance.PAUSED
                                : Inquiry.Allowance.DELEGATE,
                        parts.ledger().remaining(arrival.payer()),
                        lensState(key),
                        parts.missed().of(key),
                        journal.conversation.flatMap(parts.pins()::find),
                        running.map(Tab::trial),
                        new Moment(
                                parts.clock().instant(),
                                parts.chance().getAsDouble(),
                                parts.chance().getAsDouble(),
                                pressure())));
    }

    private BudgetPacing.Pressure pressure() {
        Payer payer = arrival.payer();
        return parts.pacing()
                .pressure(payer)
                .with(Downgrade.of(
                        parts.ledger().state(payer), arrival.tenant().budget().onLow()));
    }

    /** Before the decision: whether there is a lens at hand is part of what it weighs. */
    private void lookNearby(ChatRequest request, RoutePlan plan, LensSubject subject, LensKey key) {
        if (plan.lens().near() == LensPolicy.Near.OFF || !(subject instanceof LensSubject.Task task)) {
            return;
        }
        Fingerprint partition = parts.lensKeys().partition(owner(plan), smart(request, plan), task);
        journal.lensPartition = Optional.of(partition);
        if (parts.shelf().peek(key).isEmpty() && !parts.shelf().isLeftAlone(key)) {
            journal.near = parts.shelf()
                    .neighbour(partition, task.firstUserText(), parts.chance().getAsDouble());
        }
    }

    private Inquiry.LensState lensState(LensKey key) {
        if (parts.shelf().isLeftAlone(key)) {
            return Inquiry.LensState.RETIRED;
        }
        return journal.near.isPresent() || parts.shelf().peek(key).isPresent()
                ? Inquiry.LensState.CACHED
                : Inquiry.LensState.ABSENT;
    }

    private static LensSubject subject(ChatRequest request, RoutePlan plan, Overrides overrides) {
        return LensSubject.of(
                plan.lens().scope(),
                overrides.task(),
                request.systemText(),
                request.toolsJson()
                        .map(json -> new String(json, java.nio.charset.StandardCharsets.UTF_8))
                        .orElse(""),
                request.firstUserText());
    }

    private LensKeys.Owner owner(RoutePlan plan) {
        return new LensKeys.Owner(
                arrival.tenant().id(),
                switch (plan.lens().sharing()) {
                    case TENANT -> Optional.empty();
                    // Whoever comes without a key shares with everybody who does.
                    case KEY -> arrival.keyName();
                });
    }

    private ModelName smart(ChatRequest request, RoutePlan plan) {
        ModelName name = plan.smart().orElse(request.model());
        return parts.models().find(name).map(Model::name).orElse(name);
    }

    private void note(Assessment assessment) {
        journal.inputEstimate = assessment.estimates().inputTokens();
        journal.outputEstimate = assessment.estimates().output().l50();
        journal.arm = assessment.decision().arm().name();
        journal.reason = assessment.decision().reason().key();
        journal.reasons =
                assessment.decision().reasons().stream().map(Reason::key).toList();
        assessment
                .fault()
                .ifPresent(fault -> System.getLogger("fresnel")
                        .log(System.Logger.Level.ERROR, "deciding failed, request sent as it came", fault));
        journal.trace = Optional.of(assessment);
    }

    private void skipped(Assessment assessment) {
        parts.events()
                .accept(new ExchangeEvent.DelegationSkipped(
                        parts.clock().instant(),
                        arrival.id(),
                        arrival.tenant().id(),
                        journal.reason,
                        journal.reasons,
                        Optional.of(assessment.decision().preferred())
                                .filter(arm -> !arm.isDirect())
                                .map(Object::toString),
                        journal.outputEstimate));
        if (assessment.decision().reason() == Reason.FAIL_SAFE) {
            parts.events()
                    .accept(new ExchangeEvent.Bypassed(
                            parts.clock().instant(),
                            arrival.id(),
                            arrival.tenant().id(),
                            Reason.FAIL_SAFE.key()));
        }
    }

    private Future<Void> reserve(ChatRequest request, Assessment assessment) {
        Optional<Model> asked = assessment.route() instanceof Route.Delegate delegate
                ? Optional.of(delegate.model())
                : journal.requested;
        Optional<Price> price = asked.flatMap(model -> parts.prices().find(model.name()));
        Usage most = assessment.estimates().atMost(request);
        // A decision that failed weighed nothing, but its request still has a price.
        Optional<Usd> worst = assessment.worstCase().or(() -> price.map(known -> known.atMost(most)));
        return purse.obtain(worst, Purse.noPrice(journal.requestedModel), Purse.thrift(price, request, most))
                .map(denial -> {
                    refuse(denial);
                    if (gone.getAsBoolean()) {
                        throw new Answering.ClientGone();
                    }
                    return null;
                });
    }

    private void refuseUncounted(String what) {
        if (arrival.payer().isLimited()) {
            refuse(purse.cover(Optional.empty(), what));
        }
    }

    private static void keepWithin(Optional<Pass.Exceeded> exceeded) {
        exceeded.ifPresent(limit -> {
            throw new GatewayException(new GatewayFailure.RateLimited(limit.message(), limit.retryAfter()));
        });
    }

    private static void refuse(Optional<String> denial) {
        denial.ifPresent(why -> {
            throw new GatewayException(new GatewayFailure.OverBudget(why));
        });
    }
}
