package dev.fresnel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.store.AdversarialNames;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * T4 for one memory: whatever tenants and things are called, each finds what was put for it under that name, and nothing else. All tenants use
 * the same names, and now and then one that tries to be another tenant's. Seeded.
 */
public final class TenantsApart {
    private static final int NAMES = 40;

    private final int cases;
    private final int values;
    private final UnaryOperator<String> folded;

    private TenantsApart(int cases, int values, UnaryOperator<String> folded) {
        this.cases = cases;
        this.values = values;
        this.folded = folded;
    }

    /** Something that keeps one value per tenant and name. */
    public interface Memory {
        /** Always the same value for the same tenant and name. */
        void put(TenantId tenant, String name, int value);

        OptionalInt find(TenantId tenant, String name);
    }

    /** So many questions and answers of a memory that tells any two names apart. */
    public static TenantsApart cases(int cases) {
        return new TenantsApart(cases, Integer.MAX_VALUE, name -> name);
    }

    /** Names that are the same after this are one thing to the memory, within a tenant. */
    public TenantsApart folding(UnaryOperator<String> same) {
        return new TenantsApart(cases, values, same);
    }

    /** The memory can keep values below this only. */
    public TenantsApart valuesBelow(int bound) {
        return new TenantsApart(cases, bound, folded);
    }

    private record Thing(TenantId tenant, String name) {}

    public void hold(Memory memory) {
        Random random = new Random(44);
        List<TenantId> tenants = AdversarialNames.TENANTS;
        List<String> names = new ArrayList<>();
        while (names.size() < NAMES) {
            names.add(AdversarialNames.ofClient(random));
        }
        Map<Thing, Integer> put = new HashMap<>();
        int found = 0;
        for (int i = 0; i < cases; i++) {
            TenantId owner = tenants.get(random.nextInt(tenants.size()));
            TenantId asker = tenants.get(random.nextInt(tenants.size()));
            String name = names.get(random.nextInt(NAMES));
            if (random.nextInt(3) == 0) {
                name = AdversarialNames.disguised(random, owner, asker, name);
            }
            Thing thing = new Thing(asker, folded.apply(name));
            if (random.nextInt(2) == 0) {
                int value = put.computeIfAbsent(thing, _ -> (put.size() + 1) % values);
                memory.put(asker, name, value);
            } else {
                Integer known = put.get(thing);
                OptionalInt answer = memory.find(asker, name);
                assertThat(answer)
                        .as("%s asks for '%s'", asker, name)
                        .isEqualTo(known == null ? OptionalInt.empty() : OptionalInt.of(known));
                found += known == null ? 0 : 1;
            }
        }
        assertThat(found).as("questions that found something").isGreaterThan(cases / 8);
        assertThat(cases / 2 - found).as("questions that found nothing").isGreaterThan(cases / 20);
    }
}
