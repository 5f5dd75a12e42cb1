package dev.fresnel.admin;

import dev.fresnel.lens.LensChange;
import dev.fresnel.lens.LensEdit;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStanding;
import dev.fresnel.lens.RunningBuild;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
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
                Operation.get(ONE, this::one, TENANT, KEY),
                Operation.change(
                                HttpMethod.PUT,
                                ONE,
                                "lens_edited",
                                this::edit,
                                TENANT,
                                KEY,
                                Parameter.body("from", new ParameterType.Text(16))
                                        .required(),
                                Parameter.body("task_scope", new ParameterType.Text(200))
                                        .required(),
                                texts("constraints", 3, 400),
                                texts("anti_patterns", 4, 400),
                                texts("heuristics", 7, 400),
                                texts("patterns", 5, 400),
                                texts("examples", 2, 1_500))
                        .withMaxBody(65_536),
                Operation.change(HttpMethod.PUT, ONE + "/pinned", "lens_pinned", ordered(shelf::pin), TENANT, KEY),
                Operation.change(
                        HttpMethod.DELETE, ONE + "/pinned", "lens_unpinned", ordered(shelf::unpin), TENANT, KEY),
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

    private static Parameter texts(String name, int items, int chars) {
        return Parameter.body(name, new ParameterType.Texts(items, chars));
    }

    private Future<AdminReply> one(AdminRequest request) {
        LensKey key = key(request);
        return shelf.standings(key.tenant())
                .map(all -> all.stream()
                        .filter(standing -> standing.key().equals(key))
                        .findFirst()
                        .map(standing -> AdminReply.json(json -> LensJson.write(json, standing, true)))
                        .orElseGet(() -> all.isEmpty() && isNobody(key.tenant()) ? nobody(key.tenant()) : nothing()))
                .otherwise(_ -> AdminReply.storeAway());
    }

    private static LensKey key(AdminRequest request) {
        return new LensKey(request.tenant("tenant").orElseThrow(), new Fingerprint(request.required("key")));
    }

    private Future<AdminReply> edit(AdminRequest request) {
        LensEdit edit = new LensEdit(
                request.required("task_scope"),
                request.texts("heuristics").orElse(List.of()),
                request.texts("patterns").orElse(List.of()),
                request.texts("anti_patterns").orElse(List.of()),
                request.texts("constraints").orElse(List.of()),
                request.texts("examples").orElse(List.of()));
        List<RequestProblem> problems = new ArrayList<>();
        if (!LensId.isOne(request.required("from"))) {
            problems.add(RequestProblem.of("from", "from must be the id of the version you edit: 16 hex digits"));
        }
        edit.problems().forEach(problem -> problems.add(RequestProblem.of(problem.field(), problem.message())));
        if (!problems.isEmpty()) {
            return Future.succeededFuture(new AdminReply.Refused(ErrorCode.INVALID_REQUEST, problems));
        }
        LensId from = new LensId(request.required("from"));
        return ordered(key -> shelf.edit(key, from, edit, request.by())).answer(request);
    }

    /** An order about one lens. */
    private interface Order {
        Future<LensChange> give(LensKey key);
    }

    private Operation.Handler ordered(Order order) {
        return request -> {
            LensKey key = key(request);
            return hasAny(key.tenant())
                    .compose(any -> any
                            ? order.give(key).map(change -> told(key, change))
                            : Future.succeededFuture(nobody(key.tenant())))
                    .otherwise(_ -> AdminReply.storeAway());
        };
    }

    private static AdminReply told(LensKey key, LensChange change) {
        return switch (change) {
            case LensChange.Made made ->
                AdminReply.changed(
                        version(made.id(), true), key.tenant(), made.id().value());
            case LensChange.Same same -> AdminReply.json(version(same.id(), false));
            case LensChange.Absent _ -> nothing();
            case LensChange.Another another ->
                AdminReply.refused(
                        ErrorCode.CONFLICT,
                        "The lens is at version " + another.id() + " now; read it again, and edit that.");
            case LensChange.BeingWritten _ ->
                AdminReply.refused(ErrorCode.CONFLICT, "The lens is being written at this moment; try again.");
        };
    }

    private static AdminReply.JsonBody version(LensId id, boolean changed) {
        return json -> {
            json.writeStartObject();
            json.writeStringField("lens", id.value());
            json.writeBooleanField("changed", changed);
            json.writeEndObject();
        };
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
            LensKey key = key(request);
            TenantId tenant = key.tenant();
            return hasAny(tenant)
                    .compose(any -> any
                            ? change.make(key)
                                    .map(done -> done.<AdminReply>map(
                                                    subject -> AdminReply.changed(AdminReply.DONE, tenant, subject))
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
                "There is no such lens, or nothing to do (a pinned one is unpinned before it is retired). " + PATH
                        + "?tenant=ID lists what there is.");
    }

    private AdminReply nobody(TenantId tenant) {
        return AdminReply.notFound("No tenant is called '" + tenant
                + "', and there are no lenses of one that was; there are " + tenants.all() + ".");
    }
}
