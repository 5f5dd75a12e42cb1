package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.store.AdversarialNames;
import dev.fresnel.testing.TenantsApart;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** T4: lenses in memory, and what finds them, are their tenant's, whatever operators and clients write in their prompts. */
class LensesApartTest {
    private static final ModelName SMART = new ModelName("smart");

    private final LensKeys keys = new LensKeys("lens-v1");

    /** What a shelf looks a lens up by. */
    interface Subject {
        LensKey key(TenantId tenant, String name);
    }

    private static LensSubject.Task task(String text) {
        return new LensSubject.Task("You write code.", "", text);
    }

    private static void hold(int cases, UnaryOperator<String> folded, Subject subject) {
        LensMemory memory = new LensMemory(() -> LensFixtures.NOW, () -> 0, 100_000);
        TenantsApart.cases(cases).folding(folded).hold(new TenantsApart.Memory() {
            @Override
            public void put(TenantId tenant, String name, int value) {
                LensKey key = subject.key(tenant, name);
                KeptLens lens = memory.asKept(key, LensFixtures.stored("scope " + value))
                        .orElseThrow();
                assertThat(memory.keep(key, lens, memory.purges(tenant))).isTrue();
                memory.failed(key, Duration.ofMinutes(1));
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                LensKey key = subject.key(tenant, name);
                Optional<KeptLens> found = memory.find(key);
                assertThat(memory.failedRecently(key)).isEqualTo(found.isPresent());
                return found.map(lens -> OptionalInt.of(
                                Integer.parseInt(lens.lens().scope().substring(6))))
                        .orElseGet(OptionalInt::empty);
            }
        });
        TenantId purged = new TenantId("a");
        memory.purge(purged);
        for (String name : List.of("", "a", "x")) {
            assertThat(memory.find(subject.key(purged, name))).isEmpty();
        }
    }

    @Test
    void aTasksLens_isItsTenantsOnly() {
        hold(8_000, LensKeys::normalised, (tenant, name) -> keys.keyFor(LensKeys.Owner.of(tenant), SMART, task(name)));
    }

    @Test
    void aNamedLens_isItsTenantsOnly() {
        hold(
                5_000,
                LensKeys::normalised,
                (tenant, name) -> keys.keyFor(LensKeys.Owner.of(tenant), SMART, new LensSubject.Named(name, "", "")));
    }

    @Test
    void anApplicationsLens_isItsTenantsOnly() {
        hold(
                5_000,
                LensesApartTest::encoded,
                (tenant, name) -> keys.keyFor(LensKeys.Owner.of(tenant), SMART, new LensSubject.App("", name)));
    }

    @Test
    void aModelsLens_isItsTenantsOnly() {
        hold(
                5_000,
                LensesApartTest::encoded,
                (tenant, name) -> keys.keyFor(LensKeys.Owner.of(tenant), new ModelName("m" + name), task("one")));
    }

    /** A key's own lens, where keys share none. */
    @Test
    void aKeysLens_isItsOwnAndItsTenantsOnly() {
        hold(
                5_000,
                LensesApartTest::encoded,
                (tenant, name) -> keys.keyFor(new LensKeys.Owner(tenant, Optional.of(name)), SMART, task("one")));
    }

    /** A store that looks at the hash alone must not mix tenants either. */
    @Test
    void noTwoTenantsShareAHash_whateverTheyAsk() {
        Random random = new Random(8);
        Map<Fingerprint, TenantId> hashes = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            TenantId tenant = AdversarialNames.TENANTS.get(random.nextInt(AdversarialNames.TENANTS.size()));
            Optional<String> key = random.nextBoolean() ? Optional.of(AdversarialNames.word(random)) : Optional.empty();
            ModelName model = new ModelName("m" + AdversarialNames.word(random));
            LensKeys.Owner owner = new LensKeys.Owner(tenant, key);
            String text = AdversarialNames.ofClient(random);
            for (Fingerprint hash :
                    List.of(keys.keyFor(owner, model, task(text)).hash(), keys.partition(owner, model, task(text)))) {
                assertThat(hashes.merge(hash, tenant, (first, _) -> first)).isEqualTo(tenant);
            }
        }
    }

    /** The likest task of all is another tenant's own. */
    @Test
    void aSimilarTasksLens_isFoundWithinItsTenantOnly() {
        NearLenses near = new NearLenses(5);
        String task = "Write CRUD endpoints with validation and paging for five entities of the shop";
        Map<TenantId, LensKey> own = new HashMap<>();
        for (TenantId tenant : AdversarialNames.TENANTS) {
            LensKeys.Owner owner = LensKeys.Owner.of(tenant);
            assertThat(near.find(keys.partition(owner, SMART, task(task)), task, 0))
                    .isEmpty();
            LensKey key = keys.keyFor(owner, SMART, task(task));
            own.put(tenant, key);
            near.add(keys.partition(owner, SMART, task(task)), key, task, LensFixtures.lens("Shop"));
            own.forEach((known, expected) -> assertThat(
                            near.find(keys.partition(LensKeys.Owner.of(known), SMART, task(task)), task, 0))
                    .hasValueSatisfying(found -> assertThat(found.key()).isEqualTo(expected)));
        }
        TenantId purged = AdversarialNames.TENANTS.getFirst();
        near.purge(purged);
        assertThat(near.size()).isEqualTo(AdversarialNames.TENANTS.size() - 1);
    }

    private static String encoded(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
