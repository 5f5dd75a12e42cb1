package dev.fresnel.savings;

import dev.fresnel.value.TenantId;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What tenants spent, what they would have spent without delegation, and what became of quality.
 *
 * @param rows by tenant, day and model, as far as {@code by} tells them apart
 * @param totals one per tenant, over the whole period. Estimated from all controls together, so it has an interval where single days have too little evidence
 */
public record Statement(Period period, By by, List<StatementRow> rows, List<StatementRow> totals) {
    public Statement {
        rows = List.copyOf(rows);
        totals = List.copyOf(totals);
    }

    /** What rows are told apart by, beside the tenant. */
    public enum By {
        MODEL_DAY,
        DAY,
        MODEL;

        /** The name in requests and reports. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }

        public static Optional<By> find(String key) {
            return java.util.Arrays.stream(values())
                    .filter(by -> by.key().equals(key))
                    .findFirst();
        }
    }

    private record Group(TenantId tenant, Optional<LocalDate> day, Optional<String> model) {
        static final Comparator<Group> ORDER = Comparator.comparing((Group group) -> group.tenant.value())
                .thenComparing(group -> group.day.map(LocalDate::toString).orElse(""))
                .thenComparing(group -> group.model.orElse(""));
    }

    /** @param lots by the config in force */
    static Statement of(Map<Account, Sums> known, Period period, By by, Function<TenantId, StatementRow.Lot> lots) {
        Map<Group, Sums.Building> rows = new TreeMap<>(Group.ORDER);
        Map<Group, Sums.Building> totals = new TreeMap<>(Group.ORDER);
        known.forEach((account, sums) -> {
            Group group = new Group(
                    account.tenant(),
                    Optional.of(account.day()).filter(_ -> by != By.MODEL),
                    Optional.of(account.model()).filter(_ -> by != By.DAY));
            rows.computeIfAbsent(group, _ -> new Sums.Building()).add(sums);
            totals.computeIfAbsent(
                            new Group(account.tenant(), Optional.empty(), Optional.empty()), _ -> new Sums.Building())
                    .add(sums);
        });
        return new Statement(period, by, rows(rows, lots), rows(totals, lots));
    }

    private static List<StatementRow> rows(
            Map<Group, Sums.Building> groups, Function<TenantId, StatementRow.Lot> lots) {
        List<StatementRow> rows = new ArrayList<>();
        groups.forEach((group, sums) -> rows.add(
                StatementRow.of(group.tenant(), group.day(), group.model(), sums.built(), lots.apply(group.tenant()))));
        return rows;
    }
}
