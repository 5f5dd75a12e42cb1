package dev.fresnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.budget.Spent;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.outcome.ArmDelta;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.Sums;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * T4: what one tenant stored no other reads, whatever the names. Seeded; implementations hand over empty stores and say how many
 * cases they can afford.
 */
public abstract class IsolationContract {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 27);
    private static final Duration KEPT = Duration.ofHours(1);

    protected abstract DecisionStore decisions();

    protected abstract LensStore lenses();

    protected abstract SpendStore spend();

    protected abstract StatementStore statements();

    protected abstract ArmStateStore arms();

    /** What an account's key may be called in a config, as hard as it gets. */
    protected static final List<String> KEYS = List.of("a", "A", "-", ".", "v", "a.1", "2026-11-27", "total");

    protected abstract int cases();

    /** T4 for what a tenant's keys have spent, what it saved, and what was learned of its requests. */
    @Test
    void noTenantReadsAnothersMoney_norWhatWasLearnedOfItsRequests() {
        List<TenantId> tenants = AdversarialNames.TENANTS;
        Random random = new Random(14);
        Set<String> models = new LinkedHashSet<>(List.of("m", "*", "-", "lens", "a/m", "v", "replica:x", "}:arms"));
        while (models.size() < 12) {
            models.add("m" + AdversarialNames.word(random));
        }
        List<Future<?>> writes = new ArrayList<>();
        Map<Account, Spent> booked = new HashMap<>();
        Landmark landmark = Landmark.at((double) LensFixtures.NOW.getEpochSecond());
        int number = 0;
        for (TenantId tenant : tenants) {
            for (String key : KEYS) {
                Usd amount = new Usd(++number);
                booked.put(Account.of(tenant, key), new Spent(amount, amount, amount));
                writes.add(spend().add(Account.of(tenant, key), DAY, amount));
            }
            for (String model : models) {
                writes.add(statements().add(new dev.fresnel.savings.Account(tenant, model, DAY), sums(tenant, model)));
                writes.add(arms().flush(flush(tenant, model, landmark)));
            }
        }
        Await.result(Future.all(writes));

        assertThat(Await.result(spend().spentAsOf(DAY))).containsExactlyInAnyOrderEntriesOf(booked);
        for (TenantId tenant : tenants) {
            Map<dev.fresnel.savings.Account, Sums> saved =
                    Await.result(statements().read(tenant, DAY, DAY));
            assertThat(saved).hasSize(models.size());
            saved.forEach((account, sums) -> {
                assertThat(account.tenant()).isEqualTo(tenant);
                assertThat(sums).as("%s", account).isEqualTo(sums(tenant, account.model()));
            });
            for (String model : models) {
                assertThat(Await.result(arms().changes(population(tenant, model), 0))
                                .cells())
                        .singleElement()
                        .satisfies(cell -> assertThat(cell.name()).isEqualTo(cellOf(tenant, model)));
            }
        }
    }

    private static Sums sums(TenantId tenant, String model) {
        int number = 1 + Math.abs((tenant + "\n" + model).hashCode() % 1_000_000);
        return Sums.of(Map.of("w2", Integer.toString(number))).orElseThrow();
    }

    private static String population(TenantId tenant, String model) {
        return LearnedRules.Pooling.TENANT.population(tenant, new ModelName(model));
    }

    private static String cellOf(TenantId tenant, String model) {
        return "of " + Fingerprint.of(tenant.value(), model).shortForm();
    }

    private static Flush flush(TenantId tenant, String model, Landmark landmark) {
        return new Flush(
                population(tenant, model),
                "replica",
                1,
                0,
                Flush.Terms.of(PolicySettings.DEFAULT),
                List.of(new ArmDelta("fast", cellOf(tenant, model), landmark, new Evidence(1, 1, 1))),
                Map.of());
    }

    @Test
    void noTenantReadsWhatAnotherStored_whateverTheNames() {
        Random random = new Random(4);
        List<TenantId> tenants = AdversarialNames.TENANTS;
        Map<TenantId, List<RequestId>> put = new HashMap<>();
        Map<Account, Spent> booked = new HashMap<>();
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < tenants.size() * 20; i++) {
            TenantId owner = tenants.get(i % tenants.size());
            RequestId request = new RequestId(AdversarialNames.word(random) + i);
            put.computeIfAbsent(owner, _ -> new ArrayList<>()).add(request);
            writes.add(decisions().put(DecisionStoreContract.decision(owner, request), KEPT));
            writes.add(LensFixtures.put(lenses(), lens(owner, request), LensFixtures.stored("of " + owner)));
            Usd amount = new Usd(i + 1);
            Account account = Account.of(owner);
            booked.merge(account, new Spent(amount, amount, amount), IsolationContract::sum);
            writes.add(spend().add(account, DAY, amount));
        }
        Await.result(Future.all(writes));

        List<Future<?>> reads = new ArrayList<>();
        for (int i = 0; i < cases(); i++) {
            TenantId owner = tenants.get(random.nextInt(tenants.size()));
            TenantId other = tenants.get(random.nextInt(tenants.size()));
            RequestId request = put.get(owner).get(random.nextInt(put.get(owner).size()));
            boolean own = other.equals(owner);
            RequestId asked =
                    own ? request : new RequestId(AdversarialNames.disguised(random, owner, other, request.value()));
            boolean known = put.get(other).contains(asked);
            if (i % 2 == 0) {
                reads.add(decisions()
                        .revise(new Signal(other, asked, "s" + i, Signal.Kind.SIGN, 1, 0.5, "a" + i))
                        .map(revision -> assertThat(revision instanceof Revision.Unknown)
                                .as("%s asks for %s of %s", other, asked, owner)
                                .isEqualTo(!known)));
            } else {
                reads.add(lenses().find(lens(other, asked))
                        .map(found -> assertThat(found.map(lens -> lens.lens().scope()))
                                .as("%s asks for the lens of %s", other, owner)
                                .isEqualTo(known ? Optional.of("of " + other) : Optional.empty())));
            }
            if (reads.size() == 500) {
                Await.result(Future.all(reads));
                reads.clear();
            }
        }
        Await.result(Future.all(reads));

        Map<Account, Spent> spent = Await.result(spend().spentAsOf(DAY));
        assertThat(spent).containsExactlyInAnyOrderEntriesOf(booked);
        for (TenantId tenant : tenants) {
            assertThat(Await.result(lenses().list(tenant)))
                    .allSatisfy(entry -> assertThat(entry.key().tenant()).isEqualTo(tenant))
                    .hasSize(put.get(tenant).size());
        }
        TenantId purged = tenants.getFirst();
        assertThat(Await.result(lenses().purge(purged)))
                .isEqualTo(put.get(purged).size());
        assertThat(tenants.stream()
                        .skip(1)
                        .map(tenant -> Await.result(lenses().list(tenant)).size()))
                .as("a purge is of one tenant")
                .containsOnly(20);
    }

    private static Spent sum(Spent one, Spent other) {
        return new Spent(
                one.day().plus(other.day()),
                one.month().plus(other.month()),
                one.total().plus(other.total()));
    }

    private static LensKey lens(TenantId tenant, RequestId what) {
        // One hash for all tenants: only the tenant keeps them apart.
        return new LensKey(tenant, Fingerprint.of(what.value()));
    }
}
