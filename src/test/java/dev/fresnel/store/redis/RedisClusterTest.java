package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Spent;
import dev.fresnel.lens.Claim;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensKey;
import dev.fresnel.outcome.ArmDelta;
import dev.fresnel.outcome.DecisionStoreContract;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisCluster;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** R6: every script's keys lie on one node, whatever the tenant or the population. */
class RedisClusterTest {
    private static final int TENANTS = 12;

    @Test
    void everyOperationOfEveryStoreWorks_onThreeNodes() {
        try (RedisCluster cluster = RedisCluster.start();
                LinkUnderTest link = LinkUnderTest.open(RedisLinkTest.patientCluster(cluster))) {
            Await.until("connected", link.link()::isUp);
            for (int i = 0; i < TENANTS; i++) {
                TenantId tenant = new TenantId("tenant-" + i);
                lenses(link, tenant);
                spend(link, tenant);
                arms(link, "{model}" + i);
                decisions(link, tenant);
                pauses(link, tenant);
            }

            assertThat(link.problems()).isEmpty();
            assertThat(link.link().counts().failures(RedisFailure.Kind.REFUSED)).isZero();
            assertThat(cluster.nodes())
                    .as("all three nodes hold some")
                    .allSatisfy(node -> assertThat(keys(node)).isPositive());
            assertThat(link.link().counts().scriptsSent())
                    .as("each node is taught each script at most once")
                    .isLessThanOrEqualTo(3 * scripts());
        }
    }

    private static void lenses(LinkUnderTest link, TenantId tenant) {
        RedisLensStore store = new RedisLensStore(link.link(), () -> LensFixtures.NOW, 2);
        for (int i = 0; i < 3; i++) {
            LensKey key = new LensKey(tenant, Fingerprint.of("lens-" + i));
            Await.result(LensFixtures.put(store, key, LensFixtures.stored("lens-" + i)));
            Await.result(store.touch(key));
            assertThat(Await.result(store.find(key))).isPresent();
        }
        LensKey key = new LensKey(tenant, Fingerprint.of("lens-2"));
        Await.result(store.release((Claim.Granted) Await.result(store.claim(key, Duration.ofMinutes(1)))));
        Await.result(store.delete(key));
        assertThat(Await.result(store.purge(tenant))).isEqualTo(1);
        Await.result(LensFixtures.put(store, key, LensFixtures.stored("kept")));
    }

    private static void spend(LinkUnderTest link, TenantId tenant) {
        LocalDate day = LocalDate.parse("2026-11-22");
        RedisSpendStore store = new RedisSpendStore(link.vertx(), link.link(), "c1", () -> Map.of(tenant, List.of()));
        Await.result(store.add(Account.of(tenant), day, new Usd(5)));
        assertThat(Await.result(store.spentAsOf(day)))
                .isEqualTo(Map.of(Account.of(tenant), new Spent(new Usd(5), new Usd(5), new Usd(5))));
        Await.result(store.close());
    }

    private static void arms(LinkUnderTest link, String population) {
        RedisArmStateStore store = new RedisArmStateStore(link.link());
        Landmark landmark = Landmark.at(1e9);
        Flushed flushed = Await.result(store.flush(new Flush(
                population,
                "r",
                1,
                0,
                new Flush.Terms(1e9, 25, 0.05),
                List.of(new ArmDelta("a", "c", landmark, Evidence.of(1, 1))),
                Map.of())));
        assertThat(flushed.effect()).isEqualTo(Flushed.Effect.APPLIED);
        assertThat(Await.result(store.identify(population, "a", "m", landmark, 2)))
                .isEqualTo(landmark);
        assertThat(Await.result(store.changes(population, 0)).cells()).hasSize(1);
        Await.result(store.reset(population, Optional.empty()));
        assertThat(Await.result(store.changes(population, 0)).cells()).isEmpty();
    }

    private static void decisions(LinkUnderTest link, TenantId tenant) {
        RedisDecisionStore store = new RedisDecisionStore(link.link());
        RequestId request = new RequestId("r");
        Await.result(store.put(DecisionStoreContract.decision(tenant, request), Duration.ofHours(1)));
        assertThat(Await.result(store.revise(new Signal(tenant, request, "api", Signal.Kind.LABEL, 1, 1, "x"))))
                .isInstanceOf(Revision.Revised.class);
    }

    private static void pauses(LinkUnderTest link, TenantId tenant) {
        RedisPauseStore store = new RedisPauseStore(link.link());
        PauseScope scope = PauseScope.of(tenant);
        PauseOrder order =
                new PauseOrder(PauseOrder.State.PAUSED, LensFixtures.NOW, "somebody", Optional.of("maintenance"));
        assertThat(Await.result(store.save(scope, order))).isEqualTo(order);
        assertThat(Await.result(store.load(List.of(PauseScope.GATEWAY, scope)))).isEqualTo(Map.of(scope, order));
    }

    private static long keys(RedisServer node) {
        return Long.parseLong(node.command("DBSIZE"));
    }

    private static long scripts() {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/redis"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
