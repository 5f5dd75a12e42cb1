package dev.fresnel.app;

import dev.fresnel.admin.AdminReply;
import dev.fresnel.admin.AdminRequest;
import dev.fresnel.admin.ErrorCode;
import dev.fresnel.admin.Operation;
import dev.fresnel.admin.OperationGroup;
import dev.fresnel.admin.Parameter;
import dev.fresnel.admin.ParameterType;
import dev.fresnel.admin.RequestProblem;
import dev.fresnel.admin.TenantNames;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.seed.ColdStart;
import dev.fresnel.seed.LogExport;
import dev.fresnel.seed.SeedFile;
import dev.fresnel.seed.SeedRow;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What {@code fresnel seed} and {@code fresnel export} do, of a running gateway. Files are read and written off the event loop. */
final class SeedRequests implements OperationGroup {
    private static final int MAX_BYTES = 16 << 20;
    private static final String LINES = "application/x-ndjson";

    private final Vertx vertx;
    private final InForce inForce;
    private final TenantNames tenants;
    /** The export that is read or written now; null: none. */
    private final AtomicReference<@Nullable Object> exporting = new AtomicReference<>();

    SeedRequests(Vertx vertx, InForce inForce, TenantNames tenants) {
        this.vertx = vertx;
        this.inForce = inForce;
        this.tenants = tenants;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.change(
                                HttpMethod.POST,
                                "/admin/seeds",
                                "seeds_imported",
                                this::take,
                                Parameter.query("check", new ParameterType.Flag()))
                        .withLines(LINES, MAX_BYTES),
                Operation.get(
                        "/admin/export",
                        this::export,
                        Parameter.query("tenant", new ParameterType.KnownTenant(tenants))));
    }

    // ---- in ----

    private Future<AdminReply> take(AdminRequest request) {
        GatewayConfig config = inForce.config();
        boolean check = request.flag("check");
        if (!check && config.seedFrom().isEmpty()) {
            return Future.succeededFuture(AdminReply.refused(
                    ErrorCode.CONFLICT,
                    "The config has no policy.cold-start.seed-from to add to; set it, or ask with check=true."));
        }
        return aside(() -> take(request, config, check));
    }

    private static AdminReply take(AdminRequest request, GatewayConfig config, boolean check) throws IOException {
        SeedFile file = SeedFile.read(
                new ByteArrayInputStream(request.body().getBytes()),
                SystemTime.clock().instant());
        if (file.badLines() > 0) {
            return new AdminReply.Refused(ErrorCode.INVALID_REQUEST, problems(file));
        }
        if (file.rows().isEmpty()) {
            return AdminReply.refused(
                    ErrorCode.INVALID_REQUEST,
                    "The body has no rows: one JSON object a line, as 'fresnel seed' reads.");
        }
        ColdStart.Counts counts =
                Seeding.start(file, config, SystemTime.clock().instant()).counts();
        if (check) {
            return AdminReply.json(body(file, counts, Optional.empty()));
        }
        try {
            SeedImport.Added added = SeedImport.add(file, config.seedFrom().orElseThrow());
            return new AdminReply.Changed(
                    AdminReply.text(body(file, counts, Optional.of(added))), Optional.empty(), added.added() + " rows");
        } catch (InputProblem problem) {
            return AdminReply.refused(ErrorCode.CONFLICT, String.valueOf(problem.getMessage()));
        }
    }

    private static List<RequestProblem> problems(SeedFile file) {
        List<RequestProblem> problems = new ArrayList<>();
        file.problems().forEach(problem -> problems.add(new RequestProblem(Optional.empty(), problem)));
        if (file.badLines() > problems.size()) {
            problems.add(new RequestProblem(
                    Optional.empty(), "and " + (file.badLines() - problems.size()) + " more bad lines"));
        }
        return problems;
    }

    private static AdminReply.JsonBody body(SeedFile file, ColdStart.Counts counts, Optional<SeedImport.Added> added) {
        return json -> {
            json.writeStartObject();
            json.writeNumberField("rows", file.rows().size());
            json.writeNumberField("duplicates", file.duplicates());
            json.writeNumberField("used", counts.used());
            json.writeNumberField("unknown_arms", counts.unknownArms());
            json.writeNumberField("elsewhere", counts.elsewhere());
            json.writeNumberField("added", added.map(SeedImport.Added::added).orElse(0));
            json.writeFieldName("total");
            json.writeRawValue(added.map(done -> Integer.toString(done.total())).orElse("null"));
            json.writeStringField("in_force", "at the next start");
            json.writeEndObject();
        };
    }

    // ---- out ----

    private Future<AdminReply> export(AdminRequest request) {
        Optional<GatewayConfig.DecisionLogFile> log = inForce.config().events().decisionLog();
        if (log.isEmpty()) {
            return Future.succeededFuture(AdminReply.refused(
                    ErrorCode.CONFLICT, "No decision log is written; set events.decision-log to have one."));
        }
        Path path = log.get().file();
        Optional<TenantId> tenant = request.tenant("tenant");
        Object mine = new Object();
        if (!exporting.compareAndSet(null, mine)) {
            return Future.succeededFuture(AdminReply.refused(
                    ErrorCode.CONFLICT, "An export is running, and each takes memory as the log is long. Ask again later."));
        }
        Runnable over = () -> exporting.compareAndSet(mine, null);
        return aside(() -> {
                    List<SeedRow> rows = rows(path, tenant);
                    return new AdminReply.Streamed(LINES, response -> {
                        response.closeHandler(_ -> over.run());
                        response.exceptionHandler(_ -> over.run());
                        write(response, rows.iterator(), over);
                    });
                })
                .onFailure(_ -> over.run());
    }

    /** Work on files, off the event loop. */
    private Future<AdminReply> aside(Callable<AdminReply> work) {
        return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
    }

    private static List<SeedRow> rows(Path log, Optional<TenantId> tenant) throws IOException {
        if (!Files.exists(log)) {
            // Nothing was decided yet.
            return List.of();
        }
        LogExport export = LogExport.of(log);
        if (!export.problems().isEmpty()) {
            System.getLogger("fresnel")
                    .log(
                            System.Logger.Level.WARNING,
                            log + ": " + export.badLines() + " bad lines were not exported, first "
                                    + export.problems().getFirst());
        }
        return export.rows().stream()
                .filter(row -> tenant.map(id -> row.id().startsWith(id + "/")).orElse(true))
                .toList();
    }

    /**
     * As fast as the reader takes them.
     *
     * @param over run when there is nothing more to write
     */
    private static void write(HttpServerResponse response, Iterator<SeedRow> rows, Runnable over) {
        while (rows.hasNext() && !response.writeQueueFull() && !response.closed()) {
            // A failed write means that the reader has gone.
            var _ = response.write(rows.next().json() + "\n");
        }
        if (response.closed()) {
            over.run();
            return;
        }
        if (rows.hasNext()) {
            response.drainHandler(_ -> write(response, rows, over));
        } else {
            over.run();
            var _ = response.end();
        }
    }
}
