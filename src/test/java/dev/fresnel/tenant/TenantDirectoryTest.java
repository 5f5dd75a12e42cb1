package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantDirectoryTest {
    private static final Instant START = Instant.parse("2026-11-27T12:00:00Z");

    private final Tenant acme = tenant("acme", "acme-key-1", "acme-key-2");
    private final Tenant other = tenant("other", "other-key");

    @Test
    void findsTheTenant_byAnyOfItsKeys() {
        TenantDirectory directory = new TenantDirectory(List.of(acme, other), KeyRegister.empty(), () -> START);

        assertThat(directory.find("acme-key-1")).isEqualTo(by(acme, 0));
        assertThat(directory.find("acme-key-2")).isEqualTo(by(acme, 1));
        assertThat(directory.find("other-key")).isEqualTo(by(other, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme-key", "acme-key-11", "ACME-KEY-1", " acme-key-1", "acme-key-1 ", "\u0000"})
    void findsNobody_forAnythingElse(String credential) {
        TenantDirectory directory = new TenantDirectory(List.of(acme, other), KeyRegister.empty(), () -> START);

        assertThat(directory.find(credential)).isEqualTo(new Caller.Unknown());
        assertThat(directory.findOpen()).isEqualTo(new Caller.Unknown());
    }

    @Test
    void fallsBackToTheOpenTenant_whenNoKeyFits() {
        Tenant open = tenant("open");
        TenantDirectory directory = new TenantDirectory(List.of(acme, open), KeyRegister.empty(), () -> START);

        assertThat(directory.find("sk-of-a-provider")).isEqualTo(new Caller.Admitted(open, Optional.empty()));
        assertThat(directory.find("acme-key-1")).isEqualTo(by(acme, 0));
        assertThat(directory.findOpen()).isEqualTo(new Caller.Admitted(open, Optional.empty()));
        assertThat(directory.tenants()).containsExactly(acme, open);
    }

    @Test
    void anExpiredKeyOpensNothing_notEvenTheOpenTenant() {
        AtomicReference<Instant> clock = new AtomicReference<>(START);
        TenantKey key = new TenantKey(
                KeyHash.of("short-lived"),
                "ci",
                EnumSet.allOf(Scope.class),
                AllowedModels.ALL,
                Optional.of(START.plusSeconds(60)),
                Budget.NONE,
                Map.of(),
                Limits.NONE);
        Tenant team = tenant("team", List.of(key));
        TenantDirectory directory = new TenantDirectory(List.of(team, tenant("open")), KeyRegister.empty(), clock::get);

        assertThat(directory.find("short-lived")).isEqualTo(by(team, 0));
        clock.set(START.plusSeconds(59));
        assertThat(directory.find("short-lived")).isEqualTo(by(team, 0));
        clock.set(START.plusSeconds(60));
        assertThat(directory.find("short-lived"))
                .isEqualTo(new Caller.Barred(Optional.of(team.id()), "ci", Caller.Why.EXPIRED));
    }

    private static Caller by(Tenant tenant, int key) {
        return new Caller.Admitted(tenant, Optional.of(tenant.keys().get(key)));
    }

    private static Tenant tenant(String id, String... keys) {
        return tenant(
                id, Stream.of(keys).map(KeyHash::of).map(TenantKey::unlimited).toList());
    }

    private static Tenant tenant(String id, List<TenantKey> keys) {
        return new Tenant(
                new TenantId(id),
                keys.isEmpty() ? Tenant.Access.OPEN : Tenant.Access.KEYS,
                keys,
                AllowedModels.ALL,
                "openai",
                List.of(),
                BudgetTerms.NONE,
                Limits.NONE);
    }
}
