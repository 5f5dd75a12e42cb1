package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.budget.Period;
import dev.fresnel.tenant.AllowedModels;
import dev.fresnel.tenant.FreshKey;
import dev.fresnel.tenant.IssuedKey;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.Limit;
import dev.fresnel.tenant.Revocation;
import dev.fresnel.tenant.Scope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Keys of tenants: what there is, issuing one, revoking one. A key itself is shown once, to whoever had it issued. Thread-safe. */
public final class KeyRequests implements OperationGroup {
    private static final String PATH = "/admin/keys";

    private final Supplier<List<Tenant>> tenants;
    private final KeyRegister register;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final TenantNames names;

    /**
     * @param tenants of the config in force
     * @param random of cryptographic strength
     */
    public KeyRequests(
            Supplier<List<Tenant>> tenants,
            KeyRegister register,
            TenantNames names,
            InstantSource clock,
            RandomGenerator random) {
        this.tenants = tenants;
        this.register = register;
        this.names = names;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(PATH, this::list, Parameter.query("tenant", new ParameterType.KnownTenant(names))),
                Operation.change(
                        HttpMethod.POST,
                        PATH,
                        "key_issued",
                        this::issue,
                        NewKey.parameters(names).toArray(Parameter[]::new)),
                Operation.change(
                        HttpMethod.DELETE,
                        PATH + "/{id}",
                        "key_revoked",
                        this::revoke,
                        Parameter.path("id", new ParameterType.Text(64))));
    }

    /**
     * A key wherever it is declared.
     *
     * @param issued empty: in the config
     * @param ofTenant the models that keys of its tenant may ask for
     */
    private record Held(TenantId tenant, TenantKey key, Optional<IssuedKey> issued, AllowedModels ofTenant) {}

    /** Those of the config first; a key that is both is the config's. */
    private List<Held> all() {
        Map<KeyHash, Held> held = new LinkedHashMap<>();
        Map<TenantId, AllowedModels> models = models();
        tenants.get()
                .forEach(tenant -> tenant.keys()
                        .forEach(key -> held.putIfAbsent(
                                key.hash(), new Held(tenant.id(), key, Optional.empty(), tenant.models()))));
        register.issued().stream()
                .sorted(java.util.Comparator.comparing(IssuedKey::issued)
                        .thenComparing(key -> key.key().name()))
                .forEach(key -> held.putIfAbsent(
                        key.key().hash(),
                        new Held(
                                key.tenant(),
                                key.key(),
                                Optional.of(key),
                                models.getOrDefault(key.tenant(), AllowedModels.ALL))));
        return List.copyOf(held.values());
    }

    private Future<AdminReply> list(AdminRequest request) {
        Optional<TenantId> only = request.tenant("tenant");
        return Future.succeededFuture(AdminReply.json(json -> {
            json.writeStartObject();
            json.writeBooleanField("store_read", register.isRead());
            json.writeArrayFieldStart("keys");
            for (Held held : all()) {
                if (only.isEmpty() || only.get().equals(held.tenant())) {
                    json.writeStartObject();
                    write(json, held);
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private void write(JsonGenerator json, Held held) throws IOException {
        TenantKey key = held.key();
        Optional<Revocation> revoked = register.revocation(key.hash());
        json.writeStringField("id", key.hash().id());
        json.writeStringField("tenant", held.tenant().value());
        json.writeStringField("name", key.name());
        json.writeStringField("origin", held.issued().isPresent() ? "issued" : "config");
        json.writeStringField("state", state(held, revoked));
        json.writeArrayFieldStart("scopes");
        for (Scope scope : key.scopes()) {
            json.writeString(scope.key());
        }
        json.writeEndArray();
        models(json, "models", key.models());
        models(json, "tenant_models", held.ofTenant());
        json.writeObjectFieldStart("budget");
        for (Period period : key.budget().periods()) {
            json.writeFieldName(period.adjective());
            json.writeNumber(key.budget().limit(period).orElseThrow().toString());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("limits");
        for (Map.Entry<Limit, Long> limit : key.limits().most().entrySet()) {
            json.writeNumberField(limit.getKey().key(), limit.getValue());
        }
        json.writeEndObject();
        json.writeStringField("expires_at", key.expires().map(Instant::toString).orElse(null));
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> note : key.metadata().entrySet()) {
            json.writeStringField(note.getKey(), note.getValue());
        }
        json.writeEndObject();
        json.writeStringField(
                "issued_at",
                held.issued().map(issued -> issued.issued().toString()).orElse(null));
        json.writeStringField("issued_by", held.issued().map(IssuedKey::by).orElse(null));
        json.writeStringField(
                "revoked_at", revoked.map(one -> one.at().toString()).orElse(null));
        json.writeStringField("revoked_by", revoked.map(Revocation::by).orElse(null));
    }

    /** Null for every model. */
    private static void models(JsonGenerator json, String name, AllowedModels models) throws IOException {
        if (models.patterns().isEmpty()) {
            json.writeNullField(name);
            return;
        }
        json.writeArrayFieldStart(name);
        for (String pattern : models.patterns().get()) {
            json.writeString(pattern);
        }
        json.writeEndArray();
    }

    /** By tenant of the config in force. */
    private Map<TenantId, AllowedModels> models() {
        Map<TenantId, AllowedModels> models = new HashMap<>();
        tenants.get().forEach(tenant -> models.put(tenant.id(), tenant.models()));
        return models;
    }

    private String state(Held held, Optional<Revocation> revoked) {
        if (revoked.isPresent()) {
            return "revoked";
        }
        if (held.key().isExpired(clock.instant())) {
            return "expired";
        }
        return names.has(held.tenant()) ? "active" : "tenant_gone";
    }

    // ---- issuing ----

    private Future<AdminReply> issue(AdminRequest request) {
        List<RequestProblem> problems = new ArrayList<>();
        FreshKey fresh = FreshKey.make(random);
        TenantId tenant = request.tenant("tenant").orElseThrow();
        TenantKey key = NewKey.read(request, fresh.hash(), clock.instant(), problems);
        if (!problems.isEmpty()) {
            return refused(new AdminReply.Refused(ErrorCode.INVALID_REQUEST, problems));
        }
        if (!register.isRead()) {
            return refused(AdminReply.storeAway());
        }
        if (!register.hasRoom()) {
            return refused(AdminReply.refused(
                    ErrorCode.TOO_MANY,
                    "As many keys were issued as there may be (" + KeyRegister.MAXIMUM
                            + "). Declare keys in the config."));
        }
        if (isTaken(tenant, key.name())) {
            return refused(taken(tenant, key.name()));
        }
        IssuedKey issued = new IssuedKey(tenant, key, clock.instant(), request.by());
        return register.issue(issued)
                .<AdminReply>map(issue -> switch (issue) {
                    case ISSUED ->
                        AdminReply.changed(
                                json -> {
                                    json.writeStartObject();
                                    json.writeStringField("key", fresh.key().reveal());
                                    write(
                                            json,
                                            new Held(
                                                    tenant,
                                                    key,
                                                    Optional.of(issued),
                                                    models().getOrDefault(tenant, AllowedModels.ALL)));
                                    json.writeArrayFieldStart("warnings");
                                    for (String warning : warnings(tenant, key)) {
                                        json.writeString(warning);
                                    }
                                    json.writeEndArray();
                                    json.writeEndObject();
                                },
                                tenant,
                                key.name());
                    case NAME_TAKEN -> taken(tenant, key.name());
                })
                .otherwise(_ -> AdminReply.refused(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The store does not answer. It may have taken the key all the same: look whether the list of keys has it, and if it has, "
                                + "revoke it, since nobody has seen it, and take another name."));
    }

    /** Of what its tenant, by the config in force, comes before. */
    private List<String> warnings(TenantId id, TenantKey key) {
        return tenants.get().stream()
                .filter(tenant -> tenant.id().equals(id))
                .flatMap(tenant -> NewKey.warnings(key, tenant).stream())
                .toList();
    }

    /** By what is known here; of keys that another replica issues meanwhile the store knows. */
    private boolean isTaken(TenantId tenant, String name) {
        return all().stream()
                .anyMatch(held ->
                        held.tenant().equals(tenant) && held.key().name().equals(name));
    }

    private static AdminReply.Refused taken(TenantId tenant, String name) {
        return AdminReply.refused(
                ErrorCode.CONFLICT,
                "The tenant '" + tenant + "' has or had a key called '" + name + "'. Choose another name.");
    }

    private static Future<AdminReply> refused(AdminReply.Refused why) {
        return Future.succeededFuture(why);
    }

    // ---- revoking ----

    private Future<AdminReply> revoke(AdminRequest request) {
        String id = request.required("id");
        List<Held> found =
                all().stream().filter(held -> held.key().hash().isCalled(id)).toList();
        if (found.isEmpty()) {
            return refused(AdminReply.notFound("There is no such key. " + PATH + " lists the ids."));
        }
        if (found.size() > 1) {
            return refused(AdminReply.refused(
                    ErrorCode.CONFLICT, "More than one key has this id. Give the 64 hex digits of the key's hash."));
        }
        Held held = found.getFirst();
        return register.revoke(held.key().hash(), new Revocation(clock.instant(), request.by()))
                .map(reach -> AdminReply.changed(
                        json -> {
                            json.writeStartObject();
                            write(json, held);
                            json.writeBooleanField("stored", reach == KeyRegister.Reach.STORED);
                            json.writeEndObject();
                        },
                        held.tenant(),
                        held.key().name()));
    }
}
