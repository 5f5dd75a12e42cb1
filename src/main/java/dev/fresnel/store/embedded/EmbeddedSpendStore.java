package dev.fresnel.store.embedded;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Spend in the {@link EmbeddedStore}: nano-dollars under {@code day/tenant}. Days older than {@value #KEPT_DAYS} are dropped when a
 * newer one begins. An addition is durable within {@link EmbeddedStore#COMMIT_EVERY}.
 */
public final class EmbeddedSpendStore implements SpendStore {
    private static final String SPEND = "spend";
    private static final int KEPT_DAYS = 35;

    private final EmbeddedStore store;

    public EmbeddedSpendStore(EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public Future<Map<TenantId, Usd>> spentOn(LocalDate day) {
        return store.answered(access -> {
            Map<TenantId, Usd> spent = new HashMap<>();
            access.withPrefix(SPEND, day + "/")
                    .forEach((name, value) -> amount(access, name, value)
                            .ifPresent(usd -> spent.put(new TenantId(name.substring(name.indexOf('/') + 1)), usd)));
            return spent;
        });
    }

    @Override
    public Future<Void> add(TenantId tenant, LocalDate day, Usd amount) {
        return store.inOrder(access -> {
            String name = day + "/" + tenant.value();
            Optional<byte[]> before = access.get(SPEND, name);
            if (before.isEmpty()) {
                dropBefore(access, day.minusDays(KEPT_DAYS));
            }
            Usd sum = before.flatMap(value -> amount(access, name, value))
                    .orElse(Usd.ZERO)
                    .plus(amount);
            access.put(
                    SPEND,
                    name,
                    ByteBuffer.allocate(Long.BYTES).putLong(sum.nanos()).array());
        });
    }

    private Optional<Usd> amount(EmbeddedStore.Access access, String name, byte[] value) {
        if (value.length == Long.BYTES) {
            return Optional.of(new Usd(ByteBuffer.wrap(value).getLong()));
        }
        access.remove(SPEND, name);
        store.report(new StoreProblem.ValueDiscarded("the stored spend " + name + " was deleted: not an amount"));
        return Optional.empty();
    }

    /** ISO days sort as text. */
    private static void dropBefore(EmbeddedStore.Access access, LocalDate oldest) {
        access.withPrefix(SPEND, "").keySet().stream()
                .takeWhile(name -> name.compareTo(oldest.toString()) < 0)
                .forEach(name -> access.remove(SPEND, name));
    }
}
