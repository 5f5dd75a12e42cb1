package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/**
 * Everybody whom a request is charged to, with what each may spend: the tenant, and the key that was shown. All of them must be able to pay.
 *
 * @param lines the tenant's first
 * @param onStoreLoss what limits mean while the store that replicas share does not answer
 */
public record Payer(List<Line> lines, OnStoreLoss onStoreLoss) {
    /** One account and its limits. */
    public record Line(Account account, Budget budget) {}

    public Payer {
        lines = List.copyOf(lines);
    }

    /** A tenant without a key. */
    public static Payer of(TenantId tenant, Budget budget) {
        return of(tenant, new BudgetTerms(budget, OnLow.IGNORE, OnStoreLoss.LOCAL_SHARE));
    }

    /** A tenant by its terms. */
    public static Payer of(TenantId tenant, BudgetTerms terms) {
        return new Payer(List.of(new Line(Account.of(tenant), terms.limits())), terms.onStoreLoss());
    }

    /** A tenant with a daily limit, or none. */
    public static Payer of(TenantId tenant, Optional<Usd> daily) {
        return of(tenant, daily.map(Budget::daily).orElse(Budget.NONE));
    }

    /** The same tenant by one of its keys. */
    public Payer by(String key, Budget budget) {
        return new Payer(List.of(lines.getFirst(), new Line(Account.of(tenant(), key), budget)), onStoreLoss);
    }

    public TenantId tenant() {
        return lines.getFirst().account().tenant();
    }

    /** Whether anything limits what may be spent. */
    public boolean isLimited() {
        return lines.stream().anyMatch(line -> line.budget().isLimited());
    }
}
