package dev.fresnel.exchange;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.delegation.ClassifierRules;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.ForwardHeaders;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Secret;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Part of stage 3: has the route's classifier name the kind of task, where the kind will be asked for and nobody has stated it. The one
 * wait before the decision, and it is short. One per exchange.
 */
final class Classifying {
    private final Parts parts;
    private final Arrival arrival;
    private final Journal journal;

    Classifying(Parts parts, Arrival arrival, Journal journal) {
        this.parts = parts;
        this.arrival = arrival;
        this.journal = journal;
    }

    /** Empty: the rules name the kind. Never fails. */
    Future<Optional<TaskKind>> kind(ChatRequest request, RoutePlan plan, Overrides overrides, TaskText task) {
        Optional<ClassifierRules> rules = plan.learned()
                .classifier()
                .filter(_ ->
                        isAskedFor(request, plan, overrides) && !task.text().isBlank());
        Optional<TaskClassifier.Question> question = rules.flatMap(by -> question(by, task));
        if (question.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        if (overrides.explain() == Overrides.Explain.DRY_RUN) {
            // Nobody is asked for a dry run.
            return Future.succeededFuture(parts.classifier().known(question.get()));
        }
        long asked = parts.nanos().getAsLong();
        return parts.classifier().kind(question.get(), rules.get().timeout()).onComplete(_ -> journal.waited(asked));
    }

    /** Whether the learned policy is going to decide, by a kind that is not known. */
    private boolean isAskedFor(ChatRequest request, RoutePlan plan, Overrides overrides) {
        return overrides.modeOn(plan).isLearned()
                && overrides.taskKind().isEmpty()
                && overrides.arm().filter(Arm::isDirect).isEmpty()
                && !request.openToolLoop()
                && !request.providerState()
                && !arrival.headers().contains(ForwardHeaders.INTERNAL)
                && (overrides.modeOn(plan).isShadow()
                        || !parts.killSwitch().isPaused(arrival.tenant().id()));
    }

    /** Empty where the model has no price, or what the tenant has left does not pay for as many calls as may run at once. */
    private Optional<TaskClassifier.Question> question(ClassifierRules rules, TaskText task) {
        Optional<Usd> left = parts.ledger().remaining(arrival.payer());
        return parts.models()
                .find(rules.model())
                .flatMap(model -> parts.prices()
                        .find(model.name())
                        .filter(price -> left.filter(money -> money.isLessThan(TaskClassifier.atMost(price)))
                                .isEmpty())
                        .map(price -> new TaskClassifier.Question(
                                arrival.id(), arrival.tenant().id(), model, price, task.text(), credentialFor(model))));
    }

    /** The client's credential is for the provider it meant to talk to, and for no other. */
    private Optional<Secret> credentialFor(Model model) {
        return model.upstream().equals(journal.home(arrival)) ? arrival.credential() : Optional.empty();
    }
}
