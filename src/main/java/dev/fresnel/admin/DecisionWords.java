package dev.fresnel.admin;

import dev.fresnel.delegation.ArmRow;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.Learning;
import dev.fresnel.delegation.Reason;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.policy.Standings;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One decision in sentences, most important first. */
final class DecisionWords {
    private DecisionWords() {}

    static List<String> of(ExchangeEvent.Finished request, Assessment assessment) {
        List<String> words = new ArrayList<>();
        words.add(outcome(request, assessment));
        request.reasons().stream().map(DecisionWords::reason).forEach(words::add);
        words.add(String.format(
                Locale.ROOT,
                "Expected were %d tokens in; out, half of such answers stay below %d and nine in ten below %d.",
                assessment.estimates().inputTokens(),
                assessment.estimates().output().l50(),
                assessment.estimates().output().l90()));
        assessment.learning().ifPresent(learning -> words.addAll(learned(learning, assessment)));
        assessment.arms().stream()
                .filter(row -> !row.feasible())
                .map(DecisionWords::obstacles)
                .forEach(words::add);
        money(request, assessment).ifPresent(words::add);
        return words;
    }

    private static String outcome(ExchangeEvent.Finished request, Assessment assessment) {
        String asked = request.requestedModel().map(model -> " for " + model).orElse("");
        String answered = request.answeredBy()
                .map(model -> " was answered by " + model + " (arm " + request.arm() + ")")
                .orElse(" got no model's answer (status " + request.status() + ")");
        String wouldBe = assessment.decision().preferred().name().equals(request.arm())
                ? ""
                : "; wanted was " + assessment.decision().preferred();
        return "The request" + asked + answered + wouldBe + ".";
    }

    private static List<String> learned(Learning learning, Assessment assessment) {
        List<String> words = new ArrayList<>();
        for (Standings.Standing standing : learning.standings()) {
            words.add(String.format(
                    Locale.ROOT,
                    "%s was taken for good in %.0f %% of such tasks, give or take %.0f, from %.1f outcomes here; it was"
                            + " drawn with probability %.3f%s.",
                    standing.arm(),
                    100 * standing.quality(),
                    196 * standing.deviation(),
                    standing.pulls(),
                    assessment.decision().propensities().getOrDefault(standing.arm(), standing.probability()),
                    standing.held() ? ", held back by the quality guard" : ""));
        }
        return words;
    }

    private static String obstacles(ArmRow row) {
        return row.arm() + " could not answer: "
                + row.obstacles().stream()
                        .map(obstacle -> obstacle.reason().key()
                                + (obstacle.detail().isEmpty() ? "" : " (" + obstacle.detail() + ")"))
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private static Optional<String> money(ExchangeEvent.Finished request, Assessment assessment) {
        Optional<Usd> direct = assessment.arms().stream()
                .filter(row -> row.arm().isDirect())
                .findFirst()
                .flatMap(ArmRow::expectedCost);
        return request.cost()
                .map(cost -> "It cost " + cost + " USD"
                        + direct.map(usd -> "; the requested model was expected to cost " + usd)
                                .orElse("")
                        + ".");
    }

    /** A reason that is none of the decision's came later, and is told by its key. */
    private static String reason(String key) {
        return Arrays.stream(Reason.values())
                .filter(reason -> reason.key().equals(key))
                .findFirst()
                .map(DecisionWords::sentence)
                .orElse("Later: " + key + ".");
    }

    private static String sentence(Reason reason) {
        return switch (reason) {
            case OUTPUT_ABOVE_THRESHOLD -> "The expected answer is longer than the route's threshold.";
            case BUDGET_LOW -> "What is left of the budget is little.";
            case BUDGET_STATE_LOW -> "A budget has less than 30 % left, and the tenant wants cheaper answers then.";
            case BUDGET_STATE_CRITICAL ->
                "A budget has less than 10 % left, and the tenant wants the cheapest answers then.";
            case MULTI_PART -> "Several things are to be made.";
            case BREAK_EVEN -> "Delegating was expected to save money, its share of the lens included.";
            case NO_RULE_FIRED -> "No rule spoke for delegating.";
            case NOT_WORTH_IT -> "Delegating was expected to lose money.";
            case MODE_OFF -> "The route delegates nothing.";
            case NO_ROUTE -> "No route of the tenant takes this model.";
            case SHADOW -> "The route only watches: what it would have done is noted, and not done.";
            case LEARNED -> "The learned policy takes this arm for the best here.";
            case EXPLORING -> "The learned policy drew this arm to learn about it.";
            case CONTROL ->
                "The lot sent this conversation direct, so that others can be compared with it; what would have been is named next.";
            case NO_WORKER -> "The route offers no arm but direct.";
            case RECURSION_GUARD -> "The request is a gateway's own.";
            case PROVIDER_STATE ->
                "The conversation lives partly at its provider, so no other model can go on with it.";
            case PAUSED -> "Delegation is paused.";
            case UNKNOWN_MODEL -> "The config does not declare the requested model.";
            case OPEN_TOOL_LOOP -> "A tool loop is open that another model began.";
            case FAIL_SAFE -> "Deciding failed, so the request went where it asked to.";
            case CLIENT_ARM -> "The client named the arm.";
            case CLIENT_MODE -> "The client named the mode.";
            case CLIENT_BYPASS -> "The client asked to be left alone.";
            case INHERITED -> "The conversation was decided at an earlier turn.";
            case TASK_CHANGED -> "Another sort of task began in the middle of the conversation.";
            case ARM_CHANGED -> "The conversation's arm was found to have changed.";
            case ARM_NOT_OFFERED -> "The route no longer offers the arm.";
            case UNKNOWN_WORKER_MODEL -> "The worker's model, or the smart model, is not declared.";
            case SAME_MODEL -> "The worker is the requested model itself.";
            case UNSUPPORTED_FEATURE -> "The worker's model lacks what the request uses.";
            case CONTEXT_WINDOW -> "The request does not fit into the worker's context window.";
            case ESCALATING_TOO_OFTEN -> "So many of the arm's answers had to be escalated that it is paused.";
            case LENS_RETIRED -> "Answers to this task were worse with each lens that was written for it.";
            case NO_PRICE -> "A price that the decision needs is not configured.";
            case OVER_BUDGET -> "What is left of the budget does not cover the worst case.";
        };
    }
}
