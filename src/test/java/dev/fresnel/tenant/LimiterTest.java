package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What limits do to requests is in {@code edge.LimitsTest}. */
class LimiterTest {
    private final Limiter limiter = new Limiter(() -> 0, (_, _) -> {});
    private final Tenant free = new Tenant(
            new TenantId("acme"),
            Tenant.Access.OPEN,
            List.of(),
            AllowedModels.ALL,
            "openai",
            List.of(),
            BudgetTerms.NONE,
            Limits.NONE);

    private final Tenant bound = new Tenant(
            new TenantId("acme"),
            Tenant.Access.KEYS,
            List.of(),
            AllowedModels.ALL,
            "openai",
            List.of(),
            BudgetTerms.NONE,
            new Limits(Map.of(Limit.REQUESTS_PER_MINUTE, 7L)));

    private static IssuedKey issued(String name, long perMinute) {
        TenantKey any = TenantKey.unlimited(KeyHash.of(name));
        return new IssuedKey(
                new TenantId("acme"),
                new TenantKey(
                        any.hash(),
                        name,
                        any.scopes(),
                        any.models(),
                        any.expires(),
                        any.budget(),
                        any.metadata(),
                        new Limits(Map.of(Limit.REQUESTS_PER_MINUTE, perMinute))),
                Instant.EPOCH,
                "somebody");
    }

    private boolean isLetIn(Tenant tenant, Optional<TenantKey> key) {
        return limiter.pass(tenant, key).enter().isEmpty();
    }

    @Test
    void anotherConfigForgetsNothingThatAnIssuedKeyHasUsed_whileItsTenantIsThere() {
        Optional<TenantKey> key = Optional.of(issued("ci", 1).key());
        assertThat(isLetIn(free, key)).isTrue();

        limiter.serve(List.of(free), List.of(issued("ci", 1)), 1);
        assertThat(isLetIn(free, key)).isFalse();

        limiter.serve(List.of(), List.of(issued("ci", 1)), 1);
        assertThat(isLetIn(free, key)).as("the tenant was gone").isTrue();
    }

    /** {@code limits.replicas}: of tenants, and of keys wherever they come from. */
    @Test
    void eachOfSeveralReplicasEnforcesItsShare_andOneAtLeast() {
        limiter.serve(List.of(bound), List.of(issued("ci", 5), issued("small", 1)), 3);

        assertThat(isLetIn(bound, Optional.of(issued("small", 1).key()))).isTrue();
        assertThat(isLetIn(bound, Optional.of(issued("small", 1).key()))).isFalse();
        assertThat(isLetIn(bound, Optional.of(issued("ci", 5).key()))).isTrue();
        assertThat(isLetIn(bound, Optional.of(issued("ci", 5).key())))
                .as("a third of 5")
                .isFalse();
        assertThat(isLetIn(bound, Optional.empty()))
                .as("a third of 7: 2 were had")
                .isFalse();
    }

    /** Requests of one tenant are handled on all event loops at once. */
    @Test
    void requestsThatNothingLimitsShareNothing() throws InterruptedException, ExecutionException {
        Callable<Integer> requests = () -> {
            int in = 0;
            for (int i = 0; i < 50_000; i++) {
                Pass pass = limiter.pass(free, Optional.empty());
                in += pass.enter().isEmpty() && pass.stream().isEmpty() ? 1 : 0;
                pass.close();
            }
            return in;
        };

        try (ExecutorService loops = Executors.newFixedThreadPool(2)) {
            for (Future<Integer> loop : loops.invokeAll(List.of(requests, requests))) {
                assertThat(loop.get()).isEqualTo(50_000);
            }
        }
    }
}
