package dev.fresnel.exchange;

import dev.fresnel.budget.Price;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.lens.LensId;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.TenantsApart;
import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** T4: rendered lenses and answers of the classifier are kept for the tenant they were made for. */
class RenderedApartTest {
    private static final Model MODEL =
            new Model(new ModelName("small"), "up", new ModelName("small"), Tier.SMALL, OptionalLong.empty(), Set.of());
    private static final List<TaskKind> KINDS = Stream.of(TaskKind.values())
            .filter(kind -> kind != TaskKind.TOOL_STEP)
            .toList();

    private static String encoded(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** An id is 64 bits of a hash; here those of all tenants' lenses collide. */
    @Test
    void aRenderedLens_isItsTenantsOnly_alsoWhenIdsCollide() {
        PinnedLenses lenses = new PinnedLenses(() -> 0, Duration.ofMinutes(5));

        TenantsApart.cases(8_000).folding(RenderedApartTest::encoded).hold(new TenantsApart.Memory() {
            private LensId id(String name) {
                return new LensId(Fingerprint.of(name).shortForm());
            }

            @Override
            public void put(TenantId tenant, String name, int value) {
                var _ = lenses.block(tenant, LensFixtures.lens("number " + value + "."), id(name), 600);
            }

            @Override
            public OptionalInt find(TenantId tenant, String name) {
                return lenses.find(tenant, id(name).value(), 600)
                        .map(block -> OptionalInt.of(
                                Integer.parseInt(block.text().replaceFirst("(?s).*?number ([0-9]+)\\..*", "$1"))))
                        .orElseGet(OptionalInt::empty);
            }
        });
    }

    @Test
    void aKindThatWasNamedForATask_isItsTenantsOnly() {
        Vertx vertx = Vertx.vertx();
        String[] word = new String[1];
        TaskClassifier classifier = new TaskClassifier(
                vertx,
                _ -> Future.succeededFuture(
                        new Completion(word[0], "small", Optional.empty(), Optional.of("stop"), Duration.ZERO)),
                (_, _) -> {},
                _ -> {},
                _ -> {},
                () -> 0);

        TenantsApart.cases(4_000)
                .folding(RenderedApartTest::encoded)
                .valuesBelow(KINDS.size())
                .hold(new TenantsApart.Memory() {
                    private TaskClassifier.Question question(TenantId tenant, String name) {
                        Price free = new Price(Usd.ZERO, Usd.ZERO, Usd.ZERO);
                        return new TaskClassifier.Question(
                                new RequestId("r"), tenant, MODEL, free, name, Optional.empty());
                    }

                    @Override
                    public void put(TenantId tenant, String name, int value) {
                        word[0] = KINDS.get(value).key();
                        Await.result(classifier.kind(question(tenant, name), Duration.ofSeconds(20)));
                    }

                    @Override
                    public OptionalInt find(TenantId tenant, String name) {
                        return classifier
                                .known(question(tenant, name))
                                .map(kind -> OptionalInt.of(KINDS.indexOf(kind)))
                                .orElseGet(OptionalInt::empty);
                    }
                });
        Await.result(vertx.close());
    }
}
