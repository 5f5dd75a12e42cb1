package dev.fresnel.admin;

import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStanding;
import dev.fresnel.lens.RunningBuild;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;

/** What an operator can see of lenses and do to them. Thread-safe. */
public final class LensRequests implements OperationGroup {
    private static final String PATH = "/admin/lenses";
    private static final String ONE = PATH + "/{tenant}/{key}";
    private static final Parameter TENANT = Parameter.path("tenant", new ParameterType.Tenant());
    private static final Parameter KEY = Parameter.path("key", new ParameterType.Hash());

    private final LensShelf shelf;
    private final TenantNames tenants;

    /** @param tenants lenses of others may be left from an earlier config */
    public LensRequests(LensShelf shelf, TenantNames tenants) {
        this.shelf = shelf;
        this.tenants = tenants;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(
                        PATH,
                        this::list,
                        Parameter.query("tenant", new ParameterType.Tenant()).required(),
                        Parameter.query("text", new ParameterType.Flag())),
                Operation.change(HttpMethod.PUT, ONE + "/retired", "lens_retired", on(this::retire), TENANT, KEY),
                Operation.change(
                        HttpMethod.DELETE, ONE + "/build", "lens_build_cancelled", on(this::cancel), TENANT, KEY),
                Operation.change(HttpMethod.DELETE, ONE, "lens_forgotten", on(this::forget), TENANT, KEY),
                Operation.change(HttpMethod.DELETE, PATH + "/{tenant}", "lenses_purged", this::purge, TENANT));
    }

    private Future<AdminReply> list(AdminRequest request) {
        TenantId tenant = request.tenant("tenant").orElseThrow();
        return shelf.standings(tenant)
                .map(all ->
                        all.isEmpty() && isNobody(tenant) ? nobody(tenant) : listed(tenant, all, request.flag("text")))
                .otherwise(_ -> AdminReply.storeAway());
    }

    private AdminReply listed(TenantId tenant, List<LensStanding> all, boolean text) {
        return AdminReply.json(json -> {
            json.writeStartObject();
            json.writeStringField("tenant", tenant.value());
            json.writeArrayFieldStart("lenses");
            for (LensStanding standing : all) {
                LensJson.write(json, standing, text);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("building");
            for (RunningBuild build : shelf.running(tenant)) {
                LensJson.build(json, build);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private Future<AdminReply> purge(AdminRequest request) {
        TenantId tenant = request.tenant("tenant").orElseThrow();
        return shelf.purge(tenant)
                .map(count -> count == 0 && isNobody(tenant)
                        ? nobody(tenant)
                        : new AdminReply.Changed(
                                "{\"lenses_removed\":" + count + "}", Optional.of(tenant), Integer.toString(count)))
                .otherwise(_ -> AdminReply.storeAway());
    }

    /** What one lens is asked for: a future of what was changed, or nothing where there was nothing to do. */
    private interface Change {
        Future<Optional<String>> make(LensKey key);
    }

    private Operation.Handler on(Change change) {
        return request -> {
            TenantId tenant = request.tenant("tenant").orElseThrow();
            LensKey key = new LensKey(tenant, new Fingerprint(request.required("key")));
            return hasAny(tenant)
                    .compose(any -> any
                            ? change.make(key)
                                    .map(done -> done.<AdminReply>map(subject -> new AdminReply.Changed(
                                                    "{\"done\":true}", Optional.of(tenant), subject))
                                            .orElseGet(LensRequests::nothing))
                            : Future.succeededFuture(nobody(tenant)))
                    .otherwise(_ -> AdminReply.storeAway());
        };
    }

    /** Whether there can be a lens: the tenant is known, or left some. */
    private Future<Boolean> hasAny(TenantId tenant) {
        return isNobody(tenant) ? shelf.standings(tenant).map(left -> !left.isEmpty()) : Future.succeededFuture(true);
    }

    /** Neither the config nor a writing that runs knows the tenant. */
    private boolean isNobody(TenantId tenant) {
        return !tenants.has(tenant) && shelf.running(tenant).isEmpty();
    }

    private Future<Optional<String>> retire(LensKey key) {
        return shelf.retire(key).map(retired -> retired.map(lens -> lens.value()));
    }

    private Future<Optional<String>> cancel(LensKey key) {
        return Future.succeededFuture(Optional.of(key.shortForm()).filter(_ -> shelf.cancel(key)));
    }

    private Future<Optional<String>> forget(LensKey key) {
        return shelf.revoke(key).map(_ -> Optional.of(key.shortForm()));
    }

    private static AdminReply nothing() {
        return AdminReply.notFound(
                "There is no such lens, or nothing to do. " + PATH + "?tenant=ID lists what there is.");
    }

    private AdminReply nobody(TenantId tenant) {
        return AdminReply.notFound("No tenant is called '" + tenant
                + "', and there are no lenses of one that was; there are " + tenants.all() + ".");
    }
}
