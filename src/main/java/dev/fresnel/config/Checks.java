package dev.fresnel.config;

import dev.fresnel.config.ConfigFile.ModelSection;
import dev.fresnel.config.ConfigFile.PriceSection;
import dev.fresnel.config.ConfigFile.UpstreamSection;
import dev.fresnel.config.ConfigFile.WorkerSection;
import dev.fresnel.config.TenantSection.RouteSection;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.policy.Arm;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.upstream.Credential;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a file may not say although each value by itself is fine: names that lead nowhere, circles, shared keys, open doors.
 * Reports everything; changes nothing.
 */
final class Checks {
    private static final Pattern LINK_LOCAL = Pattern.compile("(::ffff:)?169\\.254\\..*|fe[89ab][0-9a-f]:.*");

    private final ConfigFile file;
    private final Findings findings;
    private final Aliases aliases;
    private final PlanSection bottom;
    private final PlanChecks plans;
    private final Optional<Instant> now;

    /** @param now for what ends some day; empty: of that nothing is said */
    Checks(ConfigFile file, Findings findings, Aliases aliases, PlanSection bottom, Optional<Instant> now) {
        this.file = file;
        this.findings = findings;
        this.aliases = aliases;
        this.bottom = bottom;
        this.now = now;
        this.plans = new PlanChecks(file, aliases, findings, this::modelReference);
    }

    void run() {
        listen();
        redis();
        new TelemetryChecks(file.telemetry().otlp(), findings).run();
        file.upstreams().forEach(this::upstream);
        file.models().forEach(this::model);
        aliases();
        file.workers().forEach(this::worker);
        plans.check(KeyPath.of("defaults"), file.defaults());
        tenants();
        judge();
        new NamedFiles(file, findings).run();
        if (findings.clean()) {
            // What a mistake hides, such as a misspelt mode, is not to be blamed on other keys.
            new WithoutEffect(file, findings, bottom).run();
            new NeverReached(file.tenants(), findings).run();
            new AllowedChecks(file, findings, aliases, bottom).run();
        }
        if (file.events().prompts() == GatewayConfig.Prompts.PLAIN) {
            findings.warn(
                    KeyPath.of("events", "prompts"),
                    "writes what clients say into events and logs",
                    "use redacted unless you are looking for a fault");
        }
    }

    private void listen() {
        HostPort data = file.listen().data();
        HostPort admin = file.listen().admin();
        if (data.collidesWith(admin)) {
            findings.error(KeyPath.of("listen", "admin"), "must not share a port with data", "give it another port");
        }
        file.listen().probes().ifPresent(probes -> {
            if (probes.collidesWith(data) || probes.collidesWith(admin)) {
                findings.error(
                        KeyPath.of("listen", "probes"),
                        "must not share a port with " + (probes.collidesWith(data) ? "data" : "admin"),
                        "give it another port");
            }
        });
        if (!admin.isLoopback() && file.listen().adminToken().isEmpty()) {
            findings.error(
                    KeyPath.of("listen", "admin"),
                    "must be a loopback address such as 127.0.0.1:9090 as long as there is no admin-token",
                    "set listen.admin-token, or listen on 127.0.0.1");
        }
        file.listen()
                .adminToken()
                .flatMap(token -> Guessable.why(token.reveal()))
                .ifPresent(why -> findings.warn(
                        KeyPath.of("listen", "admin-token"), why, "take one that fresnel keys create prints"));
    }

    private void redis() {
        ConfigFile.RedisSection redis = file.store().redis();
        KeyPath path = KeyPath.of("store", "redis");
        if (redis.url().isEmpty()) {
            boolean asked = redis.user().isPresent()
                    || redis.password().isPresent()
                    || redis.caFile().isPresent();
            if (asked && !findings.hasErrorsUnder(path)) {
                findings.error(path, "has no url", "add url: \"redis://host:6379/0\", or remove store.redis");
            }
            return;
        }
        RedisAddress address = redis.url().get();
        if (redis.user().isPresent() && redis.password().isEmpty() && !findings.hasErrorsUnder(path.at("password"))) {
            findings.error(path.at("user"), "needs a password", "add password: \"${REDIS_PASSWORD}\"");
        }
        boolean plain = address.encryption() == RedisAddress.Encryption.NONE;
        if (plain && redis.caFile().isPresent()) {
            findings.error(path.at("ca-file"), "has no effect without TLS", "write rediss:// in the url");
        }
        if (plain && redis.password().isPresent() && !address.isLoopback()) {
            findings.warn(
                    path.at("password"),
                    "crosses the network unencrypted, as do lenses",
                    "use rediss:// unless you trust the network");
        }
    }

