package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensJudge;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensShelf;
import dev.fresnel.lens.LensStanding;
import dev.fresnel.lens.RunningBuild;
import dev.fresnel.lens.Tally;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What an operator can see of lenses and do to them:
 *
 * <pre>
 *   GET    /admin/lenses?tenant=ID[&amp;text=true]   the lenses with their records, and the writings that run
 *   PUT    /admin/lenses/TENANT/KEY/retired      no longer served; the next version is made from it
 *   DELETE /admin/lenses/TENANT/KEY/build        the writing that runs is given up
 *   DELETE /admin/lenses/TENANT/KEY              lens and record are forgotten
 *   DELETE /admin/lenses/TENANT                  everything of the tenant is
 * </pre>
 *
 * Each change leaves an {@link AdminAction}. A page of another site can make none of these requests: browsers ask first, and get no leave.
 */
final class LensRequests {
    static final String PATH = "/admin/lenses";

    private final LensShelf shelf;
    private final List<TenantId> tenants;
    private final String by;
    private final Consumer<AdminAction> audit;
    private final JsonFactory json = new JsonFactory();

    /**
     * @param tenants those of the config; lenses of others may be left from an earlier one
     * @param by whom the listener lets in, for the audit
     */
    LensRequests(LensShelf shelf, List<TenantId> tenants, String by, Consumer<AdminAction> audit) {
        this.shelf = shelf;
        this.tenants = List.copyOf(tenants);
        this.by = by;
        this.audit = audit;
    }

    void serve(Router router) {
        router.get(PATH).handler(this::list);
        router.put(PATH + "/:tenant/:key/retired").handler(c -> oneOf(c, this::retire));
        router.delete(PATH + "/:tenant/:key/build").handler(c -> oneOf(c, this::cancel));
        router.delete(PATH + "/:tenant/:key").handler(c -> oneOf(c, this::forget));
        router.delete(PATH + "/:tenant").handler(this::purge);
        router.route(PATH).handler(c -> refuse(c, HttpMethod.GET));
    }

    private static void refuse(RoutingContext context, HttpMethod allowed) {
        context.response().putHeader("allow", allowed.name());
        AdminListener.text(context, 405, "Use " + allowed.name() + ".\n");
    }

    private void list(RoutingContext context) {
        Optional<TenantId> tenant = tenant(context.request().getParam("tenant", ""));
        if (tenant.isEmpty()) {
            AdminListener.text(context, 400, "Name a tenant: " + PATH + "?tenant=ID\n");
            return;
        }
        boolean text = Boolean.parseBoolean(context.request().getParam("text", "false"));
        shelf.standings(tenant.get())
                .onSuccess(all -> {
                    if (all.isEmpty() && isNobody(tenant.get())) {
                        nobody(context, tenant.get());
                    } else {
                        AdminListener.json(context, listed(tenant.get(), all, text));
                    }
                })
                .onFailure(_ -> away(context));
    }

    private void purge(RoutingContext context) {
        Optional<TenantId> tenant = tenant(path(context, "tenant"));
        if (tenant.isEmpty()) {
            notFound(context);
            return;
        }
        shelf.purge(tenant.get())
                .onSuccess(count -> {
                    if (count == 0 && isNobody(tenant.get())) {
                        nobody(context, tenant.get());
                        return;
                    }
                    told("lenses_purged", tenant.get(), Integer.toString(count));
                    AdminListener.json(context, "{\"lenses_removed\":" + count + "}");
                })
                .onFailure(_ -> away(context));
    }

    /** What one lens is asked for: a future of whether there was something to do. */
    private interface Change {
        Future<Boolean> make(LensKey key);
    }

    private void oneOf(RoutingContext context, Change change) {
        Optional<TenantId> tenant = tenant(path(context, "tenant"));
        String hash = path(context, "key");
        if (tenant.isEmpty() || !hash.matches("[0-9a-f]{64}")) {
            notFound(context);
            return;
        }
        hasAny(tenant.get())
                .compose(any -> any
                        ? change.make(new LensKey(tenant.get(), new Fingerprint(hash)))
                                .map(Optional::of)
                        : Future.succeededFuture(Optional.<Boolean>empty()))
                .onSuccess(done -> {
                    if (done.isEmpty()) {
                        nobody(context, tenant.get());
                    } else if (done.get()) {
                        AdminListener.json(context, "{\"done\":true}");
                    } else {
                        notFound(context);
                    }
                })
                .onFailure(_ -> away(context));
    }

    /** Whether there can be a lens: the tenant is known, or left some. */
    private Future<Boolean> hasAny(TenantId tenant) {
        return isNobody(tenant) ? shelf.standings(tenant).map(left -> !left.isEmpty()) : Future.succeededFuture(true);
    }

    /** Neither the config nor a writing that runs knows the tenant. */
    private boolean isNobody(TenantId tenant) {
        return !tenants.contains(tenant) && shelf.running(tenant).isEmpty();
    }

    private Future<Boolean> retire(LensKey key) {
        return shelf.retire(key).map(retired -> {
            retired.ifPresent(lens -> told("lens_retired", key.tenant(), lens.value()));
            return retired.isPresent();
        });
    }

