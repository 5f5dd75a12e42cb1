package dev.fresnel.admin;

import dev.fresnel.savings.Period;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.savings.Statement;
import dev.fresnel.savings.StatementRow;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The savings statement, as JSON, CSV or a table. Thread-safe. */
public final class SavingsRequests implements OperationGroup {
    private static final String PATH = "/admin/savings";
    private static final int DEFAULT_DAYS = 30;

    private final SavingsBook book;
    private final TenantNames tenants;
    private final Function<TenantId, StatementRow.Lot> lots;

    /** @param lots whether conversations of a tenant become controls, by the config in force */
    public SavingsRequests(SavingsBook book, TenantNames tenants, Function<TenantId, StatementRow.Lot> lots) {
        this.book = book;
        this.tenants = tenants;
        this.lots = lots;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get(
                PATH,
                this::statement,
                Parameter.query("tenant", new ParameterType.KnownTenant(tenants)),
                Parameter.query("from", new ParameterType.Day()),
                Parameter.query("to", new ParameterType.Day()),
                Parameter.query(
                        "by",
                        new ParameterType.Choice(Arrays.stream(Statement.By.values())
                                .map(Statement.By::key)
                                .toList())),
                Parameter.query("format", new ParameterType.Choice(List.of("json", "csv", "table")))));
    }

    private Future<AdminReply> statement(AdminRequest request) {
        LocalDate to = request.day("to").orElseGet(book::today);
        LocalDate from = request.day("from").orElseGet(() -> to.minusDays(DEFAULT_DAYS - 1));
        Optional<String> problem = Period.problem(from, to);
        if (problem.isPresent()) {
            return Future.succeededFuture(new AdminReply.Refused(
                    ErrorCode.INVALID_REQUEST, List.of(RequestProblem.of("from", problem.get()))));
        }
        Statement.By by = request.text("by").flatMap(Statement.By::find).orElse(Statement.By.MODEL_DAY);
        Optional<TenantId> one = request.tenant("tenant");
        return book.statement(one.map(List::of).orElseGet(tenants::list), new Period(from, to), by, lots)
                .map(statement -> reply(statement, request.text("format").orElse("json")))
                .otherwise(_ -> AdminReply.storeAway());
    }

    private static AdminReply reply(Statement statement, String format) {
        return switch (format) {
            case "csv" -> new AdminReply.Whole(200, "text/csv; charset=utf-8", SavingsText.csv(statement), Map.of());
            case "table" ->
                new AdminReply.Whole(200, "text/plain; charset=utf-8", SavingsText.table(statement), Map.of());
            default -> AdminReply.json(json -> SavingsJson.write(json, statement));
        };
    }
}
