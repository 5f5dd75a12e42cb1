package dev.fresnel.app;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.delegation.ArmRow;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.BreakEven;
import dev.fresnel.delegation.Decision;
import dev.fresnel.delegation.Learning;
import dev.fresnel.delegation.LensOrder;
import dev.fresnel.delegation.Obstacle;
import dev.fresnel.delegation.Overrides;
import dev.fresnel.delegation.Reason;
import dev.fresnel.delegation.Route;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.RuleCheck;
import dev.fresnel.policy.Arm;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** An assessment for a person: the decision first, then the numbers it came from. Money in US dollars. */
final class ExplainText {
    private final ChatRequest request;
    private final Tenant tenant;
    private final RoutePlan plan;
    private final Overrides overrides;
    private final Assessment assessment;

    ExplainText(ChatRequest request, Tenant tenant, RoutePlan plan, Overrides overrides, Assessment assessment) {
        this.overrides = overrides;
        this.request = request;
        this.tenant = tenant;
        this.plan = plan;
        this.assessment = assessment;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("request   model " + request.model() + ", " + request.bytes().length + " bytes, tenant " + tenant.id()
                + ", mode " + mode());
        lines.add("decision  " + decision());
        lines.add("because   "
                + assessment.decision().reasons().stream().map(Reason::key).collect(Collectors.joining(", ")));
        assessment.learning().ifPresent(learning -> lines.add("odds      " + odds(learning)));
        lens().ifPresent(text -> lines.add("lens      " + text));
        lines.add("expected  " + assessment.estimates().inputTokens() + " tokens in; out: half of such answers below "
                + assessment.estimates().output().l50() + ", nine in ten below "
                + assessment.estimates().output().l90());
        lines.add("features  task " + assessment.features().kind().key() + ", "
                + assessment.features().requestedTier().key() + " model" + uses());
        assessment.worstCase().ifPresent(usd -> lines.add("reserves  " + usd + " USD at most"));
        assessment.fault().ifPresent(fault -> lines.add("fault     " + fault));
        rules(lines);
        arms(lines);
        return lines;
    }

    private String mode() {
        String route = plan.offReason() == Reason.NO_ROUTE
                ? "no route takes this model"
                : "route: " + plan.mode().key();
        return overrides
                .mode()
                .map(mode -> mode.key() + " (header; " + route + ")")
                .orElse(plan.mode().key() + (plan.offReason() == Reason.NO_ROUTE ? " (" + route + ")" : ""));
    }

    private String decision() {
        Decision decision = assessment.decision();
        String used = decision.arm() + " (" + answeredBy() + ")";
        return decision.preferred().equals(decision.arm())
                ? used
                : used + "; without shadow mode it would be " + decision.preferred();
    }

    /** What the learned policy drew from. This is the policy as it starts: what a running gateway has learned is not known here. */
    private String odds(Learning learning) {
        return learning
                        .counterfactual()
                        .map(Learning.Counterfactual::probabilities)
                        .orElse(assessment.decision().propensities())
                        .entrySet()
                        .stream()
                        .map(entry -> String.format(Locale.ROOT, "%s %.3f", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", "))
                + " (nothing learned yet"
                + (learning.counterfactual().isPresent() ? "; told only, not drawn from)" : ")");
    }

    private String answeredBy() {
        return switch (assessment.route()) {
            case Route.Direct _ -> "the requested model, byte for byte";
            case Route.Delegate delegate -> delegate.model().name().value();
        };
    }

    private Optional<String> lens() {
        return switch (assessment.route()) {
            case Route.Direct _ -> Optional.empty();
            case Route.Delegate delegate -> delegate.lens().map(this::lens);
        };
    }

    private String lens(LensOrder order) {
        boolean free = assessment
                .used()
                .flatMap(ArmRow::lensCost)
                .filter(Usd.ZERO::equals)
                .isPresent();
        if (free) {
            return "is there already";
        }
        return "written by " + order.smart().name()
                + switch (order.timing()) {
                    case INLINE -> " while the request waits: this request alone is expected to repay it";
                    case BACKGROUND -> " in the background for later requests; this one goes direct";
                    case CACHED_ONLY -> " at an earlier turn; this one goes direct if it is gone";
                };
    }

    private String uses() {
        return request.features().isEmpty()
                ? ""
                : ", uses "
                        + request.features().stream().map(Feature::key).sorted().collect(Collectors.joining(", "));
    }

    private void rules(List<String> lines) {
        if (assessment.rules().isEmpty()) {
            return;
        }
        TextTable table = new TextTable("RULE", "OUTCOME", "NUMBERS");
        for (RuleCheck check : assessment.rules()) {
            table.row(check.rule().key(), check.outcome().name().toLowerCase(Locale.ROOT), check.numbers());
        }
        lines.add("");
        lines.addAll(table.lines());
    }

    private void arms(List<String> lines) {
        if (assessment.arms().isEmpty()) {
            return;
        }
        TextTable table = new TextTable(
                "ARM", "MODEL", "EXPECTED USD", "LENS USD", "SAVES USD", "SAVES ABOVE", "NOT POSSIBLE BECAUSE");
        Arm used = assessment.decision().arm();
        for (ArmRow row : assessment.arms()) {
            table.row(
                    (row.arm().equals(used) ? "* " : "  ") + row.arm(),
                    row.model().map(model -> model.name().value()).orElse("-"),
                    row.expectedCost().map(Usd::toString).orElse("no price"),
                    row.lensCost().map(Usd::toString).orElse("no price"),
                    row.expectedSaving().map(Usd::toString).orElse("no price"),
                    row.breakEven().map(BreakEven::text).orElse("-"),
                    row.obstacles().stream().map(ExplainText::obstacle).collect(Collectors.joining("; ")));
        }
        lines.add("");
        lines.addAll(table.lines());
        lines.add(
                "Expected: with the arm's share of the lens and of requests that the requested model answers after all.");
        switchLosses(lines);
    }

    /** Why an arm saves less than the difference of the two expected costs. */
    private void switchLosses(List<String> lines) {
        Optional<Usd> direct = assessment.arms().stream()
                .filter(row -> row.arm().isDirect())
                .findFirst()
                .flatMap(ArmRow::expectedCost);
        for (ArmRow row : assessment.arms()) {
            Optional<Usd> loss = direct.flatMap(asked -> row.expectedCost()
                    .flatMap(cost ->
                            row.expectedSaving().map(saving -> asked.minus(cost).minus(saving))));
            loss.filter(lost -> !row.arm().isDirect() && Usd.ZERO.isLessThan(lost))
                    .ifPresent(lost -> lines.add("Saves: for " + row.arm() + " less " + lost
                            + " USD, the requested model's prompt cache of this conversation, which switching loses."));
        }
    }

    private static String obstacle(Obstacle obstacle) {
        return obstacle.reason().key() + (obstacle.detail().isEmpty() ? "" : " (" + obstacle.detail() + ")");
    }
}
