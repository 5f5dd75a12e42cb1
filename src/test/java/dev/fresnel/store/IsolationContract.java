package dev.fresnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.budget.Spent;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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

    protected abstract int cases();

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
