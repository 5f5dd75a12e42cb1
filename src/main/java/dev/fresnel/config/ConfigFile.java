package dev.fresnel.config;

import dev.fresnel.chat.Feature;
import dev.fresnel.upstream.Credential;
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

        @Key("Where prices come from that models do not have.")
        PricesSection prices,

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

        @Key("What events tell and how many are kept.") EventsSection events,

        @Key("Where traces go, and how many tenants metrics tell apart.")
        TelemetrySection telemetry) {

    record ListenSection(
            @Key(value = "Serves clients: `/v1/*`.", def = "127.0.0.1:8080")
            HostPort data,

            @Key(value = "Serves health, metrics and events.", def = "127.0.0.1:9090")
            HostPort admin,

            @Key(
                    value =
                            "Serves `/livez`, `/readyz`, `/startupz` and `/metrics` to everybody who reaches it, and nothing else: for a kubelet and a Prometheus.",
                    unset = "the admin listener alone serves them")
            Optional<HostPort> probes,

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
            @Key(
                    value = "Address with the version path, such as `https://api.openai.com/v1`.",
                    required = true,
                    example = "https://api.openai.com/v1")
            Optional<URI> baseUrl,

            @Key(value = "Sent in place of the client's credential. Never sent to another host.", unset = "none")
            Optional<Secret> apiKey,

            @Key(
                    value = "What the upstream is shown: its `api-key`, the `client`'s own credential, or `none`.",
                    unset = "`api-key` where there is one, else `client`")
            Optional<Credential.Kind> credential,

            @Key(
                    value = "Accept that `api-key` crosses the network unencrypted to an `http://` address.",
                    def = "false")
            boolean allowPlainHttp,

            @Key(
                    value = "Whose prices in the price table hold here, such as `openai`.",
                    unset = "told by the host of `base-url`; none for a host that the table does not know",
                    pattern = Key.ID)
            Optional<String> provider,

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

            @Key(
                    value = "USD per million tokens.",
                    unset =
                            "that of the price table for its upstream's name; without one it is not known, and never an arm where money is compared")
            Optional<PriceSection> price) {}

    record PricesSection(
            @Key(
                    value =
                            "Prices for models that have none: `shipped` with Fresnel; `none`; or those of a file made by `fresnel prices generate`, relative to the working directory.",
                    def = "shipped")
            String table) {}

    record PriceSection(
            @Key(value = "USD per million uncached input tokens.", required = true, min = "0", max = "100000")
            Optional<Usd> input,

            @Key(
                    value = "USD per million input tokens read from the provider's prompt cache.",
                    required = true,
                    min = "0",
                    max = "100000")
            Optional<Usd> cachedInput,

            @Key(value = "USD per million output tokens.", required = true, min = "0", max = "100000")
            Optional<Usd> output,

            @Key(
                    value = "USD per million input tokens written to the provider's prompt cache.",
                    unset = "as `input`",
                    min = "0",
                    max = "100000")
            Optional<Usd> cacheWrite,

            @Key(value = "USD per million reasoning tokens.", unset = "as `output`", min = "0", max = "100000")
            Optional<Usd> reasoning,

            @Key(value = "USD per million input tokens of sound.", unset = "as `input`", min = "0", max = "100000")
            Optional<Usd> audioInput,

            @Key(value = "USD per million output tokens of sound.", unset = "as `output`", min = "0", max = "100000")
            Optional<Usd> audioOutput,

            @Key(value = "What a request with long input costs, all of its tokens.", unset = "the same")
            Optional<LongContextSection> longContext) {}

    record LongContextSection(
            @Key(value = "Input tokens above which it holds.", required = true, min = "1", max = "1000000000")
            Optional<Long> above,

            @Key(value = "USD per million uncached input tokens.", required = true, min = "0", max = "100000")
            Optional<Usd> input,

            @Key(
                    value = "USD per million input tokens read from the provider's prompt cache.",
                    required = true,
                    min = "0",
                    max = "100000")
            Optional<Usd> cachedInput,

            @Key(value = "USD per million output tokens.", required = true, min = "0", max = "100000")
            Optional<Usd> output,

            @Key(
                    value = "USD per million input tokens written to the provider's prompt cache.",
                    unset = "as `input`",
                    min = "0",
                    max = "100000")
            Optional<Usd> cacheWrite) {}

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

            @Key(
                    value = "Gateways that share the load. Each enforces its share of what tenants and keys may have.",
                    def = "1",
                    min = "1",
                    max = "1000")
            int replicas,

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

    record TelemetrySection(
            @Key("OpenTelemetry traces, by OTLP over HTTP. A plain value is short for `endpoint`.")
            OtlpSection otlp,

            @Key(
                    value =
                            "Tenants that have metrics of their own, the first of the config. The others are counted together, as tenant `*`.",
                    def = "1000",
                    min = "0",
                    max = "100000")
            int tenantLabels) {}

    @Shorthand("endpoint")
    record OtlpSection(
            @Key(
                    value = "Address of the collector, such as `http://localhost:4318`; `/v1/traces` is added.",
                    unset = "no traces",
                    example = "http://localhost:4318")
            Optional<URI> endpoint,

            @Key("Headers of every export, such as a collector's key as `${NAME}` or `file:/path`.")
            Map<String, HeaderValue> headers,

            @Key(value = "Accept that `headers` cross the network unencrypted to an `http://` address.", def = "false")
            boolean allowPlainHttp,

            @Key(
                    value = "Share of requests traced, of those whose `traceparent` does not say.",
                    def = "1",
                    min = "0",
                    max = "1")
            Double sample,

            @Key(value = "Of one export, repetitions included.", def = "10s", min = "100ms", max = "1m")
            Duration timeout) {}
}
