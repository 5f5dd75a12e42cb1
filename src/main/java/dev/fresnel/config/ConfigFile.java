package dev.fresnel.config;

import dev.fresnel.chat.Feature;
import dev.fresnel.delegation.ContextFeature;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Mode;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.RuleName;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Secret;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The config file as it is written, key for key. This is the only place where a key is declared; see {@link Key}. Values are
 * typed, yet nothing is looked up or merged: that is {@link Checks} and {@link Assembly}.
 */
record ConfigFile(
        @Key("Addresses to listen on.") ListenSection listen,

        @Key("Where lenses and spend survive a restart.") StoreSection store,

        @Key(
                value = "Providers, by a name of your choice. The first is the default of every tenant.",
                required = true,
                pattern = Key.ID)
        Map<String, UpstreamSection> upstreams,

        @Key(
                value = "Models that may be delegated from or to, by the name clients use. Others pass through.",
                pattern = Key.MODEL)
        Map<String, ModelSection> models,

        @Key(value = "Other names for models; an alias may name another alias.", pattern = Key.MODEL)
        Map<String, String> aliases,

        @Key(value = "Ways to answer in place of the requested model, by a name of your choice.", pattern = Key.ID)
        Map<String, WorkerSection> workers,

        @Key("What every route starts from; a tenant overrides it, a route overrides the tenant.")
        PlanSection defaults,

        @Key(value = "Who may use the gateway, and how their requests are routed.", required = true)
        List<TenantSection> tenants,

        @Key("How routes in mode `adaptive` learn.") PolicySection policy,

        @Key("How lengths, tokens and the work of a lens are estimated.")
        EstimatesSection estimates,

        @Key("Bounds on what clients may do to the process.")
        LimitsSection limits,

        @Key("What events tell and how many are kept.") EventsSection events) {

    record ListenSection(
            @Key(value = "Serves clients: `/v1/*`.", def = "127.0.0.1:8080")
            HostPort data,

            @Key(value = "Serves health, metrics and events.", def = "127.0.0.1:9090")
            HostPort admin,

            @Key(
                    value = "Bearer token of the admin listener. Required when it is not on a loopback address.",
                    unset = "none asked for")
            Optional<Secret> adminToken) {}

    record StoreSection(
            @Key(value = "Directory of the embedded store, relative to the working directory.", def = "./data")
            String embedded,

            @Key("Redis in its place, shared by replicas. A plain value is short for `url`.")
            RedisSection redis) {}

    @Shorthand("url")
    record RedisSection(
            @Key(
                    value =
                            "Such as `redis://host:6379/0`, `redis+sentinel://host1:26379,host2/master/0` or `redis+cluster://host1:6379,host2`; `rediss` for TLS.",
                    unset = "the embedded store")
            Optional<RedisAddress> url,

            @Key(value = "User of Redis' access control list.", unset = "its default user", pattern = "[!-~]{1,128}")
            Optional<String> user,

            @Key(value = "Password, as `${NAME}` or `file:/path`.", unset = "none sent")
            Optional<Secret> password,

            @Key(value = "PEM certificates to trust for TLS.", unset = "the system's")
            Optional<String> caFile,

            @Key(
                    value = "Longest wait for one operation. Requests go on without Redis after it.",
                    def = "50ms",
                    min = "5ms",
                    max = "5s")
            Duration commandTimeout,

            @Key(value = "To a connection that answers.", def = "2s", min = "50ms", max = "1m")
            Duration connectTimeout) {}

    record UpstreamSection(
            @Key(value = "Address with the version path, such as `https://api.openai.com/v1`.", required = true)
            Optional<URI> baseUrl,

            @Key(
                    value = "Sent in place of the client's credential. Never sent to another host.",
                    unset = "the client's own credential passes through")
            Optional<Secret> apiKey,

            @Key(
                    value = "Accept that `api-key` crosses the network unencrypted to an `http://` address.",
                    def = "false")
            boolean allowPlainHttp,

            @Key("How long the upstream may keep us waiting.")
            TimeoutsSection timeouts,

            @Key("Bounds of the connections to it.") PoolSection pool) {}

    record TimeoutsSection(
            @Key(value = "To a connected socket.", def = "5s", min = "10ms", max = "5m")
            Duration connect,

            @Key(value = "From the request sent to the reply's head.", def = "300s", min = "100ms", max = "24h")
            Duration firstByte,

            @Key(
                    value = "Between two bytes of a reply. Reasoning models are silent for minutes.",
                    def = "300s",
                    min = "100ms",
                    max = "24h")
            Duration idle,

            @Key(value = "Of the whole call, as a last resort.", def = "60m", min = "100ms", max = "7d")
            Duration total) {}

    record PoolSection(
            @Key(value = "Connections open at once.", def = "512", min = "1", max = "65536")
            int maxConnections,

            @Key(
                    value = "Requests waiting for one of them; more are refused at once.",
                    def = "256",
                    min = "0",
                    max = "1000000")
            int maxQueue) {}

    record ModelSection(
            @Key(value = "Name of the upstream that serves it.", required = true)
            Optional<String> upstream,

            @Key(value = "What that upstream calls it.", unset = "the same name", pattern = Key.MODEL)
            Optional<String> upstreamModel,

            @Key(
                    value = "Input plus output tokens it takes.",
                    unset = "not known, not checked",
                    min = "1",
                    max = "1000000000")
            Optional<Long> contextWindow,

            @Key(
                    value = "Features a request may use and still be sent here in place of another model.",
                    def = "[tools, json-object, json-schema]")
            List<Feature> supports,

            @Key(value = "How capable and dear it is.", def = "unknown")
            Tier tier,

            @Key(value = "USD per million tokens.", unset = "not known: never an arm where money is compared")
            Optional<PriceSection> price) {}

    record PriceSection(
            @Key(value = "USD per million uncached input tokens.", required = true, min = "0", max = "100000")
            Optional<Usd> input,

            @Key(
                    value = "USD per million input tokens read from the provider's prompt cache.",
                    required = true,
                    min = "0",
                    max = "100000")
            Optional<Usd> cachedInput,

            @Key(
                    value = "USD per million output tokens, reasoning included.",
                    required = true,
                    min = "0",
                    max = "100000")
            Optional<Usd> output) {}

    record WorkerSection(
            @Key(value = "A declared model or an alias.", required = true)
            Optional<String> model,

            @Key(value = "Whether it works with a lens or bare.", def = "true")
            boolean lens,

            @Key("Parameters added to a request it takes over.")
            ParamsSection params,

            @Key(
                    value = "Models asked in order when it fails before its first byte; `[]`: none.",
                    unset = "the requested model")
            Optional<List<String>> fallback) {}

    record ParamsSection(
            @Key(
                    value = "Lowers the client's limit on output tokens, or sets one.",
                    unset = "the client's",
                    min = "1",
                    max = "10000000")
            Optional<Long> maxTokens,

            @Key(value = "Used when the client sets none.", unset = "the client's", min = "0", max = "2")
            Optional<BigDecimal> temperature,

            @Key(
                    value = "Used when the client sets none, such as `low`.",
                    unset = "the client's",
                    pattern = "[a-z]{1,32}")
            Optional<String> reasoningEffort) {}

    record TenantSection(
            @Key(value = "Name in logs, metrics and stored keys.", required = true, pattern = Key.ID)
            Optional<String> id,

            @Key(
                    value = "Any of them opens the tenant. None: open to everyone, on a loopback listener only.",
                    def = "[]")
            List<Secret> keys,

            @Key(value = "Upstream for undeclared models and for paths other than chat.", unset = "the first upstream")
            Optional<String> upstream,

            @Key("Money it may spend.") BudgetSection budget,
            @Key(value = "", inline = true) PlanSection plan,

            @Key("The first whose `match` fits the requested model applies. No match: nothing is delegated.")
            List<RouteSection> routes) {}

    record BudgetSection(
            @Key(
                    value = "USD per UTC day; past it requests are refused, as is what cannot be counted.",
                    unset = "no limit",
                    min = "0")
            Optional<Usd> daily) {}

    record RouteSection(
            @Key("Which requests it takes.") MatchSection match,
            @Key(value = "", inline = true) PlanSection plan) {}

    record MatchSection(
            @Key(value = "Requested model or what it is an alias of; `*` stands for any characters.", def = "\"*\"")
            String model) {}

    /** The keys that a route, its tenant and the defaults all take. */
    record PlanSection(
            @Key(
                    value =
                            "What is done with requests: nothing; decide by rules or as learned, and log only; delegate by rules, or as learned.",
                    def = "off")
            Optional<Mode> mode,

            @Key(value = "A declared model or an alias that writes the lens.", unset = "the requested model")
            Optional<String> smart,

            @Key(
                    value =
                            "Choices in order of preference: worker names, and `direct`, which is added in front when missing.",
                    def = "[direct]")
            Optional<List<String>> arms,

            @Key("When to delegate; any rule that fires is enough.")
            RulesSection rules,

            @Key("How lenses are written and kept.") LensSection lens,

            @Key("What mode `adaptive` goes by.") LearnedSection learned,

            @Key(
                    "Whether a worker's answer that is empty, a refusal or not the JSON or call that was demanded is looked at before it is passed on, and asked of the requested model instead; `true` and `false` are short for `enabled`.")
            EscalationSection escalation) {}

    @Shorthand("enabled")
    record EscalationSection(
            @Key(value = "Whether answers are looked at, and held back until they have been.", def = "false")
            Optional<Boolean> enabled,

            @Key(
                    value =
                            "First, take JSON out of a code fence around it, where JSON was demanded; whole answers only.",
                    def = "false")
            Optional<Boolean> repair,

            @Key(value = "Then, ask the worker once more.", def = "false")
            Optional<Boolean> retry,

            @Key(
                    value = "How long a stream is held back, at most, until its first text or call.",
                    def = "5s",
                    min = "1ms",
                    max = "5m")
            Optional<Duration> hold) {}

    record LearnedSection(
            @Key(
                    value = "USD that a good answer is worth.",
                    unset = "eight times what the requested model is expected to cost for the request",
                    min = "0.000000001",
                    max = "1000000")
            Optional<Usd> successUsd,

            @Key(
                    value =
                            "Whether a tenant learns by itself, or starts from what all tenants of the gateway have learned.",
                    def = "tenant")
            Optional<LearnedRules.Pooling> pooling,

            @Key(
                    value =
                            "Whether samples of requests and their answers may be shown to `policy.judge.model`; `false` keeps them from it.",
                    def = "true")
            Optional<Boolean> judge,

            @Key(
                    value =
                            "What requests are told apart by: more features make what is learned truer, and slower to learn. The tenant always counts.",
                    def = "[task-kind, output-size, model-tier, repo]")
            Optional<List<ContextFeature>> features,

            @Key("A small model that names the kind of a task, where words alone would.")
            ClassifierSection classifier) {}

    record ClassifierSection(
            @Key(
                    value =
                            "A declared model or an alias, with a price. It is sent the last user turn, and paid for by the tenant.",
                    unset = "nobody is asked: rules name the kind")
            Optional<String> model,

            @Key(
                    value =
                            "Longest that a request waits for it. A later answer serves the next request with these words.",
                    def = "150ms",
                    min = "1ms",
                    max = "10s")
            Optional<Duration> timeout) {}

    record RulesSection(
            @Key(
                    value = "Fires when more output tokens than this are expected.",
                    def = "2000",
                    min = "0",
                    max = "100000000")
            Optional<Long> thresholdTokens,

            @Key(
                    value =
                            "Fires when the remaining budget is below this many times the expected cost; 0 switches it off.",
                    def = "3",
                    min = "0",
                    max = "1000000")
            Optional<Double> budgetMultiple,

            @Key(
                    "Fires when several files, endpoints or the like are asked for; `true` and `false` are short for `enabled`.")
            MultiPartSection multiPart,

            @Key(
                    value =
                            "Fires when the lens is expected to pay for itself, and vetoes when it is expected to lose.",
                    def = "true")
            Optional<Boolean> breakEven,

            @Key(
                    value =
                            "Requests that one lens is expected to serve; it is then written for the first that needs it.",
                    unset =
                            "not known: with `lens.build: auto` a lens is written once requests have missed savings of its price; else 3",
                    min = "1",
                    max = "1000000")
            Optional<Double> expectedUses) {}

    @Shorthand("enabled")
    record MultiPartSection(
            @Key(value = "Whether the rule is applied.", def = "true")
            Optional<Boolean> enabled,

            @Key(
                    value = "Singular nouns that count as parts; plurals are understood.",
                    def = "[file, endpoint, component, module, page, class, entity, table, service, test]",
                    pattern = "[A-Za-z][A-Za-z-]{0,31}")
            Optional<List<String>> words,

            @Key(value = "A stated count below it does not fire.", def = "3", min = "1", max = "1000")
            Optional<Integer> minimum) {}

    record LensSection(
            @Key(
                    value =
                            "With `auto` once it pays, and the request waits only if it repays the lens alone; else at once, while the request waits or behind it.",
                    def = "auto")
            Optional<LensPolicy.Build> build,

            @Key(
                    value =
                            "Which requests share one lens: the same task, the same application, or the same `x-fresnel-task`.",
                    def = "task")
            Optional<LensPolicy.Scope> scope,

            @Key(value = "How long it is fresh.", def = "24h", min = "1s", max = "365d")
            Optional<Duration> ttl,

            @Key(value = "What a request gets that should have had one.", def = "direct")
            Optional<LensPolicy.OnFailure> onFailure,

            @Key(value = "How long the writing may take.", def = "60s", min = "100ms", max = "10m")
            Optional<Duration> deadline,

            @Key(value = "Of the smart model's call.", def = "0.3", min = "0", max = "2")
            Optional<Double> temperature,

            @Key(value = "Output limit of the smart model's call.", def = "2000", min = "100", max = "100000")
            Optional<Integer> maxTokens,

            @Key(value = "Tokens of the block that is injected.", def = "900", min = "100", max = "900")
            Optional<Integer> maxLensTokens,

            @Key(value = "How long a failed writing is not tried again.", def = "10m", min = "0s", max = "24h")
            Optional<Duration> negativeTtl,

            @Key(
                    value =
                            "Whether a task without a lens may use that of a similar task, once outcomes show that this is as good.",
                    def = "off")
            Optional<LensPolicy.Near> near) {}

    record PolicySection(
            @Key(value = "How the arm is chosen from what was learned. All rules use the same evidence.", def = "ucb")
            RuleName rule,

            @Key(
                    value = "Time in which old evidence loses all but a third of its weight.",
                    def = "14d",
                    min = "1m",
                    max = "3650d")
            Duration memory,

            @Key(
                    value =
                            "Least probability of every arm that may be tried, so that none is lost sight of and the log can be replayed.",
                    def = "0.02",
                    min = "0",
                    max = "0.125")
            Double floor,

            @Key(
                    value =
                            "Share of the requested model's quality that delegation may cost, with a margin of three and a half standard deviations; 1 switches the guard off.",
                    def = "0.05",
                    min = "0",
                    max = "1")
            Double guard,

            @Key(
                    value = "An answer without any bad sign counts, weakly, as good when this much time has passed.",
                    def = "10m",
                    min = "100ms",
                    max = "24h")
            Duration horizon,

            @Key(
                    value = "How long after a decision `POST /v1/feedback` is taken.",
                    def = "24h",
                    min = "1m",
                    max = "30d")
            Duration feedbackWithin,

            @Key(
                    value =
                            "Labels that count per key of a tenant and hour, so that no caller can move the policy at will.",
                    def = "3600",
                    min = "0",
                    max = "100000000")
            int feedbackPerHour,

            @Key(
                    "How far the gateway's own signs of good and bad answers are believed; 0 switches one off. A label weighs 1.")
            SignalsSection signals,

            @Key(
                    "A model that grades samples of answers behind the reply. It is shown the conversation and the answer.")
            JudgeSection judge,

            @Key("What is believed before there are outcomes.")
            ColdStartSection coldStart) {}

    record JudgeSection(
            @Key(
                    value =
                            "A declared model or an alias, with a price; best from another family than those it judges.",
                    unset = "nobody judges")
            Optional<String> model,

            @Key(
                    value =
                            "Share of the answers that is judged; more where the policy was torn: the larger of it and 4p(1-p), with the probability of the arm.",
                    def = "0.01",
                    min = "0",
                    max = "1")
            Double share,

            @Key(
                    value =
                            "USD that judging may cost per UTC day, all tenants together, in one process. It counts against the tenants' budgets too.",
                    def = "1",
                    min = "0")
            Usd daily,

            @Key(value = "How far a score is believed; a label weighs 1.", def = "0.5", min = "0", max = "1")
            Double weight) {}

    record SignalsSection(
            @Key(value = "No text and no tool call.", def = "1", min = "0", max = "1")
            Double empty,

            @Key(
                    value = "No JSON where it was demanded, JSON that breaks its schema, or a tool call that is none.",
                    def = "1",
                    min = "0",
                    max = "1")
            Double invalid,

            @Key(value = "Refused by the model or its provider's filter.", def = "0.7", min = "0", max = "1")
            Double refused,

            @Key(value = "Cut at a limit that the client did not set.", def = "0.6", min = "0", max = "1")
            Double truncated,

            @Key(value = "Taken to the requested model by the client or the gateway.", def = "1", min = "0", max = "1")
            Double escalated,

            @Key(value = "Asked again in other words at the next turn.", def = "0.3", min = "0", max = "1")
            Double reasked,

            @Key(value = "A tool that it called reports an error at the next turn.", def = "0.3", min = "0", max = "1")
            Double toolError,

            @Key(value = "The same request came again within a minute.", def = "0.5", min = "0", max = "1")
            Double retried,

            @Key(
                    value = "Whole, and nothing bad heard of it until `horizon`: good.",
                    def = "0.15",
                    min = "0",
                    max = "1")
            Double clean) {}

    record ColdStartSection(
            @Key(
                    value =
                            "File of rows recorded elsewhere, one JSON object a line; relative to the working directory. Read at start.",
                    unset = "arms start alike but for their price")
            Optional<String> seedFrom,

            @Key(
                    value =
                            "Outcomes that all rows of a task and arm weigh together at most. They are taken for those of a sister arm: how far off they are is learned from live outcomes.",
                    def = "10",
                    min = "0",
                    max = "10000")
            Double mass) {}

    record EstimatesSection(
            @Key(
                    value =
                            "Whether estimates learn from the usage that providers report. Off: they go by the request's words alone.",
                    def = "true")
            boolean learn) {}

    record LimitsSection(
            @Key(
                    value = "Body of one chat request, held in memory. Other paths are streamed, whatever their size.",
                    def = "32MiB",
                    min = "1KiB",
                    max = "1GiB")
            ByteSize maxBody,

            @Key(
                    value = "From an accepted connection to a whole request head.",
                    def = "10s",
                    min = "100ms",
                    max = "10m")
            Duration headerTimeout,

            @Key(
                    value = "From the head of a chat request to the last byte of its body.",
                    def = "60s",
                    min = "100ms",
                    max = "60m")
            Duration bodyTimeout,

            @Key(value = "Open client connections.", def = "10000", min = "1", max = "10000000")
            int maxConnections,

            @Key(value = "Threads that serve; 0: one per processor.", def = "0", min = "0", max = "1024")
            int eventLoops) {}

    record EventsSection(
            @Key(value = "Whether client text is shown in events and logs.", def = "redacted")
            GatewayConfig.Prompts prompts,

            @Key(value = "Newest events kept in memory.", def = "1000", min = "0", max = "1000000")
            int ringSize,

            @Key(
                    value = "File for the decisions of mode `adaptive` and their outcomes, one JSON object a line.",
                    unset = "not written")
            Optional<String> decisionLog,

            @Key(value = "Size from which the decision log is set aside.", def = "64MiB", min = "1KiB", max = "1GiB")
            ByteSize decisionLogSize,

            @Key(value = "Decision logs set aside at most.", def = "4", min = "0", max = "1000")
            int decisionLogKeep) {}
}
