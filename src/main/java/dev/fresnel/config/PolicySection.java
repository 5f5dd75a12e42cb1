package dev.fresnel.config;

import dev.fresnel.policy.RuleName;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.Optional;

/** How the learned policy ranks, what it may be told, and how far that is believed. */
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

        @Key(value = "How long after a decision `POST /v1/feedback` is taken.", def = "24h", min = "1m", max = "30d")
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

        @Key("A model that grades samples of answers behind the reply. It is shown the conversation and the answer.")
        JudgeSection judge,

        @Key("What is believed before there are outcomes.") ColdStartSection coldStart) {
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
}