    private void upstream(String name, UpstreamSection upstream) {
        KeyPath path = KeyPath.of("upstreams", name);
        KeyPath urlPath = path.at("base-url");
        upstream.baseUrl().ifPresent(url -> baseUrl(upstream, url, urlPath));
        upstream.credential().ifPresent(kind -> credential(upstream, kind, path.at("credential")));
    }

    private void credential(UpstreamSection upstream, Credential.Kind kind, KeyPath path) {
        if (kind == Credential.Kind.API_KEY && upstream.apiKey().isEmpty()) {
            findings.error(path, "is api-key, and there is no api-key", "set api-key, or write client or none");
        }
        if (kind != Credential.Kind.API_KEY && upstream.apiKey().isPresent()) {
            findings.error(path, "keeps the api-key from being sent", "remove one of the two");
        }
    }

    private void baseUrl(UpstreamSection upstream, URI url, KeyPath path) {
        String host = bare(url.getHost());
        if (isLinkLocal(host)) {
            findings.error(
                    path,
                    "must not be a link-local address: cloud machines answer there with their own credentials",
                    "use the provider's address");
        }
        boolean plain = url.getScheme().equalsIgnoreCase("http") && !HostPort.isLoopback(host);
        if (plain && upstream.apiKey().isPresent() && !upstream.allowPlainHttp()) {
            findings.error(
                    path,
                    "must be https: the api-key would cross the network unencrypted",
                    "use https, or write allow-plain-http: true on this upstream if you trust the network");
        } else if (plain) {
            findings.warn(path, "is not encrypted: prompts and credentials can be read on the way", "use https");
        }
        if (url.getRawPath() == null || url.getRawPath().isEmpty()) {
            findings.warn(
                    path,
                    "has no path, and requests go to /chat/completions below it",
                    "most providers want the version here, for example " + url + "/v1");
        }
    }

