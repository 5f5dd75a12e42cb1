package dev.fresnel.config;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.budget.OnLow;
import dev.fresnel.budget.OnStoreLoss;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Limit;
import dev.fresnel.tenant.Scope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One of {@code tenants}: its keys, its money, its limits and its routes. */
record TenantSection(
        @Key(value = "Name in logs, metrics and stored keys.", required = true, pattern = Key.ID)
        Optional<String> id,

        @Key(
                value =
                        "Any of them opens the tenant, as does one that is issued at run time. A plain value is short for `key`.",
                def = "[]")
        List<KeySection> keys,

        @Key(
                value =
                        "Who may come in: those who show a key, or everyone who reaches the listener, which must be a loopback one.",
                unset = "`open` without keys, else `keys`")
        Optional<Tenant.Access> access,

        @Key(
                value = "Models its keys may ask for by name or alias; `*` stands for any characters.",
                unset = "every model",
                pattern = Key.MODEL)
        Optional<List<String>> models,

        @Key(value = "Upstream for undeclared models and for paths other than chat.", unset = "the first upstream")
        Optional<String> upstream,

        @Key("Money it may spend.") BudgetSection budget,

        @Key("How much traffic it may have; past it requests are refused with 429.")
        TrafficSection limits,

        @Key(value = "", inline = true) PlanSection plan,

        @Key("The first whose `match` fits the requested model applies. No match: nothing is delegated.")
        List<RouteSection> routes) {
    @Shorthand("key")
    record KeySection(
            @Key(value = "The key, or better its hash as `fresnel keys create` prints it.", required = true)
            Optional<KeyHash> key,

            @Key(
                    value = "Name in logs and events, one of its own within the tenant.",
                    unset = "`key-` and the first 12 digits of the hash",
                    pattern = Key.ID)
            Optional<String> name,

            @Key(
                    value =
                            "Parts of the API it may use: chat completions, the list of models, feedback, every other path.",
                    def = "[chat, models, feedback, pass-through]")
            List<Scope> scopes,

            @Key(
                    value = "Models it may ask for, within those of the tenant; `*` stands for any characters.",
                    unset = "every model of the tenant",
                    pattern = Key.MODEL)
            Optional<List<String>> models,

            @Key(
                    value = "When it stops opening the tenant: a date, meaning its start, or a time, both in UTC.",
                    unset = "never")
            Optional<Instant> expires,

            @Key("Money it may spend, of what its tenant may.")
            MoneySection budget,

            @Key(value = "Notes for people, shown and never acted on.", pattern = Key.NOTE)
            Map<String, String> metadata,

            @Key("How much it may have, within what the tenant may.")
            TrafficSection limits) {}

    record TrafficSection(
            @Key(
                    value = "Chat completions and requests that pass through.",
                    unset = "no limit",
                    min = "1",
                    max = "1000000000")
            Optional<Long> requestsPerMinute,

            @Key(
                    value = "Of chat completions: set aside by estimate before the call, counted as billed afterwards.",
                    unset = "no limit",
                    min = "1",
                    max = "1000000000000")
            Optional<Long> inputTokensPerMinute,

            @Key(value = "The same for what models write.", unset = "no limit", min = "1", max = "1000000000000")
            Optional<Long> outputTokensPerMinute,

            @Key(value = "Taken in and not yet answered.", unset = "no limit", min = "1", max = "10000000")
            Optional<Long> concurrentRequests,

            @Key(value = "Of those, streamed chat completions.", unset = "no limit", min = "1", max = "10000000")
            Optional<Long> concurrentStreams,

            @Key(
                    value = "Lenses written for the first time; past it requests go direct.",
                    unset = "no limit",
                    min = "1",
                    max = "1000000")
            Optional<Long> lensBuildsPerHour) {
        /** The limits that are set. */
        Map<Limit, Long> most() {
            Map<Limit, Long> most = new EnumMap<>(Limit.class);
            requestsPerMinute.ifPresent(value -> most.put(Limit.REQUESTS_PER_MINUTE, value));
            inputTokensPerMinute.ifPresent(value -> most.put(Limit.INPUT_TOKENS_PER_MINUTE, value));
            outputTokensPerMinute.ifPresent(value -> most.put(Limit.OUTPUT_TOKENS_PER_MINUTE, value));
            concurrentRequests.ifPresent(value -> most.put(Limit.CONCURRENT_REQUESTS, value));
            concurrentStreams.ifPresent(value -> most.put(Limit.CONCURRENT_STREAMS, value));
            lensBuildsPerHour.ifPresent(value -> most.put(Limit.LENS_BUILDS_PER_HOUR, value));
            return most;
        }
    }

    record BudgetSection(
            @Key(value = "", inline = true) MoneySection limits,

            @Key(
                    value =
                            "When less than 30 % of a budget is left: `ignore` it, or `prefer-cheap`: in modes `rules` and `adaptive` a worker with a lens answers, below 10 % a bare one.",
                    def = "ignore")
            OnLow onLow,

            @Key(
                    value =
                            "While Redis does not answer: `local-share`, what this replica holds of the budget; `deny`, nothing; `allow`, by what was known last, which may overspend. Without effect on one process with its own store.",
                    def = "local-share")
            OnStoreLoss onStoreLoss) {
        BudgetTerms terms() {
            return new BudgetTerms(limits.budget(), onLow, onStoreLoss);
        }
    }

    /** What a tenant or a key may spend. */
    record MoneySection(
            @Key(
                    value = "USD per UTC day; past it requests are refused, as is what cannot be counted.",
                    unset = "no limit",
                    min = "0")
            Optional<Usd> daily,

            @Key(value = "USD per UTC month, likewise.", unset = "no limit", min = "0")
            Optional<Usd> monthly,

            @Key(value = "USD for ever, likewise.", unset = "no limit", min = "0")
            Optional<Usd> total) {
        Budget budget() {
            return new Budget(daily, monthly, total);
        }
    }

    record RouteSection(
            @Key("Which requests it takes.") MatchSection match,
            @Key(value = "", inline = true) PlanSection plan) {}

    record MatchSection(
            @Key(value = "Requested model or what it is an alias of; `*` stands for any characters.", def = "\"*\"")
            String model) {}
}
