package dev.fresnel.delegation;

import java.util.Locale;

/**
 * Why a decision is what it is. The keys are stable: clients, metrics and logs filter by them. A decision lists every reason that
 * holds, the deciding one first.
 */
public enum Reason {
    /** Rule: the expected output is strictly above the threshold. */
    OUTPUT_ABOVE_THRESHOLD,
    /** Rule: the remaining budget is below a multiple of the direct cost, and still pays for a lens. */
    BUDGET_LOW,
    /** Rule: several files, endpoints, components ... are to be made. */
    MULTI_PART,
    /** Rule: delegation is expected to save money, its share of the lens included. */
    BREAK_EVEN,
    /** The ladder: less than 30 % of a budget is left, and the tenant has cheaper arms preferred then. */
    BUDGET_STATE_LOW,
    /** The ladder: less than 10 % of a budget is left. */
    BUDGET_STATE_CRITICAL,

    /** No rule fired: the normal fate of a small request. */
    NO_RULE_FIRED,
    /** A rule fired, but delegation is expected to lose money. */
    NOT_WORTH_IT,
    /** The route delegates nothing. */
    MODE_OFF,
    /** No route of the tenant takes the requested model. */
    NO_ROUTE,
    /** The decision is logged only; the arm it names as preferred was not used. */
    SHADOW,
    /** The learned policy takes this arm for the best in its context. */
    LEARNED,
    /** The learned policy drew an arm that it does not take for the best, to learn about it. */
    EXPLORING,
    /** The lot sent this delegable conversation direct, so that others can be compared with it. */
    CONTROL,
    /** The route offers no arm but direct. */
    NO_WORKER,
    /** The request comes from a gateway's own lens call. */
    RECURSION_GUARD,
    /** The conversation lives partly at its provider; no other model can continue it. */
    PROVIDER_STATE,
    /** Delegation is paused at the admin listener, for the tenant or for the gateway. */
    PAUSED,
    /** The config does not declare the requested model. */
    UNKNOWN_MODEL,
    /** A tool loop is open and did not begin with this arm. */
    OPEN_TOOL_LOOP,
    /** Deciding failed; the client's bytes go to the model it asked for. */
    FAIL_SAFE,

    /** The client named the arm. */
    CLIENT_ARM,
    /** The client named the mode. */
    CLIENT_MODE,
    /** The client asked to be left alone. */
    CLIENT_BYPASS,
    /** The conversation was decided at an earlier turn. */
    INHERITED,
    /** Decided anew in the middle of the conversation, since another sort of task began. */
    TASK_CHANGED,
    /** Decided anew in the middle of the conversation, since its arm was found to have changed. */
    ARM_CHANGED,

    /** Obstacle: the route no longer offers the arm. */
    ARM_NOT_OFFERED,
    /** Obstacle: the worker's model, or the smart model, is not declared. */
    UNKNOWN_WORKER_MODEL,
    /** Obstacle: the worker is the requested model itself. */
    SAME_MODEL,
    /** Obstacle: the worker's model lacks what the request uses. */
    UNSUPPORTED_FEATURE,
    /** Obstacle: input, lens and expected output do not fit into the worker's context window. */
    CONTEXT_WINDOW,
    /** Obstacle: so many of the arm's answers had to be escalated that it is paused. */
    ESCALATING_TOO_OFTEN,
    /** Obstacle: answers to this task were worse with each lens that was written for it. */
    LENS_RETIRED,
    /** Obstacle: a price that the decision needs is not configured. */
    NO_PRICE,
    /** Obstacle: what is left of the budget does not cover the worst case. */
    OVER_BUDGET;

    /** The name in headers, events, metrics and logs. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return key();
    }
}
