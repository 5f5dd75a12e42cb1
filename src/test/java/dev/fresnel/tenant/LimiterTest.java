package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.value.TenantId;
import java.util.List;
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
