package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.store.AdversarialNames;
import dev.fresnel.testing.TenantsApart;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** T4: what this process knows of decisions is their tenant's, although feedback may name any request. */
class OutcomesApartTest {
    @Test
    void aDecision_isFoundByItsTenantOnly() {
        Conversations conversations = new Conversations(OutcomeSettings.DEFAULT);
        Map<OpenDecision, Integer> values = new HashMap<>();

        TenantsApart.cases(15_000).hold(new TenantsApart.Memory() {
            @Override
            public void put(TenantId tenant, String name, int value) {
                OpenDecision decision = new OpenDecision(DecisionStoreContract.decision(tenant, new RequestId(name)));
                values.put(decision, value);
                assertThat(conversations.add(decision)).as("made room").isEmpty();
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                RequestId request = new RequestId(name);
                assertThat(conversations.saidOf(tenant, request).tenant()).isEqualTo(tenant);
                return conversations
                        .find(tenant, request)
                        .map(decision -> {
                            assertThat(decision.tenant()).isEqualTo(tenant);
                            return OptionalInt.of(Objects.requireNonNull(values.get(decision)));
                        })
                        .orElseGet(OptionalInt::empty);
            }
        });
        // Forgetting one tenant's forgets no other's of the same name.
        int all = conversations.size();
        assertThat(conversations.expire(Instant.MAX.minus(OutcomeSettings.DEFAULT.labels())))
                .hasSize(all);
    }

    @Test
    void labels_areCountedForWhoGaveThem() {
        int perHour = 3;
        LabelQuota quota = new LabelQuota(perHour);
        Random random = new Random(9);
        record Giver(TenantId tenant, String key) {}
        Map<Giver, Integer> given = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            Giver giver = new Giver(
                    AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size())),
                    AdversarialNames.word(random));
            int before = given.getOrDefault(giver, 0);

            assertThat(quota.takes(giver.tenant(), giver.key(), Instant.EPOCH)).isEqualTo(before < perHour);
            given.merge(giver, 1, Integer::sum);
        }
    }
}
