package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Period;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The text that stores keep of an issued key. */
class IssuedKeyTest {
    private static final KeyHash HASH = KeyHash.of("fk-1");
    private final Random random = new Random(12);

    @Test
    void isReadAsItWasWritten_whateverIsInIt() {
        for (int i = 0; i < 20_000; i++) {
            IssuedKey key = any();
            assertThat(key.text()).doesNotContain("\n", "\r");
            assertThat(IssuedKey.parse(HASH, key.text())).as(key.text()).contains(key);
        }
    }

    /** So that a replica of an earlier version goes on knowing keys that it can hold to what they may have, and no others. */
    @Test
    void hasTheEarlierForm_exactlyWhenTheKeyHasNothingOfItsOwn() {
        for (int i = 0; i < 20_000; i++) {
            IssuedKey key = any();
            boolean bound =
                    key.key().budget().isLimited() || !key.key().limits().most().isEmpty();
            assertThat(key.text().split("\t", -1)).as(key.text()).hasSize(bound ? 10 : 8);
        }
    }

    private IssuedKey any() {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (Scope scope : Scope.values()) {
            if (random.nextBoolean()) {
                scopes.add(scope);
            }
        }
        Map<Period, Usd> budget = new EnumMap<>(Period.class);
        if (random.nextBoolean()) {
            for (Period period : Period.values()) {
                if (random.nextBoolean()) {
                    budget.put(period, new Usd(random.nextLong() >>> random.nextInt(1, 64)));
                }
            }
        }
        Map<Limit, Long> most = new EnumMap<>(Limit.class);
        if (random.nextBoolean()) {
            for (Limit limit : Limit.values()) {
                if (random.nextBoolean()) {
                    most.put(limit, random.nextBoolean() ? limit.ceiling() : random.nextLong(1, limit.ceiling()));
                }
            }
        }
        Map<String, String> notes = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            notes.put(AdversarialNames.word(random), AdversarialNames.word(random));
        }
        return new IssuedKey(
                AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size())),
                new TenantKey(
                        HASH,
                        AdversarialNames.TENANTS
                                .get(random.nextInt(AdversarialNames.TENANTS.size()))
                                .value(),
                        scopes,
                        random.nextBoolean()
                                ? AllowedModels.ALL
                                : new AllowedModels(Optional.of(List.of("gpt-*", "a&b=c\\d"))),
                        random.nextBoolean()
                                ? Optional.empty()
                                : Optional.of(Instant.ofEpochMilli(random.nextLong(1L << 43))),
                        Budget.of(budget),
                        notes,
                        new Limits(most)),
                Instant.ofEpochMilli(random.nextLong(1L << 43)),
                AdversarialNames.word(random));
    }
}
