package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** T4: a tenant's limits count its own requests, and its keys open it and no other. */
class CallersApartTest {
    private static final long MOST = 3;
    private static final Limits LIMITS = new Limits(Map.of(Limit.REQUESTS_PER_MINUTE, MOST));

    private static Tenant tenant(TenantId id, List<TenantKey> keys, Limits limits) {
        return new Tenant(
                id, Tenant.Access.KEYS, keys, AllowedModels.ALL, "openai", List.of(), BudgetTerms.NONE, limits);
    }

    private static TenantKey key(String secret, String name, Limits limits) {
        TenantKey any = TenantKey.unlimited(KeyHash.of(secret));
        return new TenantKey(
                any.hash(), name, any.scopes(), any.models(), any.expires(), any.budget(), any.metadata(), limits);
    }

    /** All tenants' keys have the same names. */
    @Test
    void whatATenantOrAKeyUses_isTakenFromNobodyElse() {
        Limiter limiter = new Limiter(() -> 0, (_, _) -> {});
        Random random = new Random(10);
        List<String> names = new ArrayList<>();
        while (names.size() < 30) {
            names.add(AdversarialNames.word(random));
        }
        record Owner(TenantId tenant, Optional<String> key) {}
        Map<Owner, Integer> used = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            TenantId id = AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size()));
            Optional<String> name =
                    random.nextInt(20) == 0 ? Optional.empty() : Optional.of(names.get(random.nextInt(names.size())));
            Owner owner = new Owner(id, name);
            boolean hasRoom = used.getOrDefault(owner, 0) < MOST;
            Pass pass = limiter.pass(
                    tenant(id, List.of(), name.isEmpty() ? LIMITS : Limits.NONE), name.map(of -> key("", of, LIMITS)));

            assertThat(pass.enter().isEmpty()).as("%s", owner).isEqualTo(hasRoom);
            pass.close();
            used.merge(owner, hasRoom ? 1 : 0, Integer::sum);
        }
        assertThat(used.values()).contains((int) MOST);
    }

    /** Keys that begin with, end in and look like each other. */
    @Test
    void aKey_opensItsTenantOnly() {
        Random random = new Random(11);
        Map<String, TenantId> owners = new HashMap<>();
        Map<TenantId, List<TenantKey>> keys = new HashMap<>();
        for (TenantId id : AdversarialNames.TENANTS) {
            for (int i = 0; i < 5; i++) {
                String secret = AdversarialNames.word(random) + id + i;
                owners.put(secret, id);
                keys.computeIfAbsent(id, _ -> new ArrayList<>()).add(key(secret, "k" + i, Limits.NONE));
            }
        }
        TenantDirectory directory = new TenantDirectory(
                keys.entrySet().stream()
                        .map(entry -> tenant(entry.getKey(), entry.getValue(), Limits.NONE))
                        .toList(),
                KeyRegister.empty(),
                () -> Instant.EPOCH);
        List<String> secrets = List.copyOf(owners.keySet());

        for (int i = 0; i < 2_000; i++) {
            String secret = secrets.get(random.nextInt(secrets.size()));
            String shown = switch (random.nextInt(5)) {
                case 0 -> secret + random.nextInt(10);
                case 1 -> secret.substring(1);
                case 2 -> secret.toUpperCase(Locale.ROOT);
                case 3 -> " " + secret;
                default -> secret;
            };
            Optional<TenantId> owner = Optional.ofNullable(owners.get(shown));

            assertThat(
                            directory.find(shown) instanceof Caller.Admitted in
                                    ? Optional.of(in.tenant().id())
                                    : Optional.<TenantId>empty())
                    .as(shown)
                    .isEqualTo(owner);
        }
    }
}