    private Future<Boolean> cancel(LensKey key) {
        boolean was = shelf.cancel(key);
        if (was) {
            told("lens_build_cancelled", key.tenant(), key.shortForm());
        }
        return Future.succeededFuture(was);
    }

    private Future<Boolean> forget(LensKey key) {
        return shelf.revoke(key).map(_ -> {
            told("lens_forgotten", key.tenant(), key.shortForm());
            return true;
        });
    }

    private void told(String action, TenantId tenant, String subject) {
        audit.accept(new AdminAction(action, tenant, subject, by));
    }

    private static Optional<TenantId> tenant(String name) {
        return TenantId.isOne(name) ? Optional.of(new TenantId(name)) : Optional.empty();
    }

    private static String path(RoutingContext context, String name) {
        return Objects.requireNonNullElse(context.pathParam(name), "");
    }

    private static void notFound(RoutingContext context) {
        AdminListener.text(
                context, 404, "There is no such lens, or nothing to do. " + PATH + "?tenant=ID lists what there is.\n");
    }

    private void nobody(RoutingContext context, TenantId tenant) {
        AdminListener.text(
                context,
                404,
                "No tenant is called '" + tenant.value() + "', and there are no lenses of one that was; there are "
                        + tenants.stream().map(TenantId::value).collect(Collectors.joining(", ")) + ".\n");
    }

    private static void away(RoutingContext context) {
        AdminListener.text(context, 503, "The store does not answer; nothing may have changed. Try again.\n");
    }

    // ---- as JSON ----

    private String listed(TenantId tenant, List<LensStanding> all, boolean text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeStringField("tenant", tenant.value());
            generator.writeArrayFieldStart("lenses");
            for (LensStanding standing : all) {
                write(generator, standing, text);
            }
            generator.writeEndArray();
            generator.writeArrayFieldStart("building");
            for (RunningBuild build : shelf.running(tenant)) {
                generator.writeStartObject();
                generator.writeStringField("key", build.key().hash().hex());
                generator.writeStringField("cache_state", build.cause().key());
                generator.writeStringField("since", build.since().toString());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail to be written", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator generator, LensStanding standing, boolean text) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("key", standing.key().hash().hex());
        generator.writeStringField("state", standing.state().key());
        if (standing.id().isPresent() && standing.lens().isPresent()) {
            Lens lens = standing.lens().get().lens();
            generator.writeStringField("lens", standing.id().get().value());
            generator.writeStringField("generated_by", lens.provenance().generatedBy());
            generator.writeStringField(
                    "created_at", lens.provenance().createdAt().toString());
            generator.writeStringField(
                    "fresh_until", standing.lens().get().freshUntil().toString());
            generator.writeStringField(
                    "expires_at", standing.lens().get().expiresAt().toString());
            generator.writeNumberField(
                    "served", standing.record().served(standing.id().get()));
            if (text) {
                items(generator, lens);
            }
        }
        generator.writeNumberField("retirements", standing.record().retirements());
        generator.writeArrayFieldStart("workers");
        for (LensJudge.Finding finding : standing.findings()) {
            worker(generator, standing, finding);
        }
        generator.writeEndArray();
        tally(generator, "direct", standing.record().direct());
        generator.writeEndObject();
    }

    private static void worker(JsonGenerator generator, LensStanding standing, LensJudge.Finding finding)
            throws IOException {
        generator.writeStartObject();
        generator.writeStringField("model", finding.worker());
        LensId lens = standing.id().orElseThrow();
        tally(generator, "with", standing.record().with(lens, finding.worker()));
        tally(generator, "bare", standing.record().bare(finding.worker()));
        generator.writeStringField("compared_with", finding.reference().key());
        generator.writeNumberField("lift", rounded(finding.lift()));
        generator.writeNumberField("harm_probability", rounded(finding.harm()));
        generator.writeEndObject();
    }

    private static void tally(JsonGenerator generator, String name, Tally tally) throws IOException {
        generator.writeObjectFieldStart(name);
        generator.writeNumberField("outcomes", tally.answers());
        generator.writeNumberField("weight", rounded(tally.mass()));
        if (tally.mass() > 0) {
            generator.writeNumberField("quality", rounded(tally.good() / tally.mass()));
        } else {
            generator.writeNullField("quality");
        }
        generator.writeEndObject();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static void items(JsonGenerator generator, Lens lens) throws IOException {
        generator.writeObjectFieldStart("text");
        generator.writeStringField("task_scope", lens.scope());
        list(generator, "constraints", lens.constraints());
        list(generator, "anti_patterns", lens.antiPatterns());
        list(generator, "heuristics", lens.heuristics());
        list(generator, "patterns", lens.patterns());
        list(generator, "examples", lens.examples());
        list(generator, "target_files", lens.targetFiles());
        generator.writeEndObject();
    }

    private static void list(JsonGenerator generator, String name, List<String> items) throws IOException {
        generator.writeArrayFieldStart(name);
        for (String item : items) {
            generator.writeString(item);
        }
        generator.writeEndArray();
    }
}