    /** Where cloud machines give out their credentials. */
    static boolean isLinkLocal(String host) {
        return LINK_LOCAL.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private void model(String name, ModelSection model) {
        KeyPath path = KeyPath.of("models", name);
        model.upstream().ifPresent(upstream -> upstreamReference(path.at("upstream"), upstream));
        if (model.price().isEmpty()) {
            findings.keyWarning(
                    path,
                    "has no price: costs and savings are not known, and it is no arm where money is compared",
                    "add price: { input: ..., cached-input: ..., output: ... } in USD per million tokens");
        }
        if (findings.isWritten(path.at("price"))) {
            model.price().ifPresent(price -> plausible(path.at("price"), price));
        }
    }

    private void plausible(KeyPath path, PriceSection price) {
        Usd perToken = Usd.of(new BigDecimal("0.001"));
        if (price.output().isPresent()
                && price.output().get().compareTo(Usd.ZERO) > 0
                && price.output().get().isLessThan(perToken)) {
            findings.warn(
                    path.at("output"),
                    "is below a tenth of a cent per million tokens",
                    "prices are per million tokens, not per token");
        }
        if (price.input().isPresent()
                && price.cachedInput().isPresent()
                && price.input().get().isLessThan(price.cachedInput().get())) {
            findings.warn(
                    path.at("cached-input"),
                    "is dearer than input",
                    "repeat the input price when caching is not cheaper");
        }
    }

    private void aliases() {
        Set<String> onReportedCircle = new HashSet<>();
        file.aliases().forEach((name, target) -> {
            KeyPath path = KeyPath.of("aliases", name);
            Optional<String> circle = aliases.circleFrom(name);
            if (file.models().containsKey(name)) {
                findings.keyError(
                        path, "has the name of a declared model and would hide it", "rename the alias or the model");
            } else if (circle.isPresent()) {
                if (!onReportedCircle.contains(name)) {
                    findings.error(path, "runs in a circle: " + circle.get(), "let one of them name a declared model");
                    onReportedCircle.addAll(List.of(circle.get().split(" -> ")));
                }
            } else if (!file.aliases().containsKey(target) || file.models().containsKey(target)) {
                // A chain is followed hop by hop: only the hop that leads nowhere is at fault.
                modelReference(path, target);
            }
        });
    }

    private void worker(String name, WorkerSection worker) {
        KeyPath path = KeyPath.of("workers", name);
        if (name.equals(Arm.DIRECT.name())) {
            findings.keyError(path, "is the name of the requested model's own arm", "choose another name");
        }
        worker.model().ifPresent(model -> modelReference(path.at("model"), model));
        worker.fallback().ifPresent(chain -> {
            for (int i = 0; i < chain.size(); i++) {
                modelReference(path.at("fallback").at(i), chain.get(i));
            }
        });
    }

    private void tenants() {
        Map<String, KeyPath> ids = new HashMap<>();
        KeyChecks keys = new KeyChecks(findings, now);
        Optional<KeyPath> open = Optional.empty();
        for (int i = 0; i < file.tenants().size(); i++) {
            TenantSection tenant = file.tenants().get(i);
            KeyPath path = KeyPath.of("tenants").at(i);
            if (tenant.id().isPresent()) {
                KeyPath other = ids.putIfAbsent(tenant.id().get(), path);
                if (other != null) {
                    findings.error(
                            path.at("id"),
                            "is the id of " + findings.name(other) + " too",
                            "give every tenant its own id");
                }
            }
            keys.check(path.at("keys"), tenant.keys());
            if (keys.isOpen(path, tenant)) {
                open = openTenant(path, open);
            }
            tenant.upstream().ifPresent(upstream -> upstreamReference(path.at("upstream"), upstream));
            plans.check(path, tenant.plan());
            routes(path, tenant);
        }
        credentialsThatPassThrough();
    }

    private Optional<KeyPath> openTenant(KeyPath path, Optional<KeyPath> other) {
        if (!file.listen().data().isLoopback()) {
            findings.error(
                    path.at("keys"),
                    "must hold a key: listen.data is reachable from other machines, and a tenant without keys is open",
                    "add keys, or write access: keys and issue some, or listen on 127.0.0.1");
        }
        if (other.isPresent()) {
            findings.error(
                    path.at("keys"),
                    "must hold a key: " + findings.name(other.get())
                            + " has none either, and only one tenant can be open",
                    "add keys to one of them");
        }
        return other.isPresent() ? other : Optional.of(path);
    }

    private void routes(KeyPath tenantPath, TenantSection tenant) {
        if (tenant.routes().isEmpty()
                && tenant.plan().mode().filter(mode -> mode != Mode.OFF).isPresent()) {
            findings.warn(
                    tenantPath.at("mode"),
                    "has no effect, since the tenant has no routes",
                    "add routes: [{ match: { model: \"*\" } }]");
        }
        Map<String, KeyPath> patterns = new HashMap<>();
        for (int r = 0; r < tenant.routes().size(); r++) {
            RouteSection route = tenant.routes().get(r);
            KeyPath path = tenantPath.at("routes").at(r);
            plans.check(path, route.plan());
            String pattern = route.match().model();
            KeyPath earlier = patterns.containsKey("*") ? patterns.get("*") : patterns.get(pattern);
            if (earlier != null) {
                findings.warn(
                        path.at("match").at("model"),
                        "is never reached: " + findings.name(earlier) + " takes these requests first",
                        "put the narrower route first");
            }
            patterns.putIfAbsent(pattern, path);
            PlanSection plan =
                    Layers.over(route.plan(), Layers.over(tenant.plan(), Layers.over(file.defaults(), bottom)));
            boolean delegates = plan.mode().filter(mode -> mode != Mode.OFF).isPresent();
            if (delegates && earlier == null && !file.models().isEmpty() && fitsNothing(pattern)) {
                findings.warn(
                        path.at("match").at("model"),
                        "fits no declared model or alias, so nothing is delegated here",
                        "declare the model, or correct the pattern");
            }
            if (delegates && plan.arms().orElse(List.of()).stream().allMatch(Arm.DIRECT.name()::equals)) {
                findings.warn(
                        path.at("arms"),
                        "holds no worker, so nothing can be delegated here",
                        file.workers().isEmpty()
                                ? "declare a worker and name it"
                                : "name one of: "
                                        + String.join(", ", file.workers().keySet()));
            }
        }
    }

    private boolean fitsNothing(String pattern) {
        TenantRoute route = new TenantRoute(pattern, RoutePlan.OFF);
        return aliases.names().stream().map(ModelName::new).noneMatch(route::covers);
    }

    /** A tenant's own key stays in the gateway, so the provider would see no credential at all. */
    private void credentialsThatPassThrough() {
        boolean anyKeys = file.tenants().stream()
                .anyMatch(tenant -> !tenant.keys().isEmpty()
                        || tenant.access().filter(Tenant.Access.KEYS::equals).isPresent());
        file.upstreams().forEach((name, upstream) -> {
            boolean remote = upstream.baseUrl()
                    .filter(url -> !HostPort.isLoopback(bare(url.getHost())))
                    .isPresent();
            boolean wanted =
                    upstream.credential().filter(Credential.Kind.NONE::equals).isEmpty();
            if (anyKeys && remote && wanted && upstream.apiKey().isEmpty()) {
                findings.keyWarning(
                        KeyPath.of("upstreams", name),
                        "has no api-key, and a tenant's key is never passed on, so requests of tenants with keys reach it without a credential",
                        "set api-key; if this provider needs none, write credential: none");
            }
        });
    }

    private void judge() {
        KeyPath path = KeyPath.of("policy", "judge", "model");
        file.policy().judge().model().ifPresent(name -> {
            modelReference(path, name);
            Optional<String> judge = aliases.modelOf(name);
            if (judge.isEmpty()) {
                return;
            }
            ModelSection model = file.models().get(judge.get());
            if (model != null && model.price().isEmpty()) {
                findings.error(
                        path,
                        "has no price, so judging could not be kept within its money",
                        "add models." + judge.get() + ".price");
            }
            boolean judgesItself = file.workers().values().stream()
                            .flatMap(worker -> worker.model().stream())
                            .anyMatch(worker -> aliases.modelOf(worker).equals(judge))
                    || file.tenants().stream()
                            .flatMap(tenant -> tenant.routes().stream())
                            .anyMatch(route ->
                                    aliases.modelOf(route.match().model()).equals(judge));
            if (judgesItself) {
                findings.warn(
                        path,
                        "is a worker's model or a requested one, and models prefer their own answers",
                        "take a model of another family");
            }
        });
    }

    private void upstreamReference(KeyPath path, String name) {
        if (!file.upstreams().containsKey(name) && !findings.hasErrorsUnder(KeyPath.of("upstreams", name))) {
            findings.error(
                    path,
                    "names the upstream \"" + name + "\", which is not declared",
                    NearestName.hint(name, file.upstreams().keySet(), "upstreams"));
        }
    }

    private void modelReference(KeyPath path, String name) {
        boolean writtenBadly = findings.hasErrorsUnder(KeyPath.of("models", name))
                || findings.hasErrorsUnder(KeyPath.of("aliases", name));
        if (aliases.modelOf(name).isPresent() || file.aliases().containsKey(name) || writtenBadly) {
            // A declaration that is itself at fault is reported where it is written, and only there.
            return;
        }
        if (aliases.isDormant(name)) {
            String target = Aliases.BUILT_IN.get(name);
            findings.error(
                    path,
                    "names the built-in alias \"" + name + "\" of the model \"" + target + "\", which is not declared",
                    "declare it under models, or set aliases." + name + " to a declared model");
            return;
        }
        findings.error(
                path,
                "names the model \"" + name + "\", which is not declared",
                NearestName.hint(name, aliases.names(), "models and aliases"));
    }
}
