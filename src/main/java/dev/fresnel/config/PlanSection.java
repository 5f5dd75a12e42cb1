package dev.fresnel.config;

import dev.fresnel.delegation.ContextFeature;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Mode;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
        EscalationSection escalation,

        @Key(
                value =
                        "Share of delegable conversations that a lot sends direct, in the modes `rules` and `adaptive`: what the others save, and what becomes of quality, is known by comparison with them. 0 switches it off, and the savings statement with it.",
                def = "0.02",
                min = "0",
                max = "0.5")
        Optional<Double> controlShare) {
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

            @Key(
                    value =
                            "How long it is fresh, give or take a fifth, so that lenses of one hour do not all end at once. For as long again it is served while the next one is written.",
                    def = "24h",
                    min = "1s",
                    max = "365d")
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
            Optional<LensPolicy.Near> near,

            @Key(value = "Who of a tenant shares a lens: all of its keys, or each key with itself.", def = "tenant")
            Optional<LensPolicy.Sharing> sharing) {}
}
