package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.Requests;
import dev.fresnel.lens.LensKey;
import dev.fresnel.policy.Arm;
import dev.fresnel.savings.Account;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.Sums;
import dev.fresnel.savings.Trial;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.testing.TenantsApart;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** T4: what is remembered of a conversation is its tenant's, although clients name sessions, and begin conversations, as they like. */
class ConversationsApartTest {
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final ChatRequest GREETING = Requests.asking("hi");

    /** Half a surrogate pair is no text, and UTF-8 has a question mark for it. */
    private static String encoded(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static ConversationKey session(TenantId tenant, String name) {
        return ConversationKey.of(tenant, Optional.of(name), GREETING).orElseThrow();
    }

    private static Optional<ConversationKey> opening(TenantId tenant, String text) {
        return ConversationKey.of(tenant, Optional.empty(), Requests.asking(text));
    }

    /** Pins by conversation. */
    private static final class Pinned implements TenantsApart.Memory {
        private final ConversationPins pins = new ConversationPins(() -> 0, IDLE, 100_000);
        private final Keys keys;

        interface Keys {
            Optional<ConversationKey> of(TenantId tenant, String name);
        }

        Pinned(Keys keys) {
            this.keys = keys;
        }

        @Override
        public void put(TenantId tenant, String name, int value) {
            keys.of(tenant, name)
                    .ifPresent(key -> pins.pin(key, new Pin(new Arm("arm" + value), Optional.empty(), Instant.EPOCH)));
        }

        @Override
        public OptionalInt find(TenantId tenant, String name) {
            return keys.of(tenant, name)
                    .flatMap(pins::find)
                    .map(pin -> OptionalInt.of(Integer.parseInt(pin.arm().name().substring(3))))
                    .orElseGet(OptionalInt::empty);
        }
    }

    @Test
    void aSessionsArm_isItsTenantsOnly() {
        Pinned pinned = new Pinned((tenant, name) -> Optional.of(session(tenant, name)));

        TenantsApart.cases(15_000).folding(ConversationsApartTest::encoded).hold(pinned);

        for (TenantId tenant : AdversarialNames.TENANTS) {
            Map<ConversationKey, Pin> mine = pinned.pins.of(tenant);
            assertThat(mine).isNotEmpty();
            assertThat(mine.keySet()).extracting(ConversationKey::tenant).containsOnly(tenant);
            // An operator who lets one go lets go of no other tenant's of the same hash.
            ConversationKey one = mine.keySet().iterator().next();
            TenantId other = new TenantId("somebody-else");
            assertThat(pinned.pins.forget(new ConversationKey(other, one.hash())))
                    .isFalse();
            assertThat(pinned.pins.find(one)).isPresent();
        }
    }

    @Test
    void aConversationThatBeginsTheSame_isAnotherTenantsOwn() {
        Pinned pinned = new Pinned((tenant, name) -> opening(tenant, "x" + name));

        TenantsApart.cases(5_000).folding(ConversationsApartTest::encoded).hold(pinned);
    }

    /** A session may be called what another conversation begins with. */
    @Test
    void namesAndBeginnings_areNotTakenForEachOther() {
        TenantId tenant = new TenantId("a");
        ConversationKey begun = opening(tenant, "text").orElseThrow();

        assertThat(session(tenant, begun.hash().hex())).isNotEqualTo(begun);
        assertThat(session(tenant, "text")).isNotEqualTo(begun);
    }

    @Test
    void whatAConversationCost_isItsTenantsOnly() {
        Enrolments enrolments = new Enrolments(() -> 0, IDLE, 100_000);
        StatementStore nothing = new StatementStore() {
            @Override
            public Future<Void> add(Account account, Sums sums) {
                return Future.succeededFuture();
            }

            @Override
            public Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to) {
                return Future.succeededFuture(Map.of());
            }
        };
        SavingsBook book = new SavingsBook(nothing, () -> Instant.EPOCH);

        TenantsApart.cases(5_000).folding(ConversationsApartTest::encoded).hold(new TenantsApart.Memory() {
            @Override
            public void put(TenantId tenant, String name, int value) {
                enrolments.begin(
                        session(tenant, name),
                        book.opened(tenant, new Trial("m", Trial.Side.CONTROL, 0.5, 0.5, value)));
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                return enrolments
                        .find(session(tenant, name))
                        .map(tab -> {
                            assertThat(tab.account().tenant()).isEqualTo(tenant);
                            return OptionalInt.of((int) tab.trial().expectedUsd());
                        })
                        .orElseGet(OptionalInt::empty);
            }
        });
    }

    /** One hash for all tenants: only the tenant keeps the keys apart. */
    @Test
    void missedSavings_areOfOneTenantsLens() {
        MissedSavings missed = new MissedSavings(() -> 0, IDLE, 100_000);

        TenantsApart.cases(10_000).folding(ConversationsApartTest::encoded).hold(new TenantsApart.Memory() {
            private LensKey key(TenantId tenant, String name) {
                return new LensKey(tenant, Fingerprint.of(name));
            }

            @Override
            public void put(TenantId tenant, String name, int value) {
                missed.bought(key(tenant, name));
                missed.miss(key(tenant, name), new Usd(value));
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                long nanos = missed.of(key(tenant, name)).nanos();
                return nanos == 0 ? OptionalInt.empty() : OptionalInt.of((int) nanos);
            }
        });
    }

    @Test
    void escalations_countForOneTenantsArm() {
        Escalations escalations = new Escalations();
        EscalationBreaker breaker = new EscalationBreaker(() -> Instant.EPOCH);
        double unknown = escalations.rate(new TenantId("nobody"), new Arm("none"));

        TenantsApart.cases(5_000).valuesBelow(1).hold(new TenantsApart.Memory() {
            @Override
            public void put(TenantId tenant, String name, int value) {
                escalations.learn(tenant, new Arm(name), true);
                for (int i = 0; i < EscalationBreaker.WINDOW; i++) {
                    breaker.answered(tenant, new Arm(name), true);
                }
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                boolean known = escalations.rate(tenant, new Arm(name)) != unknown;
                assertThat(breaker.isPaused(tenant, new Arm(name))).isEqualTo(known);
                return known ? OptionalInt.of(0) : OptionalInt.empty();
            }
        });
    }

    /** Evidence is kept by the population's name alone. */
    @Test
    void noPopulationIsTwoTenants() {
        Map<String, TenantId> owners = new HashMap<>();
        Random random = new Random(7);

        for (int i = 0; i < 10_000; i++) {
            TenantId tenant = AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size()));
            ModelName model = new ModelName("m" + AdversarialNames.ofClient(random));
            String name = LearnedRules.Pooling.TENANT.population(tenant, model);

            assertThat(owners.merge(name, tenant, (first, _) -> first)).as(name).isEqualTo(tenant);
            assertThat(owners).doesNotContainKey(LearnedRules.Pooling.GATEWAY.population(tenant, model));
        }
    }
}
